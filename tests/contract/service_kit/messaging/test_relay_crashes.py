"""A relay may die between any two steps; its successor leaves no hole and no double."""

import asyncio
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service_kit.messaging.bus import Bus
from service_kit.messaging.leases import LEASES
from service_kit.messaging.relay import CRASH_POINTS, Relay, RelaySettings
from service_kit.runtime.crash_points import Crashed
from service_kit.storage.database import Database
from tests.support.told_events import (
    PARTITIONS,
    SERVICE,
    CountingService,
    check_that_all_is_told_once,
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


def relay_of(database: Database, bus: Bus, owner: str, reached: DiesAt) -> Relay:
    return Relay(
        database,
        bus,
        SERVICE,
        PARTITIONS,
        owner,
        settings=RelaySettings(lease=timedelta(minutes=5), rows_at_once=3),
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


async def forget(database: Database, bus: Bus) -> None:
    """Begin the next example with nothing."""
    await prepare(database)
    for name in ("counters", "outbox", "positions", "leases"):
        await database.collection(name).delete_many({})
    for stream in streams():
        await bus.delete(stream)
