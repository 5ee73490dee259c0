"""A relay may die between any two steps; its successor leaves no hole and no double."""

import asyncio
import threading
from collections.abc import Awaitable, Callable, Iterable
from datetime import timedelta
from itertools import count

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from service_kit.messaging.bus import Bus
from service_kit.messaging.leases import LEASES, Lease
from service_kit.messaging.relay import CRASH_POINTS, Relay, RelaySettings
from service_kit.runtime.crash_points import Crashed, Reached
from service_kit.storage.database import Database, StorageUnavailable, connect
from tests.support.background import in_background
from tests.support.serving import LoopThread
from tests.support.told_events import (
    PARTITIONS,
    SERVICE,
    CountingService,
    check_that_all_is_told_once,
    one_in_each_partition,
    prepare,
    streams,
)


class DiesAt:
    """Passes a crash point some times, then dies there."""

    def __init__(self, point: str, times: int = 0) -> None:
        self.point = point
        self.left = times
        self.passed: set[str] = set()

    def __call__(self, point: str) -> None:
        self.passed.add(point)
        if point == self.point:
            if self.left == 0:
                raise Crashed(point)
            self.left -= 1


class FailsAt:
    """Passes points by, but fails at some of those that it is yet to pass, by their number."""

    def __init__(self, places: Iterable[int]) -> None:
        self.places = frozenset(places)
        self.passed = 0

    def __call__(self, point: str) -> None:
        self.passed += 1
        if self.passed in self.places:
            raise StorageUnavailable(point)


def relay_of(
    database: Database,
    bus: Bus,
    owner: str,
    reached: Reached,
    lease: timedelta = timedelta(minutes=5),
) -> Relay:
    return Relay(
        database,
        bus,
        SERVICE,
        PARTITIONS,
        owner,
        settings=RelaySettings(lease=lease, rows_at_once=3),
        reached=reached,
    )


async def bury(database: Database) -> None:
    """Let the leases of the dead run out."""
    await database.collection(LEASES.name).update_many({}, [{"$set": {"until": "$$NOW"}}])


async def dies(relay: Relay) -> bool:
    try:
        await relay.drain()
    except Crashed:
        return True
    return False


async def test_the_list_of_crash_points_is_complete(database: Database, bus: Bus) -> None:
    await prepare(database)
    counting, watch = CountingService(database), DiesAt("nowhere")
    await counting.count("a", "b", "c", "d")
    relay = relay_of(database, bus, "first", watch)
    await relay.drain()
    for stream in streams():
        await bus.delete(stream)
    await relay.refill()
    assert watch.passed == set(CRASH_POINTS)


@pytest.mark.parametrize("times", [0, 1])
@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_relay_killed_at_a_crash_point_is_followed_without_loss(
    database: Database, bus: Bus, point: str, times: int
) -> None:
    await prepare(database)
    counting = CountingService(database)
    await counting.count("a", "b", "c", "d", "e")
    await counting.count("a", "b")
    if point == "relay.caught_up":  # something to catch up with
        await dies(relay_of(database, bus, "before", DiesAt("relay.positions_given")))
        await bury(database)
    dead = await dies(relay_of(database, bus, "first", DiesAt(point, times)))
    assert dead or point == "relay.caught_up", "the crash point was never reached"
    await counting.count("a", "c")
    await bury(database)
    await relay_of(database, bus, "second", DiesAt("nowhere")).drain()
    await check_that_all_is_told_once(database, bus)


DEATHS = st.lists(st.tuples(st.sampled_from(CRASH_POINTS), st.integers(0, 3)), max_size=5)


@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deaths=DEATHS, wiped=st.integers(0, 5))
async def test_no_series_of_deaths_and_losses_of_the_stream_breaks_the_log(
    database: Database, bus: Bus, deaths: list[tuple[str, int]], wiped: int
) -> None:
    await survive(database, bus, deaths, wiped)


@pytest.mark.long
@pytest.mark.timeout(1800)
@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(deaths=DEATHS, wiped=st.integers(0, 5))
async def test_no_long_series_of_deaths_and_losses_breaks_the_log(
    database: Database, bus: Bus, deaths: list[tuple[str, int]], wiped: int
) -> None:
    await survive(database, bus, deaths, wiped)


async def survive(database: Database, bus: Bus, deaths: list[tuple[str, int]], wiped: int) -> None:
    """Let one relay after the other die, lose the streams once, and look what is left."""
    await forget(database, bus)
    counting = CountingService(database)
    for generation, (point, times) in enumerate(deaths):
        await counting.count("a", "b", "c", "d")
        await asyncio.gather(counting.count("a"), counting.count("a", "e"))
        await dies(relay_of(database, bus, f"relay-{generation}", DiesAt(point, times)))
        if generation == wiped:
            for stream in streams():
                await bus.delete(stream)
        await bury(database)
    await counting.count("a", "b", "c", "d")
    last = relay_of(database, bus, "last", DiesAt("nowhere"))
    await last.drain()
    await last.refill()
    await check_that_all_is_told_once(database, bus)


@settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@example(places={6})  # between a lease taken and its adoption
@given(places=st.sets(st.integers(1, 40), max_size=8))
async def test_after_a_failed_step_a_relay_owns_what_it_holds_and_tells_all(
    database: Database, bus: Bus, places: set[int]
) -> None:
    await forget(database, bus)
    counting, failing = CountingService(database), FailsAt(places)
    relay = relay_of(database, bus, "only", failing, lease=timedelta(milliseconds=3))
    await counting.count(*one_in_each_partition())
    while not await passes(relay):
        assert relay.partitions <= held(relay)
    await counting.count("a", "b", "c")
    failing.places = frozenset()
    while await counting.outbox.pending():
        await relay.drain()
    assert relay.partitions == held(relay) == frozenset(range(PARTITIONS))
    await check_that_all_is_told_once(database, bus)


async def passes(relay: Relay) -> bool:
    try:
        await relay.drain()
    except StorageUnavailable:
        relay._next_look = 0.0  # as its loop does
        return False
    return True


def held(relay: Relay) -> frozenset[int]:
    return frozenset(map(int, relay._shares.held))


async def test_a_stepdown_while_leases_are_taken_strands_no_partition(
    database: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepare(database)
    counting = CountingService(database)
    await counting.count(*one_in_each_partition())
    relay = relay_of(database, bus, "only", DiesAt("nowhere"), lease=timedelta(milliseconds=600))
    acquire, asked = relay._shares._leases.acquire, count()

    async def acquire_in_a_stepdown(
        name: str, owner: str, duration: timedelta, *, above: int = 0
    ) -> Lease | None:
        if next(asked) == 2:
            await step_down_for(database, "findAndModify", times=2)
        return await acquire(name, owner, duration, above=above)

    monkeypatch.setattr(relay._shares._leases, "acquire", acquire_in_a_stepdown)
    async with in_background(relay.run()):
        while await counting.outbox.pending():
            await database.ping()
    await check_that_all_is_told_once(database, bus)


async def test_positions_whose_commit_was_not_answered_are_told_without_waiting_for_another_event(
    database: Database, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    await prepare(database)
    counting, relay = CountingService(database), relay_of(database, bus, "only", FailsAt(()))
    await relay.run_once()
    await counting.count(*one_in_each_partition()[:3])
    with monkeypatch.context() as patched:
        patched.setattr(relay._positions, "give", unanswered(relay._positions.give))
        with pytest.raises(StorageUnavailable):
            await relay.run_once()
    assert await counting.outbox.pending() == 0
    await relay.run_once()
    await check_that_all_is_told_once(database, bus)


def unanswered(call: Callable[..., Awaitable[object]]) -> Callable[..., Awaitable[object]]:
    async def called(*arguments: object) -> object:
        await call(*arguments)
        raise StorageUnavailable("the primary stepped down")

    return called


async def step_down_for(database: Database, command: str, *, times: int) -> None:
    """Have so many commands of this database's clients refused, as by a primary stepping down."""
    await database._client.admin.command(
        {
            "configureFailPoint": "failCommand",
            "mode": {"times": times},
            "data": {
                "failCommands": [command],
                "errorCode": 189,
                "errorLabels": ["RetryableWriteError"],
                "namespace": f"{database._database.name}.{LEASES.name}",
            },
        }
    )


async def forget(database: Database, bus: Bus) -> None:
    """Begin the next example with nothing."""
    await prepare(database)
    for name in ("counters", "outbox", "positions", "leases"):
        await database.collection(name).delete_many({})
    for stream in streams():
        await bus.delete(stream)


class Pauses:
    """Stops the whole thread at a crash point, with its transaction open, as if its machine did."""

    def __init__(self, point: str) -> None:
        self.point = point
        self.reached, self.goes_on = threading.Event(), threading.Event()

    def __call__(self, point: str) -> None:
        if point == self.point:
            self.reached.set()
            self.goes_on.wait()


@pytest.mark.parametrize("point", ["relay.counters_written", "relay.rows_written"])
async def test_a_relay_that_stands_still_in_a_transaction_blocks_nobody_and_gives_nothing_later(
    mongodb_url: str, redis_url: str, database: Database, bus: Bus, point: str
) -> None:
    await prepare(database)
    counting, pauses = CountingService(database), Pauses(point)
    await counting.count("a", "b", "c", "d")

    async def stands_still() -> int:
        of_its_own, its_bus = connect(mongodb_url, database.name), Bus(redis_url)
        try:
            return await relay_of(of_its_own, its_bus, "first", pauses).run_once()
        finally:
            await its_bus.close()
            await of_its_own.close()

    thread = LoopThread("the first relay")
    first = asyncio.ensure_future(thread.ask(stands_still()))
    try:
        await asyncio.to_thread(pauses.reached.wait)
        await bury(database)
        async with asyncio.timeout(30):  # MongoDB itself would wait for a minute
            await relay_of(database, bus, "second", DiesAt("nowhere")).drain()
        await check_that_all_is_told_once(database, bus)
    finally:
        pauses.goes_on.set()
        assert await first == 0
        thread.close()
    await check_that_all_is_told_once(database, bus)
