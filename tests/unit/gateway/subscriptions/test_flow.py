"""Nothing is lost, doubled or out of order, wherever clients are cut off and come back."""

import asyncio
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gateway.errors import EventsUnavailable, InvalidCursor, TooSlow
from gateway.execution.answer import Answer
from gateway.ports import LogBounds, LogEntry, LogUnavailable
from gateway.subscriptions import continuity
from gateway.subscriptions import reader as reader_module
from gateway.subscriptions.flow import Flow
from gateway.subscriptions.listener import Interest
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.wish import Wish
from gateway.supergraph.model import EventSourceKind
from service_kit.runtime.clock import SettableClock
from tests.support.listeners import AsTheyAre, listener_for, shown
from tests.support.memory_log import MemoryLog

PARTITIONS, ENTITIES = 3, 4
CLOCK = SettableClock(datetime(2026, 3, 2, 9, tzinfo=UTC))
WISH = Wish(Interest("changed", {}, None), None, snapshot=False, heartbeat=5.0, named={})
GATEWAYS = 2
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("append"), st.integers(0, ENTITIES - 1)),
        st.tuples(st.just("append"), st.integers(0, ENTITIES - 1)),
        st.tuples(st.just("take"), st.integers(1, 4)),
        st.tuples(st.just("run"), st.integers(1, 8)),
        st.tuples(st.sampled_from(["move", "stall", "go"]), st.integers(0, GATEWAYS - 1)),
        st.tuples(st.sampled_from(["cut", "lose", "refill", "come"]), st.just(0)),
        st.tuples(st.sampled_from(["read", "hold"]), st.integers(0, 1)),
    ),
    min_size=20,
    max_size=60,
)


@dataclass(frozen=True)
class Terms:
    """What is the same for all listeners of a world."""

    kind: EventSourceKind
    waiting: int
    resolver: AsTheyAre


class Client:
    """A client that is cut off now and then, and goes on from its cursor, perhaps elsewhere.

    While it reads, events are pushed to it; else it takes them one by one.
    """

    def __init__(self, reader: StreamReader, terms: Terms, *, reads: bool) -> None:
        self.reader, self.terms, self.reads = reader, terms, reads
        self.seen: list[Any] = []
        self.cursor: str | None = None
        self.items: AsyncGenerator[Occurrence, None] | None = None
        self.next: asyncio.Task[Occurrence] | None = None

    async def take(self, turns: int = 40) -> bool:
        """Take an item if one comes within some turns of the loop."""
        if self.items is None:
            wish = replace(WISH, since=self.cursor)
            terms = self.terms
            listener = listener_for(
                wish.interest, terms.kind, terms.waiting, terms.resolver, push=self.push
            )
            self.items = Flow(self.reader, wish, listener, CLOCK).items()
        if self.next is None:
            self.next = asyncio.ensure_future(anext(self.items))
        for _ in range(turns):
            if self.next.done():
                break
            await asyncio.sleep(0)
        if not self.next.done():
            return False
        taking, self.next = self.next, None
        try:
            item = taking.result()
        except TooSlow as error:
            self.cursor, self.items = error.cursor, None
            return True
        self.cursor = item.cursor
        self.seen.append(shown(item))
        return True

    def push(self, answer: Answer) -> bool:
        """Be handed an event, if the client reads."""
        if self.reads and answer.data is not None:
            self.cursor = answer.data["cursor"]
            self.seen.append(answer.data)
        return self.reads

    async def take_all(self) -> None:
        """Take until nothing more comes."""
        count = -1
        while await self.take(200) or count != len(self.seen):
            count = len(self.seen)

    async def cut(self) -> None:
        """Lose the connection: what was taken but not received is not seen."""
        if self.next is not None:
            self.next.cancel()
            await asyncio.wait([self.next])
            self.next = None
        if self.items is not None:
            await self.items.aclose()
            self.items = None

    def seqs_of(self, entity: int) -> list[int]:
        return [one["seq"] for one in self.seen if one["entity"] == f"Thing:{entity}"]


@dataclass(frozen=True)
class Newcomer:
    """Who comes to a gateway of its own, without a cursor, when `seqs` were there already."""

    client: Client
    seqs: dict[int, int]


class World:
    """One log and two gateways, each with a steady client; another one wanders between them."""

    def __init__(self, terms: Terms) -> None:
        self.terms, self.resolver = terms, terms.resolver
        log = MemoryLog(PARTITIONS)
        self.logs = [log, *(log.seen_by_another() for _ in range(GATEWAYS - 1))]
        self.readers = [StreamReader(each, "things", PARTITIONS, CLOCK) for each in self.logs]
        self.steady = [Client(reader, terms, reads=True) for reader in self.readers]
        self.wandering = Client(self.readers[0], terms, reads=False)
        self.seqs = dict.fromkeys(range(ENTITIES), 0)
        self.newcomers: list[Newcomer] = []

    @property
    def clients(self) -> list[Client]:
        return [*self.steady, self.wandering, *(one.client for one in self.newcomers)]

    async def do(self, step: str, count: int) -> None:
        match step:
            case "append":
                self.seqs[count] += 1
                keys = {"thing": str(count)}
                self.logs[0].append(count % PARTITIONS, str(count), self.seqs[count], keys)
            case "take":
                for _ in range(count):
                    await self.wandering.take()
            case "run":
                for _ in range(count):
                    await asyncio.sleep(0)
            case "cut":
                await self.wandering.cut()
            case "move":
                await self.wandering.cut()
                self.wandering.reader = self.readers[count]
                await self.wandering.take()
            case "stall" | "go":
                self.logs[count].stall(stalled=step == "stall")
            case "come":
                reader = StreamReader(self.logs[0], "things", PARTITIONS, CLOCK)
                client = Client(reader, self.terms, reads=False)
                self.newcomers.append(Newcomer(client, dict(self.seqs)))
                await client.take()
            case "lose":
                self.logs[0].lose()
            case "refill":
                self.logs[0].refill()
            case "read":
                self.wandering.reads = bool(count)
            case "hold":
                self.resolver.hold(held=bool(count))

    async def finish(self) -> None:
        """Let everybody see everything there is."""
        self.logs[0].refill()
        self.resolver.hold(held=False)
        for log in self.logs:
            log.stall(stalled=False)
        for _ in range(2):  # once as they are, once more from their cursors
            for client in self.clients:
                await client.take_all()
            for client in self.clients:
                await client.cut()


async def played(
    kind: EventSourceKind, waiting: int, steps: list[tuple[str, int]], *, takes_time: bool
) -> World:
    world = World(Terms(kind, waiting, AsTheyAre(takes_time=takes_time)))
    for client in world.clients:
        await client.take()  # the cursor to begin with
    for step, count in steps:
        await world.do(step, count)
    await world.finish()
    return world


@pytest.fixture(autouse=True, scope="module")
def _no_pause_while_nothing_is_said() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(continuity, "LOOK_AGAIN_SECONDS", 0)
        yield


@settings(max_examples=100, deadline=None)
@example([("append", 0), ("append", 0), ("lose", 0), ("come", 0), ("refill", 0)], 6, False)
@given(STEPS, st.integers(1, 6), st.booleans())
def test_lossless_loses_nothing_doubles_nothing_and_keeps_each_entitys_order(
    steps: list[tuple[str, int]],
    waiting: int,
    takes_time: bool,
) -> None:
    world = asyncio.run(played(EventSourceKind.LOSSLESS, waiting, steps, takes_time=takes_time))

    for client in [*world.steady, world.wandering]:
        for entity, last in world.seqs.items():
            assert client.seqs_of(entity) == list(range(1, last + 1))
    for newcomer in world.newcomers:
        for entity, last in world.seqs.items():
            seqs = newcomer.client.seqs_of(entity)
            assert seqs == list(range(last + 1 - len(seqs), last + 1))
            assert not seqs or seqs[0] > newcomer.seqs[entity]
    seen = [one for client in world.clients for one in client.seen]
    assert not any(one["delivery"] == Delivery.RESET for one in seen)


@settings(max_examples=100, deadline=None)
@given(STEPS, st.booleans())
def test_state_ends_with_the_latest_and_never_goes_back(
    steps: list[tuple[str, int]],
    takes_time: bool,
) -> None:
    world = asyncio.run(played(EventSourceKind.STATE, ENTITIES, steps, takes_time=takes_time))

    for client in [*world.steady, world.wandering]:
        for entity, last in world.seqs.items():
            seqs = client.seqs_of(entity)
            assert seqs == sorted(set(seqs))
            assert (seqs[-1] if seqs else 0) == last


def flow(reader: StreamReader, wish: Wish = WISH) -> AsyncGenerator[Occurrence, None]:
    return Flow(reader, wish, listener_for(wish.interest), CLOCK).items()


async def test_the_log_is_read_once_however_many_listen_and_not_at_all_when_nobody_does() -> None:
    log = MemoryLog(PARTITIONS)
    reader = StreamReader(log, "things", PARTITIONS, CLOCK)
    flows = [flow(reader) for _ in range(3)]
    for each in flows:
        await anext(each)
    for number in range(5):
        log.append(0, "a", number + 1, {"thing": "a"})

    seen = [[(await anext(each)).seq for _ in range(5)] for each in flows]

    assert seen == [[1, 2, 3, 4, 5]] * 3
    assert reader.figures.events_read == 5
    for each in flows:
        await each.aclose()
    assert (len(reader), reader.positions) == (0, ())


async def test_listeners_are_given_the_same_item_so_that_it_is_resolved_once() -> None:
    log = MemoryLog(PARTITIONS)
    reader = StreamReader(log, "things", PARTITIONS, CLOCK)
    async with aclosing(flow(reader)) as one, aclosing(flow(reader)) as other:
        await anext(one)
        await anext(other)
        log.append(0, "a", 1, {"thing": "a"})

        assert await anext(one) is await anext(other)


async def test_events_cut_from_the_log_are_told_by_a_reset_with_a_cursor_that_is_good() -> None:
    log = MemoryLog(1)
    reader = StreamReader(log, "things", 1, CLOCK)
    async with aclosing(flow(reader)) as items:
        cursor = (await anext(items)).cursor
    for number in range(10):
        log.append(0, "a", number + 1, {"thing": "a"})
    log.trim(0, keep=3)

    wish = replace(WISH, since=cursor, named={"thing": {"id": "a"}})
    async with aclosing(flow(reader, wish)) as items:
        reset, snapshot = await anext(items), await anext(items)
    log.append(0, "a", 11, {"thing": "a"})
    async with aclosing(flow(reader, replace(WISH, since=reset.cursor))) as items:
        newer = await anext(items)

    assert (reset.delivery, snapshot.delivery) == (Delivery.RESET, Delivery.SNAPSHOT)
    assert snapshot.payload == {"thing": {"id": "a"}}
    assert newer.seq == 11


async def test_a_log_that_cannot_be_read_ends_the_flow_so_that_it_can_be_tried_again() -> None:
    class Broken(MemoryLog):
        async def bounds(self, *_: Any) -> list[LogBounds]:
            raise LogUnavailable("no")

    with pytest.raises(EventsUnavailable) as ended:
        await anext(flow(StreamReader(Broken(1), "things", 1, CLOCK)))

    assert ended.value.extensions["retryable"] is True


async def test_a_malformed_cursor_ends_the_flow() -> None:
    reader = StreamReader(MemoryLog(1), "things", 1, CLOCK)

    with pytest.raises(InvalidCursor):
        await anext(flow(reader, replace(WISH, since="no")))


async def test_a_cursor_ahead_of_the_gateway_gives_nothing_twice_and_never_goes_back() -> None:
    log = MemoryLog(2)
    slow = log.seen_by_another()
    ahead, behind = StreamReader(log, "things", 2, CLOCK), StreamReader(slow, "things", 2, CLOCK)
    async with aclosing(flow(ahead)) as here, aclosing(flow(behind)) as steady:
        await anext(here)
        await anext(steady)
        slow.stall(stalled=True)
        log.append(0, "a", 1, {"thing": "a"})
        cursor = (await anext(here)).cursor
        async with aclosing(flow(behind, replace(WISH, since=cursor))) as there:
            coming = asyncio.ensure_future(anext(there))
            await asyncio.sleep(0.01)
            log.append(1, "b", 1, {"thing": "b"})
            slow.stall(stalled=False)
            item = await coming

        assert item.happening is not None
        assert (item.happening.entity, item.positions) == ("Thing:b", (1, 1))
        assert (await anext(steady)).happening.entity == "Thing:a"  # type: ignore[union-attr]


async def test_heartbeats_end_when_the_log_has_not_been_read_for_long(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Silent(MemoryLog):
        async def read(self, *_: Any, **__: Any) -> Sequence[LogEntry]:
            raise LogUnavailable("no answer")

    monkeypatch.setattr(reader_module, "_MOST_SILENT_SECONDS", 0.1)
    reader = StreamReader(Silent(1), "things", 1, CLOCK)
    told: list[Occurrence] = []

    async def listen() -> None:
        async with aclosing(flow(reader, replace(WISH, heartbeat=0.02))) as items:
            async for item in items:
                told.append(item)  # noqa: PERF401  # it ends in an error

    with pytest.raises(EventsUnavailable) as ended:
        await listen()

    assert {one.delivery for one in told} == {Delivery.HEARTBEAT}
    assert ended.value.cursor == told[-1].cursor


async def test_a_reader_that_breaks_off_begins_again_where_it_was() -> None:
    class Strange(MemoryLog):
        strange = 1

        async def read(
            self, stream: str, after: Mapping[int, int], *, count: int, wait_seconds: float | None
        ) -> Sequence[LogEntry]:
            if after[0] == 1 and self.strange:
                self.strange = 0
                raise KeyError("what nobody thought of")
            return await super().read(stream, after, count=count, wait_seconds=wait_seconds)

    log = Strange(1)
    async with aclosing(flow(StreamReader(log, "things", 1, CLOCK))) as items:
        await anext(items)
        log.append(0, "a", 1, {"thing": "a"})
        log.append(0, "a", 2, {"thing": "a"})
        assert [(await anext(items)).seq for _ in range(2)] == [1, 2]
