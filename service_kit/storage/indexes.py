"""Collections declare their indexes and how long their documents are kept."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pymongo import IndexModel

from service_kit.storage.database import Database


@dataclass(frozen=True, slots=True)
class Index:
    """One index; `keys` are (field, 1 or -1). Unique keys are `_id` or start with the shard key.

    `kept` deletes documents that long after the database's own time in the one key field: only
    for traces of technical work, never for what the business lets expire.
    """

    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    name: str | None = None
    kept: timedelta | None = None

    def model(self) -> IndexModel:
        """Give the driver's form."""
        options: dict[str, Any] = {}
        if self.unique:
            options["unique"] = True
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.name is not None:
            options["name"] = self.name
        if self.kept is not None:
            options["expireAfterSeconds"] = int(self.kept.total_seconds())
        return IndexModel(list(self.keys), **options)


@dataclass(frozen=True, slots=True)
class CollectionDeclaration:
    """One collection: its indexes, its retention in a sentence, its shard key."""

    name: str
    indexes: tuple[Index, ...]
    retention: str
    shard_key: tuple[tuple[str, int | str], ...] = (("_id", "hashed"),)

    def __post_init__(self) -> None:
        if not self.retention.strip():
            raise ValueError(f"Say how long the documents of {self.name} are kept.")


async def ensure_indexes(database: Database, declarations: Sequence[CollectionDeclaration]) -> None:
    """Create what is missing; an index that exists in another form raises StorageError."""
    names = [declaration.name for declaration in declarations]
    if len(set(names)) != len(names):
        raise ValueError("A collection is declared twice.")
    await asyncio.gather(*(_ensure(database, declaration) for declaration in declarations))


async def _ensure(database: Database, declaration: CollectionDeclaration) -> None:
    await database.create_collection(declaration.name)
    if declaration.indexes:
        collection = database.collection(declaration.name)
        await collection.create_indexes([index.model() for index in declaration.indexes])
