"""The same command sent several times has one effect and one answer."""

import asyncio
from datetime import timedelta

import pytest

from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.refusal import IDEMPOTENCY_KEY_REUSED, Refusal
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Database, Session, StorageError
from service_kit.storage.idempotency import OUTCOMES, MongoOutcomes
from service_kit.storage.indexes import ensure_indexes


def request(key: str = "k", fingerprint: str = "f") -> IdempotentRequest:
    return IdempotentRequest("user:7", "orderPlace", key, fingerprint)


async def test_the_same_key_five_times_at_once_has_one_effect_and_one_answer(
    database: Database, clock: SettableClock
) -> None:
    await ensure_indexes(database, [OUTCOMES])
    outcomes, orders = MongoOutcomes(database, clock), database.collection("orders")

    async def place(session: Session) -> Outcome:
        bound = outcomes.bind(session)
        known = await bound.find(request())
        if known is not None:
            return known
        number = await orders.count({}, session=session)
        await orders.insert_one({"_id": f"order-{number}"}, session=session)
        outcome = Outcome({"id": f"order-{number}", "version": 1})
        await bound.record(request(), outcome)
        return outcome

    answers = await asyncio.gather(*(database.transaction(place) for _ in range(5)))
    assert answers == [Outcome({"id": "order-0", "version": 1})] * 5
    assert await orders.count({}) == 1


async def test_a_refusal_is_replayed_whole(database: Database, clock: SettableClock) -> None:
    outcomes = MongoOutcomes(database, clock)
    refusal = Refusal(
        "INSUFFICIENT_STOCK",
        "There is not enough of it.",
        path=("input", "lines", "0"),
        params={"sku": "A", "available": "2"},
        retryable=True,
    )
    outcome = Outcome({"lines": [{"sku": "A", "quantity": 3}]}, (refusal,))
    await database.transaction(lambda session: outcomes.bind(session).record(request(), outcome))
    assert await outcomes.find(request()) == outcome


async def test_a_key_used_with_another_input_is_refused(
    database: Database, clock: SettableClock
) -> None:
    outcomes = MongoOutcomes(database, clock)
    await database.transaction(
        lambda session: outcomes.bind(session).record(request(), Outcome({"id": "1"}))
    )
    with pytest.raises(Refusal) as refused:
        await outcomes.find(request(fingerprint="another"))
    assert refused.value.code == IDEMPOTENCY_KEY_REUSED
    assert await outcomes.find(request(key="another key")) is None


async def test_many_are_found_at_once_each_with_its_own_answer(
    database: Database, clock: SettableClock
) -> None:
    outcomes = MongoOutcomes(database, clock)
    first, second, third = request("1"), request("2"), request("3")
    await database.transaction(
        lambda session: outcomes.record_many(
            {first: Outcome({"id": "1"}), second: Outcome({"id": "2"})}, session
        )
    )
    found = await outcomes.find_many([first, request("2", "another"), third])
    assert found[first.identifier] == Outcome({"id": "1"})
    assert isinstance(found[second.identifier], Refusal)
    assert third.identifier not in found


async def test_an_outcome_is_forgotten_after_its_time_and_its_key_is_free_again(
    database: Database, clock: SettableClock
) -> None:
    outcomes = MongoOutcomes(database, clock, keep=timedelta(days=7))
    await database.transaction(
        lambda session: outcomes.bind(session).record(request(), Outcome({"id": "1"}))
    )
    clock.advance(timedelta(days=7) - timedelta(milliseconds=1))
    assert await outcomes.purge() == 0
    assert await outcomes.find(request()) is not None
    clock.advance(timedelta(milliseconds=1))
    assert await outcomes.find(request()) is None
    await database.transaction(
        lambda session: outcomes.bind(session).record(request(), Outcome({"id": "2"}))
    )
    assert await outcomes.find(request()) == Outcome({"id": "2"})
    clock.advance(timedelta(days=7))
    assert (await outcomes.purge(), await outcomes.purge()) == (1, 0)


async def test_an_outcome_kept_without_end_outlives_every_purge(
    database: Database, clock: SettableClock
) -> None:
    outcomes = MongoOutcomes(database, clock, keep=None)
    await database.transaction(
        lambda session: outcomes.bind(session).record(request(), Outcome({"id": "1"}))
    )
    clock.advance(timedelta(days=4000))
    assert await outcomes.purge() == 0
    assert await outcomes.find(request()) == Outcome({"id": "1"})


async def test_a_recorded_outcome_is_never_overwritten(
    database: Database, clock: SettableClock
) -> None:
    outcomes = MongoOutcomes(database, clock)
    await database.transaction(
        lambda session: outcomes.bind(session).record(request(), Outcome({"id": "1"}))
    )
    with pytest.raises(StorageError):
        await database.transaction(
            lambda session: outcomes.bind(session).record(request(), Outcome({"id": "2"}))
        )
    assert await outcomes.find(request()) == Outcome({"id": "1"})
