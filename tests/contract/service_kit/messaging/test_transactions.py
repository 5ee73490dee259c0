"""A commit keeps its entities, its outcome, its events and its due work, or none of them."""

from datetime import UTC, datetime

import pytest

from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import UNAVAILABLE, Refusal
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.envelope import EntityRef, Event
from service_kit.messaging.outbox import Outbox
from service_kit.messaging.transactions import (
    COMMIT_COLLECTIONS,
    Storage,
    Transaction,
    Transactions,
)
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, connect
from service_kit.storage.idempotency import MongoOutcomes
from service_kit.storage.indexes import ensure_indexes

REQUEST = IdempotentRequest("user:7", "bellHang", "k", "f")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Bells(Transaction):
    """Hangs bells, which are to be rung at noon."""

    async def hang(self, name: str) -> None:
        bells = self._storage.database.collection("bells")
        await bells.insert_one({"_id": name}, session=self._session)
        await self._schedule(DueItem(f"{name}.ring", "ring", NOON, {}))
        event = Event(f"{name}-1", "bellHung", EntityRef("Bell", name), 1, NOON, "user:7")
        await self.publish([event])
        await self.outcomes.record(REQUEST, Outcome({"bell": name}))

    async def crack(self, name: str) -> None:
        bells = self._storage.database.collection("bells")
        await bells.update_one({"_id": name}, {"$set": {"cracked": True}}, session=self._session)

    async def silence(self, name: str) -> None:
        await self._cancel(f"{name}.ring")


def storage_in(database: Database, clock: SettableClock) -> Storage:
    outbox, due_work = Outbox(database, "bells_svc", 4), DueWork(database, clock)
    return Storage(database, MongoOutcomes(database, clock), outbox, due_work)


async def kept_in(database: Database) -> dict[str, int]:
    names = ("bells", "outcomes", "outbox", "due_work")
    return {name: await database.collection(name).count({}) for name in names}


async def test_everything_is_kept(database: Database, clock: SettableClock) -> None:
    await ensure_indexes(database, COMMIT_COLLECTIONS)
    storage = storage_in(database, clock)
    bells = Transactions(storage, Bells)
    await bells.run(lambda transaction: transaction.hang("great"))
    assert await kept_in(database) == {"bells": 1, "outcomes": 1, "outbox": 1, "due_work": 1}
    assert await storage.outcomes.find(REQUEST) == Outcome({"bell": "great"})
    await bells.run(lambda transaction: transaction.silence("great"))
    assert await kept_in(database) == {"bells": 1, "outcomes": 1, "outbox": 1, "due_work": 0}


async def test_nothing_is_kept_of_what_fails(database: Database, clock: SettableClock) -> None:
    await ensure_indexes(database, COMMIT_COLLECTIONS)

    async def hang_and_fail(transaction: Bells) -> None:
        await transaction.hang("cracked")
        raise Refusal("CRACKED", "It is cracked.")

    with pytest.raises(Refusal, match="cracked"):
        await Transactions(storage_in(database, clock), Bells).run(hang_and_fail)
    assert await kept_in(database) == {"bells": 0, "outcomes": 0, "outbox": 0, "due_work": 0}


async def test_whoever_is_always_late_may_ask_again(
    database: Database, mongodb_url: str, database_name: str, clock: SettableClock
) -> None:
    bells = database.collection("bells")
    await bells.insert_one({"_id": "great", "rung": 0})
    hurried = connect(mongodb_url, database_name, patience=0)

    async def always_late(transaction: Bells) -> None:
        await transaction.outcomes.find(REQUEST)
        await bells.update_one({"_id": "great"}, {"$inc": {"rung": 1}})
        await transaction.crack("great")

    with pytest.raises(Refusal) as refused:
        await Transactions(storage_in(hurried, clock), Bells).run(always_late)
    assert (refused.value.code, refused.value.retryable) == (UNAVAILABLE, True)
    found = await bells.find_one({"_id": "great"})
    assert found is not None
    assert "cracked" not in found
    await hurried.close()
