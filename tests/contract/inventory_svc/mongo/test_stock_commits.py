"""Groups of stock commands on a real MongoDB, one process and several."""

import asyncio
import json
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta

import pytest
from pymongo.monitoring import (
    CommandFailedEvent,
    CommandListener,
    CommandStartedEvent,
    CommandSucceededEvent,
)

from inventory_svc.domain.stock.commands import FeedMode, ReleaseReservation, ReserveStock
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import ReservationState
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

W1 = PositionKey("shirt", "W1")
S1 = PositionKey("shirt", "S1")
HAT = PositionKey("hat", "S1")


def accepted(decided: Sequence[Decided]) -> list[Decided]:
    return [each for each in decided if not each.outcome.refusals]


def codes(decided: Decided) -> list[str]:
    return [refusal.code for refusal in decided.outcome.refusals]


async def check_books(process: Process, *keys: PositionKey) -> None:
    for key in keys:
        position = await process.position(key)
        assert position.on_hand >= position.allocated >= 0
        assert await process.folded(key) == await process.counters(key)
        movements = await process.reads.movements(key, None, 10_000)
        assert [each.number for each in movements] == list(range(position.movements, 0, -1))


async def events_of(process: Process, type_: str) -> list[dict[str, object]]:
    rows = await process.database.collection("outbox").find({})
    events = (json.loads(event) for row in rows for event in row["events"])
    return [event for event in events if event["type"] == type_]


async def test_what_was_committed_is_read_again(process: Process) -> None:
    await process.commits.submit(build.a_count(S1, 5, at=process.clock.now()))

    decided = await process.commits.submit(build.an_allocation(("shirt", 2)))

    assert decided.reservation is not None
    stored = await process.reads.reservations([decided.reservation.identifier])
    assert stored == {decided.reservation.identifier: decided.reservation}
    assert await process.counters(S1) == (5, 2, 0)
    await check_books(process, S1)


async def test_64_buyers_of_one_hot_position_take_what_there_is_and_no_more(
    process: Process,
) -> None:
    await process.commits.submit(build.a_count(S1, 40))

    decided = await asyncio.gather(
        *(process.commits.submit(build.an_allocation(("shirt", 1))) for _ in range(64))
    )

    assert len(accepted(decided)) == 40
    refused = [each for each in decided if each.outcome.refusals]
    assert {code for each in refused for code in codes(each)} == {"INSUFFICIENT_STOCK"}
    assert await process.counters(S1) == (40, 40, 0)
    await check_books(process, S1)


async def test_waiting_commands_are_committed_together(process: Process) -> None:
    await process.commits.submit(build.a_count(S1, 64))
    before = (await process.position(S1)).version

    await asyncio.gather(
        *(process.commits.submit(build.an_allocation(("shirt", 1))) for _ in range(64))
    )

    assert (await process.position(S1)).version == before + 1


class Commands(CommandListener):
    """Notes the commands that are sent to the server."""

    def __init__(self) -> None:
        self.sent: list[str] = []

    def started(self, event: CommandStartedEvent) -> None:
        if event.command_name in COUNTED:
            self.sent.append(event.command_name)

    def succeeded(self, event: CommandSucceededEvent) -> None:
        pass

    def failed(self, event: CommandFailedEvent) -> None:
        pass


COUNTED = ("find", "insert", "update", "delete", "aggregate", "commitTransaction")


async def test_a_group_of_reservations_asks_the_server_no_more_than_it_must(
    open_process: OpenProcess,
) -> None:
    commands = Commands()
    process = await open_process(listeners=[commands])
    await process.commits.submit(build.a_count(S1, 64))
    await process.commits.submit(build.an_allocation(("shirt", 1)))
    commands.sent.clear()

    await asyncio.gather(
        *(process.commits.submit(build.an_allocation(("shirt", 1))) for _ in range(60))
    )

    assert Counter(commands.sent) == {
        "find": 4,  # outcomes, reservations, positions, lists of those who wait for the item
        "update": 1,  # positions
        "insert": 4,  # reservations, movements, outcomes, outbox
        "commitTransaction": 1,
    }


async def test_a_key_whose_outcome_is_overdue_is_free_again(process: Process) -> None:
    await process.commits.submit(build.a_count(S1, 5))
    request = build.a_request("k", "one")
    await process.commits.submit(build.an_allocation(("shirt", 1), request=request))
    process.clock.advance(timedelta(days=8))
    later = build.an_allocation(
        ("shirt", 2), request=build.a_request("k", "other"), reservation_id="r-later"
    )

    decided, again = await asyncio.gather(
        process.commits.submit(later), process.commits.submit(later)
    )

    assert not decided.outcome.refusals
    assert again.outcome == decided.outcome
    assert await process.counters(S1) == (5, 3, 0)


async def test_two_processes_at_once_never_oversell(open_process: OpenProcess) -> None:
    one, other = await open_process(), await open_process()
    await one.commits.submit(build.a_feed(FeedMode.DELTA, (S1, 50), (HAT, 45)))

    decided = await asyncio.gather(
        *(
            each.commits.submit(build.an_allocation(("shirt", 1), ("hat", 1)))
            for _ in range(48)
            for each in (one, other)
        )
    )

    assert len(accepted(decided)) == 45
    assert await one.counters(S1) == (50, 45, 0)
    assert await other.counters(HAT) == (45, 45, 0)
    await check_books(one, S1, HAT)


async def test_events_of_a_position_have_no_gap_whoever_commits(open_process: OpenProcess) -> None:
    one, other = await open_process(), await open_process()
    await one.commits.submit(build.a_count(S1, 50))

    await asyncio.gather(
        *(
            each.commits.submit(build.an_allocation(("shirt", 1)))
            for _ in range(10)
            for each in (one, other)
        )
    )

    sequence = sorted(event["seq"] for event in await events_of(one, "stockPositionChanged"))  # type: ignore[type-var]  # numbers
    assert sequence == list(range(1, (await one.position(S1)).version + 1))
    reservations = await events_of(one, "reservationChanged")
    assert [event["seq"] for event in reservations] == [1] * 20


async def test_the_same_key_five_times_at_once_on_two_processes_is_one_effect(
    open_process: OpenProcess,
) -> None:
    one, other = await open_process(), await open_process()
    await one.commits.submit(build.a_count(S1, 50))
    allocation = build.an_allocation(("shirt", 3))

    decided = await asyncio.gather(
        *(each.commits.submit(allocation) for each in (one, other, one, other, one))
    )

    assert len({str(each.outcome) for each in decided}) == 1
    assert accepted(decided) == list(decided)
    assert await one.counters(S1) == (50, 3, 0)
    assert len(await events_of(one, "reservationChanged")) == 1


async def test_a_key_with_another_input_is_refused(process: Process) -> None:
    await process.commits.submit(build.a_count(S1, 5))
    first = build.an_allocation(("shirt", 1), request=build.a_request("k", "one"))
    other = build.an_allocation(("shirt", 2), request=build.a_request("k", "other"))
    await process.commits.submit(first)

    decided = await process.commits.submit(other)

    assert codes(decided) == ["IDEMPOTENCY_KEY_REUSED"]
    assert await process.counters(S1) == (5, 1, 0)


async def test_a_release_and_its_allocation_at_once_leave_nothing_reserved(
    open_process: OpenProcess,
) -> None:
    one, other = await open_process(), await open_process()
    await one.commits.submit(build.a_count(S1, 5))
    for attempt in range(8):
        name = f"r-{attempt}"
        allocation = build.an_allocation(("shirt", 1), reservation_id=name)
        release = ReleaseReservation(build.a_request(), "order_svc", name, tombstone_for="order-1")
        await asyncio.gather(one.commits.submit(allocation), other.commits.submit(release))

        found = (await one.reads.reservations([name]))[name]
        assert found.state is ReservationState.RELEASED
    assert await one.counters(S1) == (5, 0, 0)
    await check_books(one, S1)


async def test_a_hold_ends_at_read_time_and_its_due_work_writes_that_down(
    process: Process,
) -> None:
    await process.commits.submit(build.a_count(S1, 5))
    end = process.clock.now() + timedelta(minutes=15)
    holds = await asyncio.gather(
        *(process.commits.submit(build.a_hold("shirt", 1, expires_at=end)) for _ in range(3))
    )
    assert await process.available(S1) == 2
    assert await process.due_worker.run_due_once() == 0

    process.clock.advance(timedelta(minutes=15))

    assert await process.available(S1) == 5
    assert await process.counters(S1) == (5, 0, 3)
    assert await process.due_worker.run_due_once() == 1
    assert await process.counters(S1) == (5, 0, 0)
    names = [each.reservation.identifier for each in holds if each.reservation]
    states = {each.state for each in (await process.reads.reservations(names)).values()}
    assert states == {ReservationState.EXPIRED}
    await check_books(process, S1)


async def test_due_work_leaves_a_hold_alone_that_was_released_in_time(process: Process) -> None:
    await process.commits.submit(build.a_count(S1, 5))
    end = process.clock.now() + timedelta(minutes=15)
    hold = (await process.commits.submit(build.a_hold("shirt", 2, expires_at=end))).reservation
    assert hold is not None
    await process.commits.submit(build.a_release(hold))
    process.clock.advance(timedelta(minutes=15))

    await process.due_worker.run_due_once()

    stored = (await process.reads.reservations([hold.identifier]))[hold.identifier]
    assert stored.state is ReservationState.RELEASED
    assert await process.counters(S1) == (5, 0, 0)


async def test_an_order_looks_beyond_the_nearest_locations_that_have_some(
    process: Process,
) -> None:
    places = [f"S{number:02}" for number in range(30)]
    ones = [(PositionKey("shirt", place), 1) for place in places]
    await process.commits.submit(build.a_feed(FeedMode.DELTA, *ones))
    far = PositionKey("shirt", "W9")
    await process.commits.submit(build.a_count(far, 20))

    whole = await process.commits.submit(build.an_allocation(("shirt", 20), among=(*places, "W9")))
    split = await process.commits.submit(build.an_allocation(("shirt", 30), among=(*places, "W9")))
    none = await process.commits.submit(build.an_allocation(("shirt", 1), among=(*places, "W9")))

    assert whole.reservation is not None
    assert [peg.position for peg in whole.reservation.pegs] == [far]
    assert split.reservation is not None
    assert [peg.position.location for peg in split.reservation.pegs] == places
    (refusal,) = none.outcome.refusals
    assert refusal.params == {"sku": "shirt", "requested": "1", "available": "0"}


async def test_a_snapshot_that_comes_late_adds_what_moved_since_it_was_counted(
    process: Process,
) -> None:
    counted_at = process.clock.now()
    await process.commits.submit(build.a_count(S1, 10, at=counted_at))
    process.clock.advance(timedelta(minutes=5))
    reservation = (await process.commits.submit(build.an_allocation(("shirt", 3)))).reservation
    assert reservation is not None
    await process.commits.submit(build.a_consumption(reservation, 2))
    await process.commits.submit(build.an_adjustment(S1, -1))
    late = counted_at + timedelta(minutes=1)

    await process.commits.submit(build.a_count(S1, 20, at=late))

    assert await process.counters(S1) == (17, 1, 0)
    await check_books(process, S1)


async def test_a_command_that_breaks_the_commit_does_not_take_the_others_with_it(
    process: Process,
) -> None:
    await process.commits.submit(build.a_count(S1, 5))
    poisoned = build.an_allocation(("shirt", 1), reservation_id="\ud800")

    good, bad, also_good = await asyncio.gather(
        process.commits.submit(build.an_allocation(("shirt", 1))),
        process.commits.submit(poisoned),
        process.commits.submit(build.an_allocation(("shirt", 1))),
        return_exceptions=True,
    )

    assert isinstance(good, Decided)
    assert isinstance(also_good, Decided)
    assert isinstance(bad, UnicodeError)
    assert await process.counters(S1) == (5, 2, 0)


@pytest.mark.long
async def test_four_processes_sell_everything_and_no_more(open_process: OpenProcess) -> None:
    processes = [await open_process() for _ in range(4)]
    keys = [PositionKey(sku, "S1") for sku in ("a", "b", "c")]
    await processes[0].commits.submit(build.a_feed(FeedMode.DELTA, *((key, 300) for key in keys)))

    async def buy(process: Process, times: int) -> int:
        orders: list[ReserveStock] = [
            build.an_allocation(("a", 1), ("b", 1), ("c", 1)) for _ in range(times)
        ]
        return len(accepted([await process.commits.submit(order) for order in orders]))

    sold = await asyncio.gather(*(buy(process, 25) for process in processes for _ in range(4)))

    assert sum(sold) == 300
    await check_books(processes[0], *keys)
