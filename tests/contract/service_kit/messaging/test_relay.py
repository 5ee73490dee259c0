"""What is committed is told: once, in order, at once, and again if the stream is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import orjson
import pytest
import pytest_asyncio
import redis.asyncio

from service_kit.messaging.bus import Bounds, Bus
from service_kit.messaging.leases import LEASES
from service_kit.messaging.log_head import OtherPartitions
from service_kit.messaging.outbox import OUTBOX
from service_kit.messaging.positions import POSITIONS
from service_kit.messaging.relay import Relay, RelaySettings
from service_kit.runtime.running import Works, running
from service_kit.storage.database import Database, Session, connect
from tests.support.background import in_background
from tests.support.told_events import (
    PARTITIONS,
    SERVICE,
    CountingService,
    check_that_all_is_told_once,
    counted,
    one_in_each_partition,
    prepare,
    sequences,
    streams,
    told,
)

EVERYWHERE = one_in_each_partition()
QUICK = RelaySettings(lease=timedelta(milliseconds=1))
"""Looks at its leases and streams each time."""
LONG = RelaySettings(lease=timedelta(minutes=5))


@pytest_asyncio.fixture
async def counting(database: Database) -> CountingService:
    await prepare(database)
    return CountingService(database)


@pytest_asyncio.fixture
async def second_database(mongodb_url: str, database_name: str) -> AsyncIterator[Database]:
    """The same database, as another process sees it."""
    database = connect(mongodb_url, database_name)
    yield database
    await database.close()


def relay_of(
    database: Database, bus: Bus, owner: str = "a", settings: RelaySettings = LONG
) -> Relay:
    return Relay(database, bus, SERVICE, PARTITIONS, owner, settings=settings)


async def test_commits_are_told_once_and_in_order(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    relay = relay_of(database, bus)
    for _ in range(3):
        await counting.count("a", "b", "c", "d", "e")
        await counting.count("a")
    assert await relay.drain() == 18
    await check_that_all_is_told_once(database, bus)
    assert await counting.outbox.pending() == 0


async def test_an_aborted_change_is_never_told(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    async def fail(session: Session) -> None:
        await counting.outbox.append(session, [counted("ghost", 1)])
        raise RuntimeError("no")

    woken: list[frozenset[int]] = []
    counting.outbox.on_commit(woken.append)
    with pytest.raises(RuntimeError):
        await database.transaction(fail)
    await counting.count("a")
    await relay_of(database, bus).drain()
    await check_that_all_is_told_once(database, bus)
    assert len(woken) == 1


async def test_a_commit_with_many_events_keeps_their_order(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    events = [counted("a", seq) for seq in range(1, 251)]
    await database.transaction(lambda session: counting.outbox.append(session, events))
    await database.collection("counters").insert_one({"_id": "a", "version": 250})
    relay = relay_of(database, bus, settings=RelaySettings(rows_at_once=1))
    assert await relay.drain() == 250
    await check_that_all_is_told_once(database, bus)


async def test_writers_in_several_processes_never_get_an_entity_out_of_order(
    database: Database, second_database: Database, bus: Bus, counting: CountingService
) -> None:
    other = CountingService(second_database)

    async def write(service: CountingService) -> None:
        for _ in range(15):
            await service.count("hot", "warm")
            await service.count_telling_first("cool")

    async with in_background(relay_of(database, bus).run()):
        await asyncio.gather(*(write(service) for service in (counting, other) * 2))
        for name in ("hot", "warm", "cool"):
            await heard(bus, name, 60)
    await check_that_all_is_told_once(database, bus)


async def heard(bus: Bus, name: str, count: int) -> None:
    """Wait until so many events of a counter are in the streams."""
    while sum(len(sequences(part).get(name, [])) for part in (await told(bus)).values()) < count:
        await bus.read(dict.fromkeys(streams(), 1_000_000), block=20)


async def test_a_commit_is_told_without_waiting_for_the_poll(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    relay = relay_of(database, bus, settings=RelaySettings(poll=timedelta(hours=1)))
    counting.outbox.on_commit(relay.wake)
    async with in_background(relay.run()):
        for number in range(1, 4):
            await counting.count("hot")
            await heard(bus, "hot", number)


async def test_a_commit_in_a_process_that_owns_nothing_wakes_the_owner(
    database: Database, second_database: Database, bus: Bus
) -> None:
    await prepare(database)
    slow = RelaySettings(lease=timedelta(minutes=5), poll=timedelta(hours=1))
    owner = relay_of(database, bus, "owner", slow)
    await owner.run_once()
    assert owner.partitions == frozenset(range(PARTITIONS))
    other = CountingService(second_database)
    standby = relay_of(second_database, bus, "standby", slow)
    other.outbox.on_commit(standby.wake)
    async with in_background(owner.run(), standby.run()):
        for number in range(1, 4):
            await other.count("hot")
            await heard(bus, "hot", number)
        assert standby.partitions == frozenset()


async def test_without_any_wake_up_the_poll_finds_the_commit(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    relay = relay_of(database, bus, settings=RelaySettings(poll=timedelta(milliseconds=20)))
    async with in_background(relay.run()):
        await counting.count("hot")
        await heard(bus, "hot", 1)


async def test_two_relays_divide_the_partitions_and_tell_everything_once(
    database: Database, second_database: Database, bus: Bus, counting: CountingService
) -> None:
    quick = RelaySettings(lease=timedelta(milliseconds=300), poll=timedelta(milliseconds=20))
    relays = [relay_of(database, bus, "a", quick), relay_of(second_database, bus, "b", quick)]
    staying, leaving = relays
    async with in_background(staying.run()):
        async with in_background(leaving.run()):
            for n in range(20):
                await counting.count("hot", f"cold-{n % 7}")
            while any(len(relay.partitions) != PARTITIONS // 2 for relay in relays):
                await counting.count("hot")
        for n in range(20):
            await counting.count("hot", f"cold-{n % 7}")
        while len(staying.partitions) < PARTITIONS:
            await counting.count("hot")
        await counting.count("cold-0")
        while await counting.outbox.pending():
            await database.ping()
    await relay_of(database, bus, "c").drain()
    await check_that_all_is_told_once(database, bus)


async def test_a_relay_that_lost_its_leases_unknowingly_can_neither_number_nor_append(
    database: Database, second_database: Database, bus: Bus, counting: CountingService
) -> None:
    old, new = relay_of(database, bus, "old"), relay_of(second_database, bus, "new")
    await counting.count(*EVERYWHERE)
    await old.drain()
    await database.collection(LEASES.name).update_many({}, [{"$set": {"until": "$$NOW"}}])
    await new.drain()
    assert new.partitions == frozenset(range(PARTITIONS))
    await counting.count(*EVERYWHERE)

    assert await old.run_once() == 0
    assert await counting.outbox.pending() > 0, "the old relay has numbered nothing"
    assert old.partitions == frozenset()
    assert await new.drain() == 4
    await check_that_all_is_told_once(database, bus)


async def test_a_lost_stream_is_filled_again_from_the_database(
    database: Database, bus: Bus, counting: CountingService, redis_url: str
) -> None:
    relay = relay_of(database, bus)
    for _ in range(5):
        await counting.count(*EVERYWHERE)
    await relay.drain()
    before = await told(bus)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushdb()
    assert await bus.bounds(streams()) == dict.fromkeys(streams(), Bounds(0, 0))

    assert await relay.refill() == 20
    assert await told(bus) == before
    assert await relay.refill() == 0


async def test_the_log_keeps_its_identity_through_the_loss_of_its_streams(
    database: Database,
    second_database: Database,
    bus: Bus,
    counting: CountingService,
    redis_url: str,
) -> None:
    await counting.count(*EVERYWHERE)
    relay = relay_of(database, bus, settings=QUICK)
    await relay.drain()
    await relay.run_once()
    before = await bus.head(SERVICE)
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushdb()
    lost = await bus.head(SERVICE)

    await relay_of(second_database, bus, "b", QUICK).run_once()
    while not (await bus.head(SERVICE)).partitions:  # the first still leases
        await relay.run_once()
    after = await bus.head(SERVICE)

    assert before.identity is not None
    assert (lost.identity, lost.partitions) == (None, {})
    assert after.identity == before.identity
    for number, stream in enumerate(streams()):
        if number in after.partitions:
            end = (await bus.bounds([stream]))[stream].last
            assert after.partitions[number].reached == end
            assert after.partitions[number].mark != before.partitions[number].mark


@pytest.mark.usefixtures("counting")
async def test_a_log_is_not_written_with_another_number_of_partitions(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    await relay_of(database, bus).run_once()
    await counting.count("a")
    other = Relay(database, bus, SERVICE, PARTITIONS + 1, "b", settings=QUICK)
    with pytest.raises(OtherPartitions, match=f"has 4 partitions.* set to {PARTITIONS + 1}"):
        await other.run_once()
    assert other.partitions == frozenset()
    assert await counting.outbox.pending() == 1
    assert (await bus.head(SERVICE)).count == PARTITIONS


async def test_another_database_is_another_log(database: Database, bus: Bus) -> None:
    await relay_of(database, bus, settings=QUICK).run_once()
    before = await bus.head(SERVICE)
    for name in (POSITIONS.name, LEASES.name):
        await database.collection(name).delete_many({})

    await relay_of(database, bus, "b", QUICK).run_once()

    assert before.identity != (await bus.head(SERVICE)).identity


async def test_a_loss_noticed_at_the_next_event_is_made_good_before_it(
    database: Database, bus: Bus, counting: CountingService, redis_url: str
) -> None:
    relay = relay_of(database, bus)
    for _ in range(5):
        await counting.count(*EVERYWHERE)
    await relay.drain()
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushdb()
    await counting.count(*EVERYWHERE)
    await relay.drain()
    await check_that_all_is_told_once(database, bus)


async def test_a_stream_that_lost_its_end_gets_it_back(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    relay = relay_of(database, bus)
    await counting.count(*EVERYWHERE)
    await relay.drain()
    saved = await told(bus)
    await counting.count(*EVERYWHERE)
    await relay.drain()
    for stream, entries in saved.items():  # Valkey came back with an old save
        await bus.delete(stream)
        for position, event in entries:
            await bus.append(stream, position, orjson.dumps(event.to_json()))
    assert await relay.refill() == 4
    await check_that_all_is_told_once(database, bus)


async def test_a_lost_stream_starts_with_as_much_as_it_may_hold(
    database: Database, bus: Bus, counting: CountingService, redis_url: str
) -> None:
    short = RelaySettings(stream_length=3, lease=timedelta(minutes=5))
    relay = relay_of(database, bus, settings=short)
    for _ in range(10):
        await counting.count("a")
    await relay.drain()
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushdb()
    assert await relay.refill() == 3
    (entries,) = (entries for entries in (await told(bus)).values() if entries)
    assert [position for position, _ in entries] == [8, 9, 10]


async def test_events_pruned_from_the_database_are_not_missed_by_the_relay(
    database: Database, bus: Bus, counting: CountingService, redis_url: str
) -> None:
    forgetful = RelaySettings(retention=timedelta(0), prune_every=timedelta(0))
    relay = relay_of(database, bus, settings=forgetful)
    await counting.count(*EVERYWHERE)
    await relay.drain()
    assert await database.collection(OUTBOX.name).count({}) == 4
    successor = relay_of(database, bus, settings=forgetful)
    await successor.run_once()
    assert await database.collection(OUTBOX.name).count({}) == 0
    async with redis.asyncio.Redis.from_url(redis_url) as client:
        await client.flushdb()
    assert await successor.refill() == 0
    await counting.count(*EVERYWHERE)
    await successor.drain()
    found = [event.seq for entries in (await told(bus)).values() for _, event in entries]
    assert found == [2, 2, 2, 2]


async def test_rows_younger_than_the_retention_stay(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    careful = RelaySettings(retention=timedelta(days=7), prune_every=timedelta(0))
    await counting.count(*EVERYWHERE)
    await relay_of(database, bus, settings=careful).drain()
    await database.collection(OUTBOX.name).update_many(
        {"partition": {"$in": [0, 1]}},
        [{"$set": {"positionedAt": {"$subtract": ["$positionedAt", 8 * 86_400_000]}}}],
    )
    old = await database.collection(OUTBOX.name).count({"partition": {"$in": [0, 1]}})
    await counting.count(*EVERYWHERE)
    await relay_of(database, bus, settings=careful).drain()
    assert old == 2
    assert await database.collection(OUTBOX.name).count({}) == 8 - 2


async def test_a_stream_that_outlived_its_database_goes_on_after_its_end(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    for stream in streams():
        await bus.append_run(stream, 1, ["of another life"] * 7)
    relay = relay_of(database, bus)
    await counting.count(*EVERYWHERE)
    await relay.drain()
    tails = [bounds.last for bounds in (await bus.bounds(streams())).values()]
    assert sum(tails) == 7 * PARTITIONS + 4
    counters = await database.collection(POSITIONS.name).find({"given": {"$gt": 0}})
    given = [counter["given"] for counter in counters]
    assert sorted(given) == sorted(tails)


async def test_a_stream_that_outlived_its_leases_is_written_under_a_higher_fence(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    for stream in streams():
        await bus.append_run(stream, 1, ["of another life"] * 7, fence=4_000_000)
    relay = relay_of(database, bus)
    await counting.count(*EVERYWHERE)
    for _ in range(2 * PARTITIONS + 1):
        await relay.run_once()
    assert await counting.outbox.pending() == 0
    tails = [bounds.last for bounds in (await bus.bounds(streams())).values()]
    assert sum(tails) == 7 * PARTITIONS + PARTITIONS
    leases = await database.collection(LEASES.name).find({"_id": {"$regex": "/job/"}})
    assert all(lease["fence"] > 4_000_000 for lease in leases)


async def test_a_counter_that_outlived_its_leases_is_adopted_under_a_higher_fence(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    await counting.count(*EVERYWHERE)
    await relay_of(database, bus).drain()
    await database.collection(POSITIONS.name).update_many(
        {"fence": {"$gt": 0}}, {"$set": {"fence": 5_000}}
    )
    await database.collection(LEASES.name).delete_many({})
    await counting.count(*EVERYWHERE)
    late = relay_of(database, bus, "late")
    for _ in range(2 * PARTITIONS):
        await late.run_once()
    await check_that_all_is_told_once(database, bus)
    assert late.partitions == frozenset(range(PARTITIONS))


async def test_the_hole_that_a_jump_left_is_kept_when_the_stream_is_filled_again(
    database: Database, bus: Bus, counting: CountingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        await counting.count("a")
    relay = relay_of(database, bus)
    await relay.drain()
    (stream,) = [name for name, bounds in (await bus.bounds(streams())).items() if bounds.last]
    fence = relay._standings[streams().index(stream)].fence
    await bus.append_run(stream, 4, ["of another life"] * 7, fence=fence)
    relay._next_look = 0.0
    await relay.run_once()
    await counting.count("a")
    await counting.count("a")
    await relay.drain()
    assert await bus.tail(stream) == 12
    await bus.delete(stream)
    appended: list[tuple[int, int]] = []
    append = bus.append_run

    async def append_run(name: str, first: int, payloads: list[str], **named: Any) -> int:
        seqs = [orjson.loads(payload)["seq"] for payload in payloads]
        appended.extend((first + place, seq) for place, seq in enumerate(seqs))
        return await append(name, first, payloads, **named)

    monkeypatch.setattr(bus, "append_run", append_run)
    await relay.refill()
    assert appended == [(1, 1), (2, 2), (3, 3), (11, 4), (12, 5)]
    entries = (await told(bus))[stream]
    assert [(position, event.seq) for position, event in entries] == [(11, 4), (12, 5)]


async def test_a_relay_that_breaks_off_begins_again(
    database: Database, bus: Bus, counting: CountingService, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay, works = relay_of(database, bus), Works()
    append, failures = bus.append_run, [KeyError("what nobody thought of")]

    async def append_run(*given: Any, **named: Any) -> int:
        if failures:
            raise failures.pop()
        return await append(*given, **named)

    monkeypatch.setattr(bus, "append_run", append_run)
    await counting.count(*EVERYWHERE)
    async with running(works, relay.run):
        for name in EVERYWHERE:
            await heard(bus, name, 1)
    assert not failures
    await check_that_all_is_told_once(database, bus)


async def test_a_relay_goes_on_when_the_bus_comes_back(
    database: Database, bus: Bus, counting: CountingService
) -> None:
    gone = Bus("redis://127.0.0.1:1")
    relay = relay_of(database, gone)
    await counting.count("hot")
    async with in_background(relay.run()):
        while not relay.partitions:
            await database.ping()
        relay._bus = bus
        await heard(bus, "hot", 1)
    await gone.close()
