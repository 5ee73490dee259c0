"""What a service's own subscriptions give of a log in a real Valkey."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson
import pytest

from service_kit.graphql.errors import CodedError
from service_kit.graphql.event_flow import EventFlow, LiveItem, Wanted, named_by
from service_kit.identity.caller import Caller, CallerKind
from service_kit.messaging import log_head
from service_kit.messaging.bus import Bus
from service_kit.messaging.cursor import Cursor, write_cursor
from service_kit.messaging.envelope import EntityRef, Event, stream_name
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.log_head import PartitionHead
from service_kit.runtime.clock import SettableClock

SERVICE, PARTITIONS = "bell_svc", 3
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
OPERATOR = Caller("ann", CallerKind.USER, frozenset({"operator"}), frozenset(), NOON)
ALL = Wanted("rang", {"bellId": None, "towers": None}, ["operator"])


class Bells:
    """A log to which tests append events, each with the numbers of its partition."""

    def __init__(self, bus: Bus) -> None:
        self.bus = bus
        self.log = EventLog(bus, SERVICE, PARTITIONS)
        self.last = [0] * PARTITIONS

    async def ring(
        self, partition: int, *, bell: str = "b1", tower: str = "t1", to: str = "town:1"
    ) -> str:
        """Append one event and give its id."""
        event_id, payload = self.event(partition, {"bellId": bell, "towers": [tower, "t9"]}, to)
        await self.append(partition, payload)
        return event_id

    def event(self, partition: int, keys: Any, to: str = "town:1") -> tuple[str, bytes]:
        """Give the partition's next event and its id."""
        self.last[partition] += 1
        event = Event(
            event_id=f"{partition}/{self.last[partition]}",
            type="rang",
            entity=EntityRef("Bell", f"{partition}"),
            seq=self.last[partition],
            occurred_at=NOON,
            actor="test",
            audience=(to,),
            data={"rang": {"keys": keys, "payload": {}} if keys is not None else {}},
        )
        return event.event_id, orjson.dumps(event.to_json())

    async def append(self, partition: int, payload: bytes) -> None:
        """Append anything at the partition's next position."""
        stream = stream_name(SERVICE, partition)
        await self.bus.append_run(stream, self.last[partition], [payload], begin=True)

    def flow(
        self, clock: SettableClock, wanted: Wanted = ALL, caller: Caller = OPERATOR
    ) -> AsyncGenerator[LiveItem, None]:
        """Begin to listen."""
        until = clock.now() + timedelta(days=1)
        return EventFlow(self.log, wanted, replace(caller, expires_at=until), clock).items()


@pytest.fixture
async def bells(redis_url: str) -> AsyncIterator[Bells]:
    bus = Bus(redis_url)
    bells = Bells(bus)
    await say(bells, "0", "first", 0)
    yield bells
    await bus.close()


async def take(flow: AsyncGenerator[LiveItem, None], many: int) -> list[LiveItem]:
    async with asyncio.timeout(30):
        return [await anext(flow) for _ in range(many)]


def ids(items: list[LiveItem]) -> list[str]:
    return [item.event.event_id for item in items if item.event]


def grantee(*grants: str) -> Caller:
    return replace(OPERATOR, roles=frozenset({"visitor"}), grants=frozenset(grants))


async def test_from_every_cursor_on_the_rest_is_heard_once_and_in_order(
    bells: Bells, clock: SettableClock
) -> None:
    beginning = replace(ALL, snapshot=True)
    async with aclosing(bells.flow(clock, beginning)) as flow:
        (snapshot,) = await take(flow, 1)
        rung = [await bells.ring(number % PARTITIONS) for number in range(12)]
        items = [snapshot, *await take(flow, 12)]
    assert sorted(ids(items)) == sorted(rung)
    for place, item in enumerate(items):
        async with aclosing(bells.flow(clock, replace(ALL, since=item.cursor))) as flow:
            rest = await take(flow, 12 - place)
        assert sorted(ids(rest)) == sorted(ids(items[place + 1 :]))
        for partition in range(PARTITIONS):
            told = [one for one in ids(rest) if one.startswith(f"{partition}/")]
            assert told == [one for one in ids(items[place + 1 :]) if one in told]


async def test_a_section_that_is_none_is_passed_over(bells: Bells, clock: SettableClock) -> None:
    async with aclosing(bells.flow(clock, replace(ALL, snapshot=True))) as flow:
        await take(flow, 1)
        for keys in (None, "text"):
            await bells.append(0, bells.event(0, keys)[1])
        rung = await bells.ring(0)

        assert ids(await take(flow, 1)) == [rung]


async def test_a_key_with_several_values_meets_a_filter_with_several(
    bells: Bells, clock: SettableClock
) -> None:
    wanted = replace(ALL, filters={"bellId": "b2", "towers": ["t2", "t3"]}, snapshot=True)
    async with aclosing(bells.flow(clock, wanted)) as flow:
        await take(flow, 1)
        await bells.ring(0, bell="b2", tower="t1")
        await bells.ring(0, bell="b1", tower="t3")
        meant = await bells.ring(0, bell="b2", tower="t3")
        assert ids(await take(flow, 1)) == [meant]


async def test_an_event_is_heard_by_those_in_its_audience(
    bells: Bells, clock: SettableClock
) -> None:
    wanted = replace(ALL, filters={"bellId": "b1"}, snapshot=True)
    async with aclosing(bells.flow(clock, wanted, grantee("town:2"))) as flow:
        await take(flow, 1)
        await bells.ring(0, to="town:1")
        meant = await bells.ring(0, to="town:2")
        assert ids(await take(flow, 1)) == [meant]


@pytest.mark.parametrize(
    ("wanted", "caller", "code"),
    [
        (ALL, grantee("town:1"), "FORBIDDEN"),
        (replace(ALL, filters={"bellId": "b1"}), grantee(), "FORBIDDEN"),
        (replace(ALL, heartbeat_seconds=4), OPERATOR, "INVALID_INPUT"),
        (replace(ALL, heartbeat_seconds=61), OPERATOR, "INVALID_INPUT"),
        (replace(ALL, filters={"towers": []}), OPERATOR, "INVALID_INPUT"),
        (replace(ALL, filters={"bellId": ["b"] * 1 + [str(n) for n in range(500)]}), OPERATOR,
         "INVALID_INPUT"),
    ],
)  # fmt: skip
async def test_what_cannot_be_wished_is_refused_before_anything_is_read(
    bells: Bells, clock: SettableClock, wanted: Wanted, caller: Caller, code: str
) -> None:
    with pytest.raises(CodedError) as refused:
        bells.flow(clock, wanted, caller)
    assert refused.value.extensions == {"code": code}


async def test_events_lost_while_somebody_listens_are_told_by_a_reset(
    bells: Bells, clock: SettableClock
) -> None:
    named: Any = named_by(bell="b1", tower=None)
    async with aclosing(bells.flow(clock, replace(ALL, snapshot=True, named=named))) as flow:
        await take(flow, 1)
        await bells.ring(0)
        await take(flow, 1)
        await bells.bus.delete(stream_name(SERVICE, 0))
        bells.last[0] = 8
        await bells.ring(0)
        reset, snapshot = await take(flow, 2)
        after = await bells.ring(0)
        assert ids(await take(flow, 1)) == [after]
    assert (reset.delivery, snapshot.delivery) == ("RESET", "SNAPSHOT")
    assert snapshot.payload == {"bell": {"id": "b1"}}
    assert reset.cursor == snapshot.cursor


async def say(bells: Bells, mark: str, identity: str, reached: int) -> None:
    """Say as a relay would which log it is and how far partition 0 goes."""
    partitions = {number: PartitionHead(0, mark) for number in range(1, PARTITIONS)}
    heads = {0: PartitionHead(reached, mark), **partitions}
    await bells.bus.tell_head(SERVICE, identity, heads, count=PARTITIONS)


async def test_a_log_that_began_anew_is_told_by_a_reset(bells: Bells, clock: SettableClock) -> None:
    await say(bells, "1", "first", 0)
    for _ in range(3):
        await bells.ring(0)
    beginning = replace(ALL, snapshot=True, named=named_by(bell="b1"))
    async with aclosing(bells.flow(clock, beginning)) as flow:
        (snapshot,) = await take(flow, 1)
        await bells.bus.delete(stream_name(SERVICE, 0))
        bells.last[0] = 0
        await say(bells, "2", "second", 0)
        reset, again = await take(flow, 2)
        meant = await bells.ring(0)
        assert ids(await take(flow, 1)) == [meant]
    assert (reset.delivery, again.delivery) == ("RESET", "SNAPSHOT")

    async with aclosing(bells.flow(clock, replace(ALL, since=snapshot.cursor))) as flow:
        (reset,) = await take(flow, 1)
    assert reset.delivery == "RESET"


async def test_a_log_that_is_filled_again_goes_on_without_a_reset(
    bells: Bells, clock: SettableClock
) -> None:
    await say(bells, "1", "first", 0)
    for _ in range(3):
        await bells.ring(0)
    async with aclosing(bells.flow(clock, replace(ALL, heartbeat_seconds=5))) as flow:
        await take(flow, 1)
        await bells.bus.delete(stream_name(SERVICE, 0))
        bells.last[0] = 0
        first = asyncio.ensure_future(take(flow, 1))
        for mark in "23":
            await say(bells, mark, "first", 3)
            await bells.ring(0)
        assert [item.delivery for item in await first] == ["HEARTBEAT"]
        await bells.ring(0)
        meant = await bells.ring(0)
        assert ids(await take(flow, 1)) == [meant]


async def test_who_comes_while_a_lost_log_is_filled_again_hears_nothing_old(
    bells: Bells, clock: SettableClock
) -> None:
    for _ in range(3):
        await bells.ring(0)
    await bells.bus.delete(stream_name(SERVICE, 0))
    await forget_head(bells)
    async with aclosing(bells.flow(clock, replace(ALL, snapshot=True))) as flow:
        first = asyncio.ensure_future(take(flow, 1))
        await asyncio.wait([first], timeout=0.3)
        bells.last[0] = 0
        for _ in range(3):
            await bells.ring(0)
        await say(bells, "1", "first", 3)
        assert [item.delivery for item in await first] == ["SNAPSHOT"]
        meant = await bells.ring(0)
        assert ids(await take(flow, 1)) == [meant]


async def test_nobody_waits_for_ever_for_a_log_that_no_relay_tells_of(
    bells: Bells, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(log_head, "_MOST_UNSAID_SECONDS", 0.3)
    await forget_head(bells)
    for _ in range(2):
        async with aclosing(bells.flow(clock)) as flow:
            with pytest.raises(CodedError) as refusal:
                await take(flow, 1)
        assert refusal.value.extensions == {"code": "UNAVAILABLE"}


async def test_a_log_of_another_number_of_partitions_is_not_read(
    bells: Bells, clock: SettableClock
) -> None:
    heads = {number: PartitionHead(0, "1") for number in range(PARTITIONS + 1)}
    await bells.bus.tell_head(SERVICE, "first", heads, count=PARTITIONS + 1)
    async with aclosing(bells.flow(clock)) as flow:
        with pytest.raises(CodedError) as refusal:
            await take(flow, 1)
    assert refusal.value.extensions == {"code": "UNAVAILABLE"}


async def forget_head(bells: Bells) -> None:
    await bells.bus.delete(f"events:{SERVICE}:head")


async def test_a_cursor_beyond_a_log_that_is_whole_is_told_by_a_reset(
    bells: Bells, clock: SettableClock
) -> None:
    await say(bells, "1", "first", 0)
    await bells.ring(0)
    ahead = write_cursor(SERVICE, Cursor((9, 0, 0), "first"))
    async with aclosing(bells.flow(clock, replace(ALL, since=ahead))) as flow:
        first = asyncio.ensure_future(take(flow, 1))
        for mark in range(2, 20):
            await say(bells, str(mark), "first", 1)
            done, _ = await asyncio.wait([first], timeout=0.5)
            if done:
                break
        (reset,) = await first
    assert reset.delivery == "RESET"
    assert reset.cursor == write_cursor(SERVICE, Cursor((1, 0, 0), "first"))


async def test_what_is_no_event_is_passed_over(bells: Bells, clock: SettableClock) -> None:
    async with aclosing(bells.flow(clock, replace(ALL, snapshot=True))) as flow:
        await take(flow, 1)
        for rubbish in (b"{}", b"not JSON", b'{"data": 5}'):
            bells.last[1] += 1
            await bells.append(1, rubbish)
        meant = await bells.ring(1)
        assert ids(await take(flow, 1)) == [meant]


async def test_many_listeners_hear_the_same(bells: Bells, clock: SettableClock) -> None:
    flows = [bells.flow(clock, replace(ALL, snapshot=True)) for _ in range(20)]
    for flow in flows:
        await take(flow, 1)
    rung = [await bells.ring(0) for _ in range(5)]
    heard = await asyncio.gather(*(take(flow, 5) for flow in flows))
    assert all(ids(items) == rung for items in heard)
    for flow in flows:
        await flow.aclose()


async def test_what_the_snapshot_has_shown_is_not_told_again(
    bells: Bells, clock: SettableClock
) -> None:
    until = clock.now() + timedelta(days=1)
    flow = EventFlow(
        bells.log, replace(ALL, snapshot=True), replace(OPERATOR, expires_at=until), clock
    )
    async with aclosing(flow.items()) as items:
        await take(items, 1)
        flow.shown(EntityRef("Bell", "0"), 2)
        for _ in range(3):
            await bells.ring(0)
        other = await bells.ring(1)
        assert sorted(ids(await take(items, 2))) == ["0/3", other]


async def test_a_cursor_with_a_snapshot_gives_it_first_and_the_rest_after(
    bells: Bells, clock: SettableClock
) -> None:
    beginning = write_cursor(SERVICE, Cursor((0,) * PARTITIONS))
    rung = await bells.ring(0)
    async with aclosing(bells.flow(clock, replace(ALL, since=beginning, snapshot=True))) as flow:
        snapshot, event = await take(flow, 2)
    assert (snapshot.delivery, snapshot.cursor) == ("SNAPSHOT", beginning)
    assert ids([event]) == [rung]


async def test_of_a_state_the_latest_stands_for_what_waited_with_it(
    bells: Bells, clock: SettableClock
) -> None:
    beginning = write_cursor(SERVICE, Cursor((0,) * PARTITIONS))
    state = replace(ALL, since=beginning, is_state=True)
    for partition in (0, 0, 1, 0, 1, 2):
        await bells.ring(partition)
    async with aclosing(bells.flow(clock, state)) as flow:
        items = await take(flow, 3)
        await bells.ring(0)
        (alone,) = await take(flow, 1)
    seen = [(item.event.event_id, item.seq_from) for item in [*items, alone] if item.event]
    assert sorted(seen[:3]) == [("0/3", 1), ("1/2", 1), ("2/1", 1)]
    assert seen[3:] == [("0/4", 4)]
    for place, item in enumerate(items):
        rest = [one for one in items[place + 1 :] if one.event] + [alone]
        async with aclosing(bells.flow(clock, replace(state, since=item.cursor))) as flow:
            again = await take(flow, len({one.event.entity for one in rest if one.event}))
        latest = {one.event.entity: one.event.seq for one in rest if one.event}
        assert {one.event.entity: one.event.seq for one in again if one.event} == latest
