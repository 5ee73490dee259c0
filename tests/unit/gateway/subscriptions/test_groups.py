"""Listeners of the same answers are served together, and never at the cost of others."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gateway.errors import Expired, TooSlow
from gateway.execution.answer import Answer
from gateway.subscriptions import courier
from gateway.subscriptions.cursor import LogName
from gateway.subscriptions.figures import StreamFigures
from gateway.subscriptions.flow import Flow
from gateway.subscriptions.group import Group
from gateway.subscriptions.groups import Groups
from gateway.subscriptions.listener import Interest
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader
from gateway.subscriptions.wish import Wish
from service_kit.runtime.clock import SettableClock
from tests.support.listeners import AsTheyAre, listener_for
from tests.support.memory_log import MemoryLog

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


class Scene:
    """One partition, one reader, and clients whose next item is always being waited for."""

    def __init__(self) -> None:
        self.log = MemoryLog(1)
        self.clock = SettableClock(NOW)
        self.reader = StreamReader(self.log, "things", 1, self.clock)
        self.seq = 0

    def append(self, entity: str = "a") -> None:
        self.seq += 1
        self.log.append(0, entity, self.seq, {"thing": entity})

    @asynccontextmanager
    async def client(self, wish: Wish | None = None, **options: Any) -> AsyncIterator["Client"]:
        wish = wish or wish_for("a")
        client = Client()
        options.setdefault("push", client.push)
        items = Flow(self.reader, wish, listener_for(wish.interest, **options), self.clock).items()
        client.next = asyncio.ensure_future(anext(items))
        try:
            await turns()
            yield client
        finally:
            client.next.cancel()
            await asyncio.wait([client.next])
            await items.aclose()


class Client:
    """What was pushed to it, and the item that it waits for."""

    def __init__(self) -> None:
        self.pushed: list[Any] = []
        self.next: asyncio.Future[Occurrence]

    def push(self, answer: Answer) -> bool:
        self.pushed.append(answer)
        return True

    @property
    def seqs(self) -> list[int]:
        return [one.data["seq"] for one in self.pushed]


def wish_for(entity: str) -> Wish:
    interest = Interest("changed", {"thing": frozenset({entity})}, None)
    return Wish(interest, None, snapshot=False, heartbeat=None, named={})


async def turns(count: int = 60) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture
def scene() -> Scene:
    return Scene()


async def test_an_event_is_resolved_once_and_the_same_answer_is_pushed_to_all(
    scene: Scene,
) -> None:
    resolver = AsTheyAre(takes_time=True)
    async with (
        scene.client(resolver=resolver) as one,
        scene.client(resolver=resolver) as other,
    ):
        scene.append()
        await turns()

        assert len(resolver.begun) == 1
        assert one.pushed[0] is other.pushed[0]
        assert scene.reader.figures.deliveries == 2


async def test_a_later_event_that_is_resolved_first_waits_for_its_turn(scene: Scene) -> None:
    class Backwards(AsTheyAre):
        async def _resolve(self, item: Occurrence) -> Answer:
            await turns(30 - 10 * (item.seq or 0))
            return await super()._resolve(item)

    async with scene.client(resolver=Backwards(takes_time=True)) as client:
        for _ in range(3):
            scene.append()
        await turns()

        assert client.seqs == [1, 2, 3]


async def test_a_subgraph_that_does_not_answer_holds_up_nobody_else(scene: Scene) -> None:
    slow = AsTheyAre(takes_time=True)
    slow.key = "slow"
    slow.hold(held=True)
    async with scene.client(resolver=slow) as stuck, scene.client() as client:
        scene.append()
        scene.append()
        await turns()

        assert (stuck.seqs, client.seqs) == ([], [1, 2])
        slow.hold(held=False)
        await turns()
        assert stuck.seqs == [1, 2]


async def test_who_comes_while_answers_are_on_their_way_gets_what_is_newer_only(
    scene: Scene,
) -> None:
    resolver = AsTheyAre(takes_time=True)
    async with scene.client(resolver=resolver) as early:
        resolver.hold(held=True)
        scene.append()
        await turns()
        async with scene.client(resolver=resolver) as late:
            scene.append()
            await turns()
            resolver.hold(held=False)
            await turns()
            scene.append()
            await turns()

            assert (early.seqs, late.seqs) == ([1, 2, 3], [2, 3])
            assert len(resolver.begun) == 3  # both were told by the same three resolutions
            assert early.pushed[2] is late.pushed[1]


async def test_more_events_than_may_wait_cut_a_group_off_at_its_own_cursor(scene: Scene) -> None:
    resolver = AsTheyAre(takes_time=True)
    resolver.key = "slow"
    async with scene.client(resolver=resolver) as client, scene.client() as other:
        scene.append()
        await turns()
        resolver.hold(held=True)
        for _ in range(30):
            scene.append()
        await turns()

        with pytest.raises(TooSlow) as ended:
            client.next.result()
        assert ended.value.cursor == client.pushed[0].data["cursor"]
        assert other.seqs == list(range(1, 32))
        assert scene.reader.figures.cut_off == 1
        resolver.hold(held=False)


async def test_whoever_cannot_be_pushed_to_now_is_left_the_item(
    scene: Scene,
) -> None:
    def refused(_: Answer) -> bool:
        return False

    async with (
        scene.client(push=refused) as one,
        scene.client(push=None) as two,
        scene.client() as three,
    ):
        scene.append()
        await turns()

        assert [each.next.result().seq for each in (one, two)] == [1, 1]
        assert three.seqs == [1]


async def test_nothing_is_pushed_after_the_token_has_expired_nor_resolved_in_its_name(
    scene: Scene,
) -> None:
    gone, good = AsTheyAre(takes_time=True), AsTheyAre(takes_time=True)
    soon = NOW + timedelta(minutes=1)
    async with (
        scene.client(resolver=gone, expires_at=soon) as expired,
        scene.client(resolver=good) as client,
    ):
        scene.clock.advance(timedelta(minutes=2))
        scene.append()
        await turns()

        assert (expired.pushed, len(gone.begun)) == ([], 0)
        with pytest.raises(Expired):
            expired.next.result()
        assert (client.seqs, len(good.begun)) == ([1], 1)


class Expiring(AsTheyAre):
    """Comes to nothing the first time: the token of who asked had expired."""

    def begin(self, item: Occurrence) -> asyncio.Task[Any] | None:
        known: asyncio.Task[Any] | None = item.resolved.get(self.key)
        if known is None or (known.done() and known.result() is None):
            known = item.resolved[self.key] = asyncio.create_task(self._tried(item))
            self.begun.append(item)
        return known

    async def _tried(self, item: Occurrence) -> Answer | None:
        return await self._resolve(item) if len(self.begun) > 1 else None


async def test_what_has_to_be_resolved_once_more_holds_up_nobody_else(scene: Scene) -> None:
    again, other = Expiring(takes_time=True), AsTheyAre(takes_time=True)
    again.key, other.key = "again", "other"
    again.hold(held=True)
    other.hold(held=True)
    async with scene.client(resolver=again) as stuck, scene.client(resolver=other) as client:
        scene.append()
        await turns()
        other.hold(held=False)
        await turns()

        assert (stuck.seqs, client.seqs) == ([], [1])
        again.hold(held=False)
        await turns()
        assert stuck.seqs == [1]


async def test_a_heartbeat_never_points_past_an_event_that_is_still_being_resolved(
    scene: Scene,
) -> None:
    resolver = AsTheyAre(takes_time=True)
    resolver.hold(held=True)
    wish = replace(wish_for("a"), heartbeat=0.02)
    items = Flow(scene.reader, wish, listener_for(wish.interest, resolver=resolver), scene.clock)
    flow = items.items()
    before = await anext(flow)
    scene.append()
    heartbeats = [await anext(flow) for _ in range(3)]
    resolver.hold(held=False)
    event = await anext(flow)
    while event.delivery is Delivery.HEARTBEAT:
        event = await anext(flow)
    await flow.aclose()

    assert {one.delivery for one in heartbeats} == {Delivery.HEARTBEAT}
    assert {one.positions for one in heartbeats} == {before.positions}
    assert (event.delivery, event.seq, event.positions) == (Delivery.EVENT, 1, (1,))


async def test_while_many_events_go_to_many_listeners_the_loop_turns(scene: Scene) -> None:
    counted = 0
    at: list[int] = []

    async def count() -> None:
        nonlocal counted
        while True:
            counted += 1
            await asyncio.sleep(0)

    def push(_: Answer) -> bool:
        at.append(counted)
        return True

    wish = wish_for("a")
    listeners = [listener_for(wish.interest) for _ in range(1000)]
    async with scene.client(push=push):
        for listener in listeners:
            scene.reader.join(listener)
        counting = asyncio.create_task(count())
        for _ in range(20):
            scene.append()
        await turns(19 * 1000 // courier.AT_ONCE + 100)
        counting.cancel()
        for listener in listeners:
            scene.reader.leave(listener)

    assert at[19] - at[0] >= 19 * 1000 / courier.AT_ONCE


def test_who_stood_apart_is_joined_to_the_others_when_nothing_is_on_its_way() -> None:
    ready: list[Group] = []
    groups = Groups(StreamFigures(), SettableClock(NOW), ready.append, lambda _: None)
    one, other, ahead = (listener_for(wish_for("a").interest) for _ in range(3))
    groups.join(one, None, None)
    (group,) = groups
    group.put(Occurrence(Delivery.EVENT, LogName("things"), (1,), {}))
    groups.join(other, None, None)
    groups.join(ahead, (3,), None)
    groups.unite((1,), None)
    busy = [groups.of(each) for each in (one, other, ahead)]
    group.end()

    groups.unite((2,), None)
    before = [groups.of(each) for each in (one, other, ahead)]
    groups.unite((3,), None)

    assert len(set(busy)) == 3
    assert before[0] is before[1] is not before[2]
    assert len({groups.of(each) for each in (one, other, ahead)}) == 1
    assert (len(list(groups)), len(groups)) == (1, 3)
