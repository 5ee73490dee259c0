"""What those get that come back, and what it may cost."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.errors import Expired, TooSlow
from gateway.subscriptions import backlog, replay
from gateway.subscriptions.backlog import Backlog
from gateway.subscriptions.cursor import LogName, write_cursor
from gateway.subscriptions.flow import Flow
from gateway.subscriptions.listener import Interest
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.wish import Wish
from service_kit.runtime.clock import SettableClock
from tests.support.listeners import NEVER, listener_for
from tests.support.memory_log import MemoryLog

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
PARTITIONS = 3
ALL = Interest("changed", {}, None)
NONE = Interest("changed", {"id": frozenset({"none"})}, None)


class CountingLog(MemoryLog):
    """Counts how often it is asked for what is there already, and for how many entries at most."""

    def __init__(self) -> None:
        super().__init__(PARTITIONS)
        self.reads: list[int] = []

    async def read(self, *args: Any, wait_seconds: float | None, **named: Any) -> Any:
        found = await super().read(*args, wait_seconds=wait_seconds, **named)
        if wait_seconds is None:
            self.reads.append(len(found))
        return found


def a_log(events: int) -> CountingLog:
    log = CountingLog()
    for number in range(events):
        log.append(number % PARTITIONS, f"{number % PARTITIONS}", number // PARTITIONS + 1, {})
    return log


def since(
    reader: StreamReader,
    *positions: int,
    interest: Interest = ALL,
    most: int = 50_000,
    expires_at: datetime = NEVER,
    clock: SettableClock | None = None,
    waiting: int = 10,
) -> AsyncGenerator[Occurrence, None]:
    cursor = write_cursor(LogName("things"), positions) if positions else None
    wish = Wish(interest, cursor, snapshot=False, heartbeat=None, named={})
    listener = listener_for(interest, waiting=waiting, expires_at=expires_at)
    return Flow(reader, wish, listener, clock or SettableClock(NOW), most).items()


def reader_of(log: MemoryLog) -> StreamReader:
    return StreamReader(log, "things", PARTITIONS, SettableClock(NOW))


async def joined(reader: StreamReader) -> None:
    """Wait until somebody listens, and has seen what was missed."""
    async with asyncio.timeout(20):
        while not len(reader) or reader.backlog.replays:  # noqa: ASYNC110  # nobody else tells
            await asyncio.sleep(0)


async def taken(items: AsyncGenerator[Occurrence, None], many: int) -> list[Occurrence]:
    async with aclosing(items), asyncio.timeout(20):
        return [await anext(items) for _ in range(many)]


async def test_what_was_missed_comes_once_in_each_partitions_order() -> None:
    reader = reader_of(a_log(3000))

    found = await taken(since(reader, 10, 0, 999), 990 + 1000 + 1)

    for one, other in pairwise(found):
        assert sum(other.positions) == sum(one.positions) + 1
    assert found[-1].positions == (1000, 1000, 1000)
    assert {one.delivery for one in found} == {Delivery.EVENT}


async def test_who_is_too_far_behind_starts_over_and_nothing_is_read_for_them() -> None:
    log = a_log(300)
    reader = reader_of(log)

    (reset,) = await taken(since(reader, 0, 0, 0, most=299), 1)
    (event,) = await taken(since(reader, 0, 0, 1, most=299), 1)

    assert (reset.delivery, reset.positions) == (Delivery.RESET, (100, 100, 100))
    assert event.delivery is Delivery.EVENT
    assert len(log.reads) == 1


async def test_those_who_come_back_together_share_what_is_read_and_what_is_resolved() -> None:
    log = a_log(900)
    reader = reader_of(log)

    found = await asyncio.gather(*(taken(since(reader, 0, n % 3, 0), 500) for n in range(60)))

    assert sum(log.reads) <= 2 * 900
    assert len({id(one[100]) for one in found}) == 3  # one for each cursor
    assert len({id(one[100].happening) for one in found}) <= 3


async def test_an_item_is_the_same_for_all_that_have_it_in_hand() -> None:
    reader = reader_of(a_log(3))
    async with AsyncExitStack() as stack:
        both = [await stack.enter_async_context(aclosing(since(reader, 0, 0, 0))) for _ in "ab"]
        one, other = [await anext(each) for each in both]

    assert one is other


async def test_little_is_kept_for_those_who_do_not_read() -> None:
    log = a_log(9000)
    reader = reader_of(log)
    async with AsyncExitStack() as stack:
        for _ in range(5):
            items = await stack.enter_async_context(aclosing(since(reader, 0, 0, 0)))
            await anext(items)

        assert max(log.reads) <= 500
        assert len(reader.backlog) <= 500
    assert len(reader.backlog) == 0


async def test_others_have_their_turn_while_much_is_looked_through() -> None:
    reader = reader_of(a_log(6000))
    turns = 0

    async def others() -> None:
        nonlocal turns
        while True:
            turns += 1
            await asyncio.sleep(0)

    async with aclosing(since(reader, 0, 0, 0, interest=NONE)) as items:
        task = asyncio.create_task(others())
        coming = asyncio.ensure_future(anext(items))
        await joined(reader)
        task.cancel()
        coming.cancel()
        await asyncio.gather(task, coming, return_exceptions=True)

    assert turns >= 6000 / 100


async def test_what_is_kept_is_bounded_by_number_and_by_size(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    log = a_log(600)
    kept = Backlog(log, "things")
    size = len(log.history[0].payload)
    with kept.replaying():
        monkeypatch.setattr(backlog, "_MOST_KEPT", 50)
        found = await kept.after(dict.fromkeys(range(3), 0))
        assert (len(found), len(kept)) == (3 * 166, 50)  # read, if not kept
        monkeypatch.setattr(backlog, "_MOST_BYTES", 20 * size)
        found = await kept.after(dict.fromkeys(range(3), 100))
        assert len(found) == 3 * 100
        assert len(kept) <= 21


async def test_a_subscription_that_ends_before_its_first_item_tells_where_it_began() -> None:
    clock = SettableClock(NOW)
    log = a_log(3)
    reader = reader_of(log)
    items = since(reader, expires_at=NOW + timedelta(hours=1), clock=clock)
    async with aclosing(items):
        waiting = asyncio.ensure_future(anext(items))
        await joined(reader)
        clock.advance(timedelta(hours=2))
        log.append(0, "0", 2, {})
        with pytest.raises(Expired) as expired:
            await waiting

    assert expired.value.cursor == write_cursor(reader.log, (1, 1, 1))


async def test_an_item_that_could_not_be_answered_any_more_comes_again_after_the_cursor() -> None:
    reader = reader_of(a_log(6))
    items = since(reader, 0, 0, 0)
    first = await anext(items)
    await anext(items)

    with pytest.raises(Expired) as expired:
        await items.athrow(Expired("The token has expired."))

    assert expired.value.cursor == first.cursor


def a_log_of(entities: int, events: int) -> CountingLog:
    """Each event is of the next entity, which its `id` filters by."""
    log = CountingLog()
    for number in range(events):
        name = str(number % entities)
        log.append(number % PARTITIONS, name, number // entities + 1, {"id": name})
    return log


def interest_in(entity: int) -> Interest:
    return Interest("changed", {"id": frozenset({str(entity)})}, None)


async def test_all_that_come_back_from_far_go_through_the_log_together() -> None:
    log = a_log_of(99, 5940)
    reader = reader_of(log)

    found = await asyncio.gather(
        *(taken(since(reader, 0, 0, 0, interest=interest_in(each)), 60) for each in range(99))
    )

    for each, items in enumerate(found):
        assert [one.seq for one in items] == list(range(1, 61))
        assert {one.happening.entity for one in items if one.happening} == {f"Thing:{each}"}
    assert sum(log.reads) <= 5 * 5940  # alone each would have read it all


@given(
    cursors=st.lists(st.tuples(*[st.integers(0, 20)] * PARTITIONS), min_size=1, max_size=6),
    entities=st.integers(1, 7),
    far=st.integers(0, 30),
)
async def test_with_others_or_alone_everybody_gets_what_they_have_not_seen(
    cursors: list[tuple[int, int, int]], entities: int, far: int
) -> None:
    log = a_log_of(entities, 60)
    reader = reader_of(log)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replay, "_FAR", far)
        patch.setattr(replay, "_MOST_HELD", 3)
        wanted = [
            {
                f"{number % entities}/{number // entities + 1}"
                for number in range(60)
                if number % entities == place % entities
                and number // PARTITIONS + 1 > cursor[number % PARTITIONS]
            }
            for place, cursor in enumerate(cursors)
        ]
        found = await asyncio.gather(
            *(
                taken(since(reader, *cursor, interest=interest_in(place % entities)), len(events))
                for place, (cursor, events) in enumerate(zip(cursors, wanted, strict=True))
            )
        )
    for items, events, cursor in zip(found, wanted, cursors, strict=True):
        assert {one.happening.event_id for one in items if one.happening} == events
        for one, other in pairwise([cursor, *(one.positions for one in items)]):
            assert all(map(int.__le__, one, other))
            assert one != other


async def test_a_gap_far_back_is_told_by_a_reset_to_those_before_it_alone() -> None:
    log = a_log_of(1, 3000)
    del log.entries[1][299]
    reader = reader_of(log)
    before, behind = since(reader, 0, 0, 0), since(reader, 500, 500, 500)

    early, late = await asyncio.gather(until_reset(before), taken(behind, 1500))

    assert early[-1].delivery is Delivery.RESET
    assert {one.delivery for one in late} == {Delivery.EVENT}
    assert late[-1].positions == (1000, 1000, 1000)


async def until_reset(items: AsyncGenerator[Occurrence, None]) -> list[Occurrence]:
    found = []
    async with aclosing(items), asyncio.timeout(20):
        async for one in items:
            found.append(one)
            if one.delivery is Delivery.RESET:
                break
    return found


class GrowingLog(CountingLog):
    """Has a new event whenever somebody has read what was there."""

    def __init__(self) -> None:
        super().__init__()
        self.grows = False
        self.seq = 0

    def grow(self) -> None:
        self.seq += 1
        self.append(0, "0", self.seq, {})

    async def read(self, *args: Any, **named: Any) -> Any:
        found = await super().read(*args, **named)
        if self.grows and named["wait_seconds"] is None:
            self.grow()
            for _ in range(20):  # the reader takes it at once
                await asyncio.sleep(0)
        return found


async def all_of(items: AsyncGenerator[Occurrence, None], seen: list[int | None]) -> None:
    async for item in items:
        seen.append(item.seq)  # noqa: PERF401  # what came before it ended counts


async def listens_from(reader: StreamReader, *positions: int) -> "asyncio.Task[Occurrence]":
    """Have the reader held, by somebody who stands at its end."""
    steady = since(reader, *positions, interest=NONE)
    waiting = asyncio.ensure_future(anext(steady))
    await joined(reader)
    return waiting


async def test_a_replay_ends_however_fast_the_log_grows() -> None:
    log = GrowingLog()
    for _ in range(10):
        log.grow()
    reader = reader_of(log)
    steady = await listens_from(reader, 10, 0, 0)
    log.grows = True

    other = await listens_from(reader, 0, 0, 0)

    for each in (steady, other):
        each.cancel()
    await asyncio.wait([steady, other])


async def test_what_comes_while_a_replay_goes_on_comes_after_it_without_a_seam() -> None:
    log = GrowingLog()
    for _ in range(100):
        log.grow()
    reader = reader_of(log)
    steady = await listens_from(reader, 100, 0, 0)
    log.grows = True

    found = await taken(since(reader, 0, 0, 0, waiting=1_000), 100)
    log.grows = False
    items = since(reader, 60, 0, 0)
    async with aclosing(items):
        later = [(await anext(items)).seq]
        log.grow()
        later += [(await anext(items)).seq for _ in range(log.seq - 61)]
    steady.cancel()
    await asyncio.wait([steady])

    assert [item.seq for item in found] == list(range(1, 101))
    assert later == list(range(61, log.seq + 1))


async def test_whoever_falls_behind_while_replaying_goes_on_after_what_was_given() -> None:
    log = GrowingLog()
    for _ in range(10):
        log.grow()
    reader = reader_of(log)
    steady = await listens_from(reader, 10, 0, 0)
    seen: list[int | None] = []
    cursor: str | None = write_cursor(LogName("things"), (0, 0, 0))
    for _ in range(6):
        wish = Wish(ALL, cursor, snapshot=False, heartbeat=None, named={})
        items = Flow(reader, wish, listener_for(ALL, waiting=3), SettableClock(NOW)).items()
        async with aclosing(items):
            seen.append((await anext(items)).seq)
            for _ in range(5):  # more than may wait
                log.grow()
            async with asyncio.timeout(5):
                while reader.positions[0] < log.seq:  # noqa: ASYNC110
                    await asyncio.sleep(0)
            with pytest.raises(TooSlow) as ended:
                await all_of(items, seen)
        cursor = ended.value.cursor
    steady.cancel()
    await asyncio.wait([steady])

    assert seen == list(range(1, len(seen) + 1))
    assert len(seen) > 20
