"""Declared indexes exist after a start, however many processes start at once."""

import asyncio
from datetime import timedelta

import pytest

from service_kit.storage.database import Database, StorageError
from service_kit.storage.indexes import CollectionDeclaration, Index, ensure_indexes

ORDERS = CollectionDeclaration(
    "orders",
    (
        Index((("ref", 1),), unique=True, partial={"ref": {"$exists": True}}, name="ref"),
        Index((("channel", 1), ("placedAt", -1)), name="by_channel"),
        Index((("seenAt", 1),), kept=timedelta(days=1), name="age"),
    ),
    retention="Ten years after the last change.",
)


async def test_processes_that_start_together_all_find_the_indexes(database: Database) -> None:
    await asyncio.gather(*(ensure_indexes(database, [ORDERS]) for _ in range(4)))
    found = await database.collection("orders").driver.index_information()
    assert found["ref"]["unique"] is True
    assert found["ref"]["partialFilterExpression"] == {"ref": {"$exists": True}}
    assert found["by_channel"]["key"] == [("channel", 1), ("placedAt", -1)]
    assert found["age"]["expireAfterSeconds"] == 86_400


async def test_an_index_that_exists_in_another_form_stops_the_start(database: Database) -> None:
    await ensure_indexes(database, [ORDERS])
    changed = CollectionDeclaration(
        "orders", (Index((("ref", 1),), name="ref"),), retention="Ten years."
    )
    with pytest.raises(StorageError):
        await ensure_indexes(database, [changed])


async def test_a_collection_declared_twice_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="twice"):
        await ensure_indexes(database, [ORDERS, ORDERS])


def test_a_collection_without_a_retention_is_refused() -> None:
    with pytest.raises(ValueError, match="how long"):
        CollectionDeclaration("orders", (), retention=" ")
