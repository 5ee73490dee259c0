"""What a process has at hand of the stock is never older than it says, whatever happens."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

import pytest

from inventory_svc.app import SERVICE
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.rule import SlowExposure
from inventory_svc.domain.rules.rule_set import RuleSet
from inventory_svc.domain.stock.availability.answer import AvailabilityRule
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.shelves import Shelf
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import PACKED_STOCK, POSITIONS
from inventory_svc.mongo.packed_documents import item_of
from inventory_svc.mongo.packer import Packer, pack_anew
from inventory_svc.mongo.shelf_cache import FRESH_FOR_SECONDS, ShelfCache
from inventory_svc.mongo.stock_reads import MongoStockReads
from inventory_svc.ports.stock import FreshItems
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)
from service_kit.messaging.bus import Bus, BusUnavailable, Entry
from service_kit.messaging.cursor import Positions
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.relay import Relay
from service_kit.runtime.clock import Clock, SystemClock
from service_kit.runtime.identifiers import new_identifier
from service_kit.storage.database import Database
from tests.contract.inventory_svc.conftest import OneNetwork, OpenProcess, Process
from tests.contract.inventory_svc.mongo.conftest import Works
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.writers import POSITIONS as WRITTEN
from tests.support.writers import SKUS, Books, Writer

PARTITIONS = 4
WRITES = 25
S1 = PositionKey("shirt", "S1")
W1 = PositionKey("shirt", "W1")
TICK = timedelta(milliseconds=1)
"""What the clocks leave out of each moment."""


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    """Look again and again until something is so."""
    async with asyncio.timeout(20):
        while not await holds():  # noqa: ASYNC110
            await asyncio.sleep(0)


@dataclass(frozen=True, slots=True)
class Reader:
    """A process that reads: what it has at hand, and what its database says."""

    cache: ShelfCache
    database: Database
    clock: Clock

    async def fresh(self, *skus: str) -> FreshItems:
        """Give items once they are known well enough."""
        async with asyncio.timeout(20):
            while (  # noqa: ASYNC110
                found := await self.cache.items(skus, Condition.NEW)
            ) is None:
                await asyncio.sleep(0)
            return found

    async def shelf(self, key: PositionKey) -> Shelf | None:
        """Give one shelf."""
        return (await self.fresh(key.sku)).items[key.sku].shelves.get(key.location)

    async def knows(self, key: PositionKey, units: int) -> None:
        """Wait until so many units are at hand at a location."""

        async def at_hand() -> bool:
            shelf = await self.shelf(key)
            return shelf is not None and shelf.on_hand == units

        await until(at_hand)


OpenReader = Callable[..., Awaitable[Reader]]


@pytest.fixture
async def open_reader(open_process: OpenProcess, bus: Bus, works: Works) -> OpenReader:
    """Open readers, each with connections of its own, that follow the log."""

    async def open_one(**options: int) -> Reader:
        database = (await open_process()).database
        log, clock = EventLog(bus, SERVICE, PARTITIONS), SystemClock()
        cache = ShelfCache(database, log, clock, **options)
        works.start(cache.run())
        return Reader(cache, database, clock)

    return open_one


def a_relay(process: Process, bus: Bus) -> Relay:
    return Relay(process.database, bus, SERVICE, PARTITIONS, new_identifier())


def a_packer(process: Process, bus: Bus) -> Packer:
    return Packer(process.database, EventLog(bus, SERVICE, PARTITIONS), new_identifier())


async def is_packed_at_all(database: Database) -> bool:
    return await database.collection(PACKED_STOCK.name).count({}) > 0


async def reads_what_is_packed(reader: Reader, sku: str) -> bool:
    """Whether a reader finds the packing near enough to read from it."""
    await reader.fresh(sku)
    return reader.cache._packed_until >= reader.cache._remembers_since


async def heard_of(reader: Reader, key: PositionKey, version: int) -> bool:
    return reader.cache._recent.get(item_of(key), {}).get(key.location) == version


async def is_confirmed_after(reader: Reader, moment: float) -> bool:
    await reader.fresh(*SKUS)
    return reader.cache._confirmed_at > moment


async def test_what_another_process_commits_is_at_hand_soon(
    open_process: OpenProcess, open_reader: OpenReader, bus: Bus, works: Works
) -> None:
    process = await open_process()
    reader = await open_reader()
    works.start(a_relay(process, bus).run())
    await process.commits.submit(build.a_count(S1, 5))
    await reader.knows(S1, 5)

    await process.commits.submit(build.a_feed(FeedMode.DELTA, (S1, 2), (W1, 1)))

    await reader.knows(S1, 7)
    await reader.knows(W1, 1)


async def test_what_the_relay_has_not_told_is_at_hand_as_well(
    open_process: OpenProcess, open_reader: OpenReader
) -> None:
    process, reader = await open_process(), await open_reader()
    await process.commits.submit(build.a_count(S1, 5))
    await reader.knows(S1, 5)

    await process.commits.submit(build.a_count(S1, 8))

    await reader.knows(S1, 8)


async def test_what_the_own_process_commits_is_at_hand_at_once(
    open_process: OpenProcess, open_reader: OpenReader
) -> None:
    process, reader = await open_process(), await open_reader()
    process.transactions._tools = replace(process.transactions._tools, saw=reader.cache.saw)
    await process.commits.submit(build.a_count(S1, 5))
    await reader.knows(S1, 5)

    for units in range(6, 20):
        await process.commits.submit(build.a_count(S1, units))

        shelf = await reader.shelf(S1)
        assert shelf is not None
        assert shelf.on_hand == units


async def test_what_is_present_lacks_no_commit_of_any_process_from_before_it_was_asked(
    open_process: OpenProcess, open_reader: OpenReader, bus: Bus, works: Works
) -> None:
    process, reader = await open_process(), await open_reader()
    works.start(a_relay(process, bus).run())
    await process.commits.submit(build.a_count(S1, 1))
    await reader.knows(S1, 1)

    known = 0
    for units in range(2, 40):
        await process.commits.submit(build.a_count(S1, units))
        found = await reader.cache.present(["shirt"], Condition.NEW)
        if found is not None:
            known += 1
            assert found.items["shirt"].shelves["S1"].on_hand == units

    assert known


async def test_without_the_log_nothing_is_given(
    open_process: OpenProcess, open_reader: OpenReader, works: Works
) -> None:
    process, reader = await open_process(), await open_reader()
    await process.commits.submit(build.a_count(S1, 5))
    await reader.knows(S1, 5)

    await works.stop()

    assert await reader.cache.items(["shirt"], Condition.NEW) is None


class BreakableLog(EventLog):
    """A log that can be taken away."""

    is_away = False

    async def read(self, after: Positions) -> list[tuple[int, Entry]]:
        """Read it, if it is there."""
        if self.is_away:
            raise BusUnavailable("It is away.")
        return await super().read(after)


async def test_nobody_waits_for_a_log_that_is_away(
    open_process: OpenProcess, bus: Bus, works: Works
) -> None:
    process = await open_process()
    log = BreakableLog(bus, SERVICE, PARTITIONS)
    reader = Reader(
        ShelfCache(process.database, log, SystemClock()), process.database, process.clock
    )
    works.start(reader.cache.run())
    await process.commits.submit(build.a_count(S1, 5))
    await reader.knows(S1, 5)

    async def refuses_at_once() -> bool:
        question = asyncio.ensure_future(reader.cache.items(["shirt"], Condition.NEW))
        await asyncio.sleep(0)
        is_at_once = question.done()
        return await question is None and is_at_once

    log.is_away = True
    await until(refuses_at_once)

    log.is_away = False
    await reader.knows(S1, 5)


async def test_a_log_that_was_lost_is_followed_anew(
    open_process: OpenProcess, open_reader: OpenReader, bus: Bus, works: Works
) -> None:
    process, reader = await open_process(), await open_reader()
    relay = a_relay(process, bus)
    await process.commits.submit(build.a_count(S1, 5))
    await relay.run_once()
    await relay.drain()
    await reader.knows(S1, 5)

    for partition in range(PARTITIONS):
        await bus.delete(f"events:{SERVICE}:{partition}")
    await process.commits.submit(build.a_count(S1, 6))
    works.start(relay.run())

    await reader.knows(S1, 6)
    await process.commits.submit(build.a_count(S1, 7))
    await reader.knows(S1, 7)


async def test_more_items_than_there_is_room_for_are_answered_too(
    open_process: OpenProcess, open_reader: OpenReader
) -> None:
    process, reader = await open_process(), await open_reader(most_rows=120)
    keys = [PositionKey(f"sku-{number}", "S1") for number in range(12)]
    await process.commits.submit(build.a_feed(FeedMode.DELTA, *((key, 3) for key in keys)))

    for _ in range(2):
        found = await reader.fresh(*(key.sku for key in keys))
        assert {sku: item.shelves["S1"].on_hand for sku, item in found.items.items()} == {
            key.sku: 3 for key in keys
        }

    assert len(reader.cache._entries) == 2


async def test_a_cold_process_reads_what_is_packed_and_what_came_after(
    open_process: OpenProcess, open_reader: OpenReader, bus: Bus, works: Works
) -> None:
    process = await open_process()
    await import_items(process)
    await process.commits.submit(build.a_feed(FeedMode.DELTA, (S1, 5), (W1, 4)))
    works.start(a_relay(process, bus).run())
    packing = works.start(a_packer(process, bus).run())
    reader = await open_reader()
    await until(lambda: reads_what_is_packed(reader, "hat"))
    await works.stop(packing)

    await process.commits.submit(build.a_feed(FeedMode.DELTA, (S1, 1)))
    await until(lambda: heard_of(reader, S1, version=2))
    await forget_positions_but(process, [S1])

    found = (await reader.fresh("shirt")).items["shirt"].shelves

    assert {code: shelf.on_hand for code, shelf in found.items()} == {"S1": 6, "W1": 4}


async def test_everything_can_be_packed_anew(
    open_process: OpenProcess, bus: Bus, works: Works
) -> None:
    process = await open_process()
    await import_items(process)
    await process.commits.submit(build.a_feed(FeedMode.DELTA, (S1, 5), (W1, 4)))
    works.start(a_relay(process, bus).run())
    works.start(a_packer(process, bus).run())
    await until(lambda: is_packed_at_all(process.database))
    await process.database.collection(PACKED_STOCK.name).delete_many({})

    await pack_anew(process.database)

    await until(lambda: is_packed_at_all(process.database))


async def test_two_packers_late_and_early_never_undo_each_other(
    open_process: OpenProcess, bus: Bus
) -> None:
    process = await open_process()
    packers = [a_packer(process, bus) for _ in range(3)]

    async def write_and_pack(packer: Packer, number: int) -> None:
        for at in range(20):
            key = PositionKey("shirt", f"S{(number + at) % 5}")
            await process.commits.submit(build.a_feed(FeedMode.DELTA, (key, 1)))
            await packer.pack([key])

    await asyncio.gather(*(write_and_pack(each, at) for at, each in enumerate(packers)))

    item = ("shirt", Condition.NEW)
    packed, _ = (await packers[0]._reads.packed([item]))[item]
    assert dict(packed) == dict((await packers[0]._reads.of_items([item]))[item])
    assert sum(shelf.on_hand for shelf in packed.values()) == 60


@dataclass(frozen=True, slots=True)
class Told:
    """A sum that was committed, and when its writer was told so."""

    at: datetime
    units: int


async def check_freshness(
    processes: Sequence[Process], readers: Sequence[Reader], *, writes: int
) -> int:
    """Have units only ever added, and check that no reader misses one of before its `as_of`."""
    told: dict[PositionKey, list[Told]] = {key: [] for key in WRITTEN}
    clock, looks, writing = SystemClock(), 0, len(WRITTEN)

    async def write(number: int, key: PositionKey) -> None:
        nonlocal writing
        process = processes[number % len(processes)]
        for units in range(1, writes + 1):
            await process.commits.submit(build.a_feed(FeedMode.DELTA, (key, 1)))
            told[key].append(Told(clock.now(), units))
        writing -= 1

    async def read(reader: Reader, sku: str) -> None:
        nonlocal looks
        while writing:
            asked = clock.now()
            found = await reader.cache.items([sku], Condition.NEW)
            if found is None:
                await asyncio.sleep(0)
                continue
            looks += 1
            assert found.as_of >= asked - timedelta(seconds=FRESH_FOR_SECONDS) - TICK
            shelves = found.items[sku].shelves
            for key in (each for each in WRITTEN if each.sku == sku):
                before = [each.units for each in told[key] if each.at < found.as_of - TICK]
                shelf = shelves.get(key.location)
                assert (0 if shelf is None else shelf.on_hand) >= max(before, default=0)
            await asyncio.sleep(0)

    async with asyncio.TaskGroup() as group:
        for number, key in enumerate(WRITTEN):
            group.create_task(write(number, key))
        for reader in readers:
            for sku in SKUS:
                group.create_task(read(reader, sku))
    return looks


async def test_no_reader_sees_a_number_older_than_it_is_said_to_be(
    open_process: OpenProcess, open_reader: OpenReader, bus: Bus, works: Works
) -> None:
    processes = [await open_process() for _ in range(2)]
    await import_items(processes[0])
    works.start(a_relay(processes[0], bus).run())
    works.start(a_packer(processes[0], bus).run())
    readers = [await open_reader(), await open_reader(most_rows=60)]

    looks = await check_freshness(processes, readers, writes=WRITES)

    assert looks > 0
    for reader in readers:
        for key in WRITTEN:
            await reader.knows(key, WRITES)


class OneRule:
    """A rule that everybody knows: the web sells only what sells slowly."""

    def __init__(self) -> None:
        self._rules = RuleSet(1, (rule.a_rule("slow", SlowExposure(4), channel="web"),))

    async def in_force(self, _now: datetime) -> RuleSet:
        """Give it."""
        return self._rules


async def test_both_ways_of_reading_answer_the_same(
    open_process: OpenProcess, open_reader: OpenReader, bus: Bus, works: Works
) -> None:
    process = await open_process()
    await import_items(process)
    relay = a_relay(process, bus)
    works.start(relay.run())
    works.start(a_packer(process, bus).run())
    reader, books = await open_reader(), Books()
    clock = process.clock
    positions = AvailabilitySources(
        OneNetwork(),
        OneRule(),  # type: ignore[arg-type]  # all that is asked of them
        MongoStockReads(reader.database),
        MongoCatalogue(reader.database),
        clock,
    )
    packed = AvailabilitySources(
        positions.network, positions.rules, positions.stock, positions.catalogue, clock,
        packed=reader.cache,
    )  # fmt: skip
    writers = [Writer(number, 7, clock.now()) for number in range(8)]
    questions = [
        AvailabilityQuestion("web"),
        AvailabilityQuestion("marketplace"),
        AvailabilityQuestion("web", locations=frozenset({"S1", "W1"})),
        AvailabilityQuestion("web", condition=Condition.USED_A),
    ]
    draw = Random(3)  # noqa: S311  # a script, no secret
    taken: set[AvailabilityRule] = set()

    for _ in range(6):
        await asyncio.gather(*(each.write(3, process.commits, books) for each in writers))
        key = draw.choice(WRITTEN)
        mark = (await process.position(key)).on_hand + 1
        await process.commits.submit(build.a_feed(FeedMode.DELTA, (key, 1)))
        await reader.knows(key, mark)
        moment = asyncio.get_running_loop().time()
        await until(lambda moment=moment: is_confirmed_after(reader, moment))  # type: ignore[misc]
        for question in questions:
            straight = await read_availability(SKUS, question, positions)
            at_hand = await read_availability(SKUS, question, packed)
            for sku in SKUS:
                one, other = straight[sku], at_hand[sku]
                assert (one.quantity, one.rules_applied) == (other.quantity, other.rules_applied)
                assert one.locations == other.locations
                taken |= {step.rule for step in other.rules_applied}
    assert AvailabilityRule.EXPOSURE in taken


async def import_items(process: Process) -> None:
    """Make the items that the packer goes through when it packs everything."""
    items = process.database.collection("items")
    await items.insert_many([{"_id": sku} for sku in SKUS])


async def forget_positions_but(process: Process, kept: Sequence[PositionKey]) -> None:
    """Take all other positions away, so that only what was packed can tell of them."""
    names = [key.identifier for key in kept]
    await process.database.collection(POSITIONS.name).delete_many({"_id": {"$nin": names}})
