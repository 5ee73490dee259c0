"""A consumer takes each event once, and one that cannot be taken holds up nobody else."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import orjson
import pytest
import pytest_asyncio

from service_kit.messaging.bus import Bus
from service_kit.messaging.consumer import (
    CONSUMER_COLLECTIONS,
    CRASH_POINTS,
    Consumer,
    ConsumerSettings,
)
from service_kit.messaging.envelope import Event
from service_kit.messaging.inbox import INBOX, Inbox
from service_kit.messaging.leases import LEASES
from service_kit.messaging.log_head import OtherPartitions, PartitionHead
from service_kit.messaging.parked_work import ParkedWork
from service_kit.messaging.parking import ParkedEntity
from service_kit.messaging.standings import CURSORS, CursorTooOld
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Crashed, Reached, pass_by
from service_kit.storage.database import Database, Session, connect
from service_kit.storage.indexes import ensure_indexes
from tests.support.background import in_background
from tests.support.told_events import counted

STREAM, OTHER = "events:counting_svc:0", "events:counting_svc:1"
PATIENT = ConsumerSettings(lease=timedelta(minutes=5), first_pause=timedelta(0))


class Diary:
    """Writes down every event it takes; cannot take those it dislikes."""

    def __init__(self, database: Database) -> None:
        self._taken = database.collection("taken")
        self.disliked: set[str] = set()
        self.tries: list[str] = []

    async def take(self, session: Session, event: Event) -> None:
        self.tries.append(event.event_id)
        await self._taken.update_one(
            {"_id": event.entity.id},
            {"$push": {"numbers": event.seq}},
            upsert=True,
            session=session,
        )
        if event.event_id in self.disliked:
            raise ValueError(f"{event.event_id} is not to my taste")

    async def pages(self) -> dict[str, list[int]]:
        return {page["_id"]: page["numbers"] for page in await self._taken.find({})}


@pytest_asyncio.fixture
async def diary(database: Database) -> Diary:
    await ensure_indexes(database, CONSUMER_COLLECTIONS)
    await database.create_collection("taken")
    return Diary(database)


@pytest_asyncio.fixture
async def second_database(mongodb_url: str, database_name: str) -> AsyncIterator[Database]:
    database = connect(mongodb_url, database_name)
    yield database
    await database.close()


def consumer_of(
    database: Database,
    bus: Bus,
    diary: Diary,
    owner: str = "a",
    settings: ConsumerSettings = PATIENT,
    reached: Reached = pass_by,
    types: frozenset[str] | None = None,
) -> Consumer:
    return Consumer(
        "diary",
        bus,
        database,
        [STREAM, OTHER],
        diary.take,
        owner=owner,
        settings=settings,
        reached=reached,
        types=types,
    )


async def tell(bus: Bus, *events: Event, stream: str = STREAM) -> None:
    payloads = [orjson.dumps(event.to_json()) for event in events]
    await bus.append_run(stream, await bus.tail(stream) + 1, payloads)


async def bury(database: Database) -> None:
    """Let the leases of the dead run out."""
    await database.collection(LEASES.name).update_many({}, [{"$set": {"until": "$$NOW"}}])


async def take_all(consumer: Consumer) -> int:
    total = 0
    while taken := await consumer.run_once():
        total += taken
    return total


async def test_events_are_taken_once_in_the_order_of_each_stream(
    database: Database, bus: Bus, diary: Diary
) -> None:
    await tell(bus, counted("a", 1), counted("b", 1), counted("a", 2))
    await tell(bus, counted("c", 1), stream=OTHER)
    assert await take_all(consumer_of(database, bus, diary)) == 4
    await tell(bus, counted("a", 3))
    assert await take_all(consumer_of(database, bus, diary)) == 1
    assert await diary.pages() == {"a": [1, 2, 3], "b": [1], "c": [1]}


async def test_events_of_other_types_are_passed_over_and_leave_no_trace(
    database: Database, bus: Bus, diary: Diary
) -> None:
    rare = [replace(counted("a", number), type="rare") for number in (2, 4)]
    await tell(bus, counted("a", 1), rare[0], counted("a", 3), rare[1], counted("b", 1))
    await tell(bus, counted("c", 1), stream=OTHER)
    consumer = consumer_of(database, bus, diary, types=frozenset({"rare"}))

    assert await take_all(consumer) == 6

    assert await diary.pages() == {"a": [2, 4]}
    assert await database.collection(INBOX.name).count({}) == 2
    cursors = await database.collection(CURSORS.name).find({})
    assert sorted(cursor["position"] for cursor in cursors) == [1, 5]


async def test_an_event_delivered_again_has_no_second_effect(
    database: Database, bus: Bus, diary: Diary
) -> None:
    await tell(bus, counted("a", 1), counted("a", 2))
    await take_all(consumer_of(database, bus, diary))
    await database.collection(CURSORS.name).update_many({}, {"$set": {"position": 0}})
    await take_all(consumer_of(database, bus, diary))
    assert await diary.pages() == {"a": [1, 2]}


async def test_the_inbox_tells_the_first_time_from_every_other(database: Database) -> None:
    inbox = Inbox(database)

    async def twice(session: Session) -> list[bool]:
        return [await inbox.first_time(session, "c", "e") for _ in range(2)]

    assert await database.transaction(twice) == [True, False]
    assert await database.transaction(lambda s: inbox.first_time(s, "c", "e")) is False
    assert await database.transaction(lambda s: inbox.first_time(s, "another", "e")) is True


@pytest.mark.parametrize("point", CRASH_POINTS)
async def test_a_consumer_killed_at_a_crash_point_is_followed_without_loss_or_double(
    database: Database, bus: Bus, diary: Diary, point: str
) -> None:
    def reached(name: str) -> None:
        if name == point:
            raise Crashed(name)

    await tell(bus, counted("a", 1), counted("b", 1), counted("a", 2))
    with pytest.raises(Crashed):
        await take_all(consumer_of(database, bus, diary, "first", reached=reached))
    await bury(database)
    await tell(bus, counted("a", 3))
    await take_all(consumer_of(database, bus, diary, "second"))
    assert await diary.pages() == {"a": [1, 2, 3], "b": [1]}


async def test_two_processes_together_take_each_event_once(
    database: Database, second_database: Database, bus: Bus, diary: Diary
) -> None:
    quick = ConsumerSettings(
        lease=timedelta(milliseconds=300), block=timedelta(milliseconds=20), events_at_once=3
    )
    second_diary = Diary(second_database)
    consumers = [
        consumer_of(database, bus, diary, "a", quick),
        consumer_of(second_database, bus, second_diary, "b", quick),
    ]
    async with in_background(*(consumer.run() for consumer in consumers)):
        for seq in range(1, 41):
            await tell(bus, counted("a", seq))
            await tell(bus, counted("b", seq), stream=OTHER)
        while [len(page) for page in (await diary.pages()).values()] != [40, 40]:
            await database.ping()
    numbers = list(range(1, 41))
    assert await diary.pages() == {"a": numbers, "b": numbers}


async def test_a_process_that_lost_its_streams_unknowingly_takes_nothing(
    database: Database, second_database: Database, bus: Bus, diary: Diary
) -> None:
    old = consumer_of(database, bus, diary, "old")
    new = consumer_of(second_database, bus, Diary(second_database), "new")
    await old.run_once()
    await bury(database)
    await tell(bus, counted("a", 1), counted("a", 2))
    await take_all(new)
    assert await old.run_once() == 0
    assert await diary.pages() == {"a": [1, 2]}


async def test_an_event_that_fails_five_times_is_parked_with_its_entitys_later_ones(
    database: Database, bus: Bus, diary: Diary
) -> None:
    diary.disliked = {"a-2"}
    await tell(bus, counted("a", 1), counted("a", 2), counted("b", 1), counted("a", 3))
    consumer = consumer_of(database, bus, diary)
    for _ in range(8):
        await consumer.run_once()
    assert diary.tries.count("a-2") == 1 + 5, "once with the others, then five times alone"
    await tell(bus, counted("a", 4), counted("b", 2))
    await take_all(consumer)
    assert await diary.pages() == {"a": [1], "b": [1, 2]}
    assert await consumer.parking.entities("diary") == [
        ParkedEntity("diary", "Counter:a", "ValueError: a-2 is not to my taste", 3)
    ]
    parked = await consumer.parking.events("diary", "Counter:a")
    assert [event.entry.position for event in parked] == [2, 4, 5]


async def test_the_attempts_of_a_process_that_dies_are_remembered(
    database: Database, bus: Bus, diary: Diary
) -> None:
    diary.disliked = {"a-1"}
    await tell(bus, counted("a", 1), counted("b", 1))
    for generation in range(6):
        await consumer_of(database, bus, diary, f"owner-{generation}").run_once()
        await bury(database)
    assert await diary.pages() == {"b": [1]}


async def test_parked_events_are_taken_in_order_when_retried(
    database: Database, bus: Bus, diary: Diary
) -> None:
    diary.disliked = {"a-1", "a-3"}
    await tell(bus, *(counted("a", seq) for seq in range(1, 5)))
    consumer = consumer_of(database, bus, diary)
    for _ in range(10):
        await consumer.run_once()
    assert await diary.pages() == {}

    diary.disliked = {"a-3"}
    assert await consumer.retry("Counter:a") == 2
    (entity,) = await consumer.parking.entities("diary")
    assert (entity.events, entity.error) == (2, "ValueError: a-3 is not to my taste")
    diary.disliked = set()
    assert await consumer.retry("Counter:a") == 2
    assert await consumer.parking.entities("diary") == []
    await tell(bus, counted("a", 5))
    await take_all(consumer)
    assert await diary.pages() == {"a": [1, 2, 3, 4, 5]}


async def test_a_discarded_event_frees_those_behind_it(
    database: Database, bus: Bus, diary: Diary
) -> None:
    diary.disliked = {"a-1"}
    await tell(bus, counted("a", 1), counted("a", 2))
    consumer = consumer_of(database, bus, diary)
    for _ in range(8):
        await consumer.run_once()
    first, _ = await consumer.parking.events("diary", "Counter:a")
    assert await consumer.discard("Counter:a", first.identifier) is True
    assert await consumer.discard("Counter:a", first.identifier) is False
    assert await consumer.retry("Counter:a") == 1
    assert await diary.pages() == {"a": [2]}


async def test_retrying_while_new_events_arrive_leaves_none_behind(
    database: Database, second_database: Database, bus: Bus, diary: Diary
) -> None:
    diary.disliked = {"a-1"}
    await tell(bus, counted("a", 1), *(counted("a", seq) for seq in range(2, 12)))
    consumer = consumer_of(database, bus, diary)
    for _ in range(8):
        await consumer.run_once()
    diary.disliked = set()
    await tell(bus, *(counted("a", seq) for seq in range(12, 20)))
    desk = consumer_of(second_database, bus, Diary(second_database), "desk")
    await asyncio.gather(desk.retry("Counter:a"), take_all(consumer))
    await desk.retry("Counter:a")
    assert await diary.pages() == {"a": list(range(1, 20))}
    assert await consumer.parking.entities("diary") == []


async def test_an_entry_that_cannot_be_read_is_parked_alone(
    database: Database, bus: Bus, diary: Diary
) -> None:
    await bus.append(STREAM, 1, b"{not json")
    await tell(bus, counted("a", 1))
    consumer = consumer_of(database, bus, diary)
    for _ in range(8):
        await consumer.run_once()
    assert await diary.pages() == {"a": [1]}
    (parked,) = await consumer.parking.entities("diary")
    assert parked.error.startswith("UnreadableEvent")


async def test_a_failing_event_is_tried_again_only_after_a_pause(
    database: Database, bus: Bus, diary: Diary
) -> None:
    diary.disliked = {"a-1"}
    await tell(bus, counted("a", 1))
    await tell(bus, counted("b", 1), stream=OTHER)
    slow = ConsumerSettings(lease=timedelta(minutes=5), first_pause=timedelta(hours=1))
    consumer = consumer_of(database, bus, diary, settings=slow)
    for _ in range(5):
        await consumer.run_once()
    assert diary.tries.count("a-1") == 1
    assert await diary.pages() == {"b": [1]}, "the other stream goes on"


async def test_a_cursor_older_than_the_stream_is_never_passed_over_in_silence(
    database: Database, bus: Bus, diary: Diary
) -> None:
    await tell(bus, counted("a", 1))
    consumer = consumer_of(database, bus, diary)
    await take_all(consumer)
    await bus.delete(STREAM)
    await bus.append_run(STREAM, 8, [orjson.dumps(counted("a", 8).to_json())], begin=True)
    with pytest.raises(CursorTooOld):
        await consumer.run_once()
    assert await diary.pages() == {"a": [1]}


async def test_a_consumer_that_can_start_afresh_does_so_after_a_loss(
    database: Database, bus: Bus, diary: Diary
) -> None:
    resets: list[str] = []

    async def start_afresh(_: Session, stream: str) -> None:
        resets.append(stream)

    consumer = Consumer(
        "diary",
        bus,
        database,
        [STREAM],
        diary.take,
        owner="a",
        on_reset=start_afresh,
        settings=PATIENT,
    )
    await tell(bus, counted("a", 1))
    await take_all(consumer)
    await bus.delete(STREAM)
    await bus.append_run(STREAM, 8, [orjson.dumps(counted("a", 8).to_json())], begin=True)
    await consumer.run_once()
    await take_all(consumer)
    assert resets == [STREAM]
    assert await diary.pages() == {"a": [1, 8]}


async def test_a_lost_stream_that_is_filled_again_has_no_second_effect(
    database: Database, bus: Bus, diary: Diary
) -> None:
    consumer = consumer_of(database, bus, diary)
    await tell(bus, counted("a", 1), counted("a", 2))
    await take_all(consumer)
    await bus.delete(STREAM)
    assert await take_all(consumer) == 0
    await tell(bus, counted("a", 1))
    assert await take_all(consumer) == 0
    await tell(bus, counted("a", 2), counted("a", 3))
    assert await take_all(consumer) == 1
    assert await diary.pages() == {"a": [1, 2, 3]}


async def two_parked(diary: Diary, consumer: Consumer, bus: Bus) -> None:
    diary.disliked = {"a-1"}
    payloads = [orjson.dumps(counted(name, seq).to_json()) for name, seq in PARKED_AND_NOT]
    await bus.append_run(STREAM, 1, payloads)
    for _ in range(9):
        await consumer.run_once()


PARKED_AND_NOT = (("a", 1), ("b", 1), ("a", 2))
NOTHING = (0, ["Nothing is parked."])
SOON = ConsumerSettings(lease=timedelta(milliseconds=1), first_pause=timedelta(0))


async def test_parked_events_are_shown_and_tried_again_from_the_command_line(
    database: Database, bus: Bus, diary: Diary, clock: SettableClock
) -> None:
    consumer, desk = consumer_of(database, bus, diary, settings=SOON), ParkedWork(database, clock)
    await two_parked(diary, consumer, bus)

    shown = await desk.run(["parked"])
    tried = await desk.run(["retry", "diary/Counter:a"])
    await consumer.run_once()
    still = await desk.run(["parked"])
    diary.disliked = set()
    await desk.run(["retry", "diary/Counter:a"])
    await consumer.run_once()

    assert shown == (
        0,
        [
            "diary/Counter:a  2 events  ValueError: a-1 is not to my taste",
            f"  diary/{STREAM}/1",
            f"  diary/{STREAM}/3",
        ],
    )
    assert tried == (0, ["It is tried again."])
    assert still == shown
    assert await desk.run(["parked"]) == NOTHING
    assert await diary.pages() == {"a": [1, 2], "b": [1]}


async def test_a_poison_event_that_is_discarded_lets_the_later_ones_through(
    database: Database, bus: Bus, diary: Diary, clock: SettableClock
) -> None:
    consumer, desk = consumer_of(database, bus, diary, settings=SOON), ParkedWork(database, clock)
    await two_parked(diary, consumer, bus)

    given_up = await desk.run(["discard", f"diary/{STREAM}/1"])
    await consumer.run_once()

    assert given_up == (0, ["It is given up."])
    assert await desk.run(["parked"]) == NOTHING
    assert await diary.pages() == {"a": [2], "b": [1]}
    assert (await desk.run(["discard", f"diary/{STREAM}/1"]))[0] == 1


async def test_all_the_parked_events_of_an_entity_are_discarded_together(
    database: Database, bus: Bus, diary: Diary, clock: SettableClock
) -> None:
    consumer, desk = consumer_of(database, bus, diary, settings=SOON), ParkedWork(database, clock)
    await two_parked(diary, consumer, bus)

    assert await desk.run(["discard", "diary/Counter:a"]) == (0, ["It is given up."])
    await consumer.run_once()

    assert await desk.run(["parked"]) == NOTHING
    assert await diary.pages() == {"b": [1]}
    assert (await desk.run(["retry", "diary/Counter:a"]))[0] == 1


async def say(bus: Bus, identity: str, reached: int, mark: str = "1") -> None:
    """Say of the log what its relay would."""
    partitions = {0: PartitionHead(reached, mark), 1: PartitionHead(0, mark)}
    await bus.tell_head("counting_svc", identity, partitions, count=2)


@pytest.mark.parametrize("identity", ["first", "second"])
async def test_a_log_that_began_anew_resets_its_consumer(
    database: Database, bus: Bus, diary: Diary, identity: str
) -> None:
    resets: list[str] = []

    async def start_afresh(_: Session, stream: str) -> None:
        resets.append(stream)

    consumer = Consumer(
        "diary", bus, database, [STREAM, OTHER], diary.take,
        owner="a", on_reset=start_afresh, settings=SOON,
    )  # fmt: skip
    await say(bus, "first", 0)
    await tell(bus, counted("a", 1), counted("a", 2))
    await take_all(consumer)
    await bus.delete(STREAM)
    await tell(bus, counted("b", 1))
    for mark in "234":
        await say(bus, identity, 1, mark)
        await consumer.run_once()
    await take_all(consumer)

    assert sorted(resets) == ([STREAM] if identity == "first" else [STREAM, OTHER])
    assert await diary.pages() == {"a": [1, 2], "b": [1]}


async def test_a_log_that_began_anew_stops_a_consumer_that_cannot_start_afresh(
    database: Database, bus: Bus, diary: Diary
) -> None:
    consumer = consumer_of(database, bus, diary, settings=SOON)
    await say(bus, "first", 0)
    await tell(bus, counted("a", 1))
    await take_all(consumer)
    await say(bus, "second", 0)

    with pytest.raises(CursorTooOld):
        await consumer.run_once()


async def test_a_consumer_that_would_never_read_some_partitions_says_so(
    database: Database, bus: Bus, diary: Diary
) -> None:
    consumer = consumer_of(database, bus, diary)
    heads = {number: PartitionHead(0, "1") for number in range(3)}
    await bus.tell_head("counting_svc", "first", heads, count=3)
    with pytest.raises(OtherPartitions):
        await consumer.run_once()
