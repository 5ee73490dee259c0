"""Who waits for an item, on a real MongoDB: whoever looks, each is told once and in their order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta

import orjson
import pytest

from inventory_svc.app import SERVICE
from inventory_svc.domain.back_in_stock.events import BACK_IN_STOCK, REGISTRATION_CHANGED
from inventory_svc.domain.back_in_stock.registration import ListKey, Person, Registration
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.rules.rule import Protection, StockRule
from inventory_svc.domain.rules.rule_set import Publication, RuleChanges, published
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.due_work import back_in_stock_handlers
from inventory_svc.mongo.back_in_stock import MongoBackInStock
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.collections import REGISTRATIONS
from inventory_svc.mongo.rules import MongoRules, RuleTools
from inventory_svc.ports.back_in_stock import RegistrationsWanted
from inventory_svc.ports.stock import StockReads
from inventory_svc.use_cases.back_in_stock.go_round import go_round
from inventory_svc.use_cases.back_in_stock.tell_waiting import tell_waiting
from inventory_svc.use_cases.stock.read_availability import AvailabilitySources
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal
from service_kit.messaging.due_work import DUE_WORK, DueWork
from service_kit.messaging.due_worker import DueWorker
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.messaging.transactions import Storage
from service_kit.runtime.crash_points import pass_by
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OneNetwork, OpenProcess, Process
from tests.support import rules as rule
from tests.support import stock as build

S1 = PositionKey("shirt", "S1")
S2 = PositionKey("shirt", "S2")
SHIRTS = ListKey("shirt", "web")
A_DAY = timedelta(days=1)


class Died(Exception):
    """A process ended where it stood."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A process that knows who waits."""

    process: Process
    lists: MongoBackInStock
    sources: AvailabilitySources
    worker: DueWorker

    async def registers(
        self, name: str, on: ListKey = SHIRTS, request: IdempotentRequest | None = None
    ) -> Registration:
        """Put a customer on a list for a day."""
        now = self.process.clock.now()
        wanted = Registration(on, Person(name), 0, now, now + A_DAY)
        return await self.lists.register(request or build.a_request(), "ann", wanted)

    async def moves(self, *changes: tuple[PositionKey, int]) -> None:
        """Have units come, or go when negative."""
        adjusted = (build.an_adjustment(key, units) for key, units in changes)
        await asyncio.gather(*(self.process.commits.submit(each) for each in adjusted))

    async def rules(self, *rules: StockRule) -> None:
        """Publish rules."""
        now = self.process.clock.now()
        await self.sources.rules.publish(
            build.a_request(),
            "ann",
            lambda current: published(current, RuleChanges(rules), Publication("ann", now)),
        )

    async def goes_round(self) -> None:
        """Look at all lists."""
        await go_round("one", self.lists, self.sources)

    async def on_the_lists(self) -> list[str]:
        """Give the customers whom a look at the lists would come across."""
        registrations = self.process.database.collection(REGISTRATIONS.name)
        found = await registrations.find({"waiting": True})
        return sorted(each["customerRef"] for each in found)

    async def notices(self) -> list[str]:
        """Give the customers of the notices in the log, by their number on the list."""
        outbox = self.process.database.collection(OUTBOX.name)
        events = [orjson.loads(event) for row in await outbox.find({}) for event in row["events"]]
        told = [
            event
            for event in events
            if event["type"] == REGISTRATION_CHANGED and BACK_IN_STOCK in event["data"]
        ]
        assert all(event["audience"] == [f"customer:{_name(event)}"] for event in told)
        return sorted(_name(event) for event in told)


def _name(event: dict[str, dict[str, str]]) -> str:
    return event["data"]["customerRef"]


Open = Callable[..., Awaitable[Waiting]]


@pytest.fixture
def waiting(open_process: OpenProcess) -> Open:
    async def open_one(reached: Callable[[str], None] = pass_by) -> Waiting:
        process = await open_process()
        database, clock = process.database, process.clock
        due_work = DueWork(database, clock)
        outbox = Outbox(database, SERVICE, 4)
        lists = MongoBackInStock(
            Storage(database, MongoOutcomes(database, clock), outbox, due_work)
        )
        rules = MongoRules(database, RuleTools(MongoOutcomes(database, clock), outbox, due_work))
        sources = AvailabilitySources(
            OneNetwork(), rules, process.reads, MongoCatalogue(database), clock
        )
        handlers = back_in_stock_handlers(lists, sources)
        worker = DueWorker(database, clock, handlers, f"w{id(process)}", reached=reached)
        return Waiting(process, lists, sources, worker)

    return open_one


def names(*numbers: int) -> list[str]:
    return [f"c{number:02}" for number in numbers]


async def all_register(one: Waiting, numbers: Sequence[int]) -> None:
    for name in names(*numbers):
        await one.registers(name)


async def test_many_processes_that_look_at_once_tell_each_once_and_the_first_first(
    waiting: Open,
) -> None:
    both = [await waiting(), await waiting()]
    await all_register(both[0], range(10))
    await both[0].worker.run_due_once()
    assert await both[0].notices() == []

    await asyncio.gather(*(each.moves((S1, 1), (S2, 1)) for each in both))
    looks = [tell_waiting(SHIRTS, each.lists, each.sources) for each in both * 3]
    await asyncio.gather(*looks, *(each.worker.run_due_once() for each in both))

    assert await both[0].notices() == names(0, 1, 2, 3)


async def test_a_crowd_that_registers_at_once_is_refused_nothing_and_each_gets_a_number(
    waiting: Open,
) -> None:
    both = [await waiting(), await waiting()]
    crowd = (both[number % 2].registers(f"c{number}") for number in range(100))

    joined = await asyncio.gather(*crowd)

    assert sorted(each.number for each in joined) == list(range(1, 101))


async def test_units_that_go_and_come_are_told_to_the_next_and_never_to_those_who_were_told(
    waiting: Open,
) -> None:
    one = await waiting()
    await all_register(one, range(6))
    for change in ((S1, 3), (S1, -3), (S1, 2), (S1, -1), (S2, 1)):
        await one.moves(change)
        await one.worker.run_due_once()

    assert await one.notices() == names(0, 1, 2, 3, 4, 5)


async def test_sales_and_arrivals_at_once_tell_no_more_than_came(waiting: Open) -> None:
    both = [await waiting(), await waiting()]
    await all_register(both[0], range(40))

    async def trade(each: Waiting) -> None:
        for change in (2, -1, 1, -2, 3, -1):
            await each.moves((S1, change))
            await each.worker.run_due_once()

    await both[0].moves((S1, 8))
    await asyncio.gather(*(trade(each) for each in both))
    await both[0].worker.run_due_once()

    told = await both[0].notices()
    assert told == names(*range(len(told)))
    units = (await both[0].process.position(S1)).on_hand
    assert units <= len(told) <= 8 + 2 * (2 + 1 + 3)


async def test_whoever_joins_while_a_unit_comes_is_told_by_one_of_the_two(waiting: Open) -> None:
    both = [await waiting(), await waiting()]
    for number in range(12):
        name = f"c{number:02}"
        await asyncio.gather(both[0].registers(name), both[1].moves((S1, 1)))
        await asyncio.gather(*(each.worker.run_due_once() for each in both))
        await both[0].goes_round()
        assert (await both[0].notices())[-1:] == [name]


async def test_a_commit_that_did_not_see_the_list_is_met_by_the_next_round(waiting: Open) -> None:
    one = await waiting()
    await one.registers("c00")
    await one.worker.run_due_once()
    await one.moves((S1, 1))
    due_work = one.process.database.collection(DUE_WORK.name)
    await due_work.delete_many({"dueAt": {"$lte": one.process.clock.now()}})

    await one.goes_round()

    assert await one.notices() == ["c00"]


@pytest.mark.parametrize("point", ["due_work.claimed", "due_work.handled"])
async def test_a_process_that_dies_while_it_tells_leaves_nobody_out_and_tells_nobody_twice(
    waiting: Open, point: str
) -> None:
    def dies(reached: str) -> None:
        if reached == point:
            raise Died(point)

    dying, other = await waiting(dies), await waiting()
    await all_register(dying, range(5))
    await other.worker.run_due_once()
    await dying.moves((S1, 3))
    with pytest.raises(Died):
        await dying.worker.run_due_once()
    due_work = other.process.database.collection(DUE_WORK.name)
    await due_work.update_many({}, {"$set": {"claimUntil": other.process.clock.now()}})

    other.process.clock.advance(timedelta(minutes=5))
    await other.worker.run_due_once()

    assert await other.notices() == names(0, 1, 2)


async def test_a_rule_that_lets_more_be_sold_is_met_by_the_next_round(waiting: Open) -> None:
    one = await waiting()
    await all_register(one, range(6))
    await one.rules(rule.a_rule("buffer", Protection(units=3), channel="web"))
    await one.moves((S1, 5))
    await one.worker.run_due_once()
    assert await one.notices() == names(0, 1)

    await one.rules(rule.a_rule("buffer", Protection(units=1), channel="web"))
    await one.worker.run_due_once()
    assert await one.notices() == names(0, 1)
    await one.goes_round()

    assert await one.notices() == names(0, 1, 2, 3)


async def test_units_that_nobody_keeps_any_more_are_told_whether_released_or_expired(
    waiting: Open,
) -> None:
    one = await waiting()
    await one.moves((S1, 2))
    kept = [await one.process.commits.submit(build.a_hold("shirt", 1)) for _ in range(2)]
    await all_register(one, range(6))
    await one.worker.run_due_once()
    assert await one.notices() == []

    reservation = kept[0].reservation
    assert reservation is not None
    await one.process.commits.submit(build.a_release(reservation))
    await one.worker.run_due_once()
    assert await one.notices() == names(0)

    one.process.clock.advance(timedelta(minutes=30))
    await one.process.due_worker.run_due_once()
    await one.worker.run_due_once()
    assert await one.notices() == names(0, 1)


async def test_rounds_pass_over_pages_and_only_one_process_goes_them(
    waiting: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_svc.use_cases.back_in_stock.go_round.LISTS_OF_A_PAGE", 2)
    both = [await waiting(), await waiting()]
    keys = [PositionKey(sku, "S1") for sku in ("boot", "hat", "shirt")]
    for at, key in enumerate(keys):
        await both[0].registers(f"c{at:02}", ListKey(key.sku, "web"))
    await both[0].moves(*((key, 1) for key in keys))
    assert await both[1].lists.may_go_round("two", A_DAY)
    await both[0].goes_round()
    assert await both[0].notices() == []

    await go_round("two", both[1].lists, both[1].sources)

    assert await both[0].notices() == names(0, 1, 2)


async def test_who_is_erased_leaves_nothing_behind_and_is_not_told(waiting: Open) -> None:
    one = await waiting()
    await all_register(one, range(3))
    await one.registers("c00", ListKey("hat", "web"))
    request = build.a_request()
    assert [await one.lists.erase(request, Person("c00")) for _ in range(2)] == [2, 2]
    everything = await one.process.database.collection(REGISTRATIONS.name).find({})
    assert [each["customerRef"] for each in everything] == names(1, 2)

    await one.moves((S1, 1))
    await one.worker.run_due_once()

    assert await one.notices() == names(1)


async def test_who_registers_again_after_being_erased_is_told_in_versions_that_nobody_had_yet(
    waiting: Open,
) -> None:
    one = await waiting()
    await all_register(one, range(2))
    await one.moves((S1, 1))
    await one.worker.run_due_once()

    for version in (3, 5):
        await one.lists.erase(build.a_request(), Person("c00"))
        assert (await one.registers("c00")).version == version
        await one.moves((S1, 2))
        await one.worker.run_due_once()

    assert await one.notices() == names(0, 0, 0, 1)


async def test_a_list_on_which_the_time_of_all_is_over_is_closed_by_the_next_round(
    waiting: Open,
) -> None:
    one = await waiting()
    await all_register(one, range(2))
    one.process.clock.advance(A_DAY / 2)
    await one.registers("c00")
    await one.goes_round()
    one.process.clock.advance(A_DAY / 2)
    await one.goes_round()
    assert [each.key for each in await one.lists.waited_on("", 10)] == [SHIRTS]

    one.process.clock.advance(A_DAY / 2)
    await one.goes_round()

    assert await one.lists.waited_on("", 10) == []


async def test_whose_time_is_over_is_taken_off_the_list_by_the_next_round_and_may_come_again(
    waiting: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_svc.use_cases.back_in_stock.go_round.EXPIRED_OF_A_PAGE", 2)
    one = await waiting()
    await all_register(one, range(5))
    one.process.clock.advance(A_DAY / 2)
    await one.registers("c01")
    await one.goes_round()
    assert await one.on_the_lists() == names(0, 1, 2, 3, 4)

    one.process.clock.advance(A_DAY / 2)
    await one.goes_round()

    assert await one.on_the_lists() == names(1)
    again = await one.registers("c03")
    assert (again.number, again.version) == (6, 2)
    assert await one.on_the_lists() == names(1, 3)
    await one.moves((S1, 2))
    await one.worker.run_due_once()
    assert await one.notices() == names(1, 3)
    assert await one.on_the_lists() == []


async def test_an_end_that_is_put_off_while_a_round_looks_keeps_the_place(waiting: Open) -> None:
    one = await waiting()
    await all_register(one, range(20))
    one.process.clock.advance(A_DAY - timedelta(minutes=1))
    now = one.process.clock.now()

    over = [one.lists.pass_over_expired(now + timedelta(minutes=1), 3) for _ in range(8)]
    await asyncio.gather(*over, all_register(one, range(0, 20, 2)))
    while await one.lists.pass_over_expired(now + timedelta(minutes=1), 3):
        pass

    kept = await one.process.database.collection(REGISTRATIONS.name).find({"waiting": True})
    later = now + timedelta(minutes=1)
    assert all(each["expiresAt"] > later for each in kept)
    one.process.clock.set(later)
    await one.moves((S1, 20))
    await one.worker.run_due_once()
    assert await one.notices() == names(*range(0, 20, 2))


async def test_who_is_told_between_the_reading_and_the_writing_is_not_told_again(
    waiting: Open,
) -> None:
    slow, fast = await waiting(), await waiting()
    await all_register(slow, range(6))
    await slow.moves((S1, 2))
    readings: list[int] = []

    async def units_of(_: StockReads) -> int:
        readings.append((await fast.process.position(S1)).on_hand)
        if len(readings) == 1:
            await tell_waiting(SHIRTS, fast.lists, fast.sources)
            await fast.moves((S1, 1))
        return readings[-1]

    await slow.lists.tell(SHIRTS, units_of, slow.process.clock.now())

    assert readings == [2, 3]
    assert await slow.notices() == names(0, 1, 2)


async def test_registering_twice_is_one_registration_with_the_later_end(waiting: Open) -> None:
    both = [await waiting(), await waiting()]
    request = build.a_request("same")
    first, again = await asyncio.gather(*(each.registers("c00", request=request) for each in both))
    assert (first, first.number) == (again, 1)
    await both[0].registers("c01")
    both[0].process.clock.advance(timedelta(hours=1))

    later = await both[1].registers("c00")

    assert (later.number, later.version) == (1, 2)
    assert later.expires_at == both[0].process.clock.now() + A_DAY
    await both[0].moves((S1, 2))
    await both[0].worker.run_due_once()
    assert await both[0].notices() == names(0, 1)


async def test_who_withdrew_or_whose_time_is_over_is_passed_over(waiting: Open) -> None:
    one = await waiting()
    late = await one.registers("c00")
    one.process.clock.advance(A_DAY)
    gone = await one.registers("c01")
    await all_register(one, [2, 3])
    now, nobody = one.process.clock.now(), frozenset({Person("c02")})
    with pytest.raises(Refusal) as refused:
        await one.lists.withdraw(build.a_request(), "ann", gone.identifier, nobody, now)
    assert refused.value.code == "NOT_FOUND"
    own = frozenset({Person("c01")})
    withdrawn = await one.lists.withdraw(build.a_request(), "ann", gone.identifier, own, now)
    assert withdrawn.withdrawn_at == now
    again = await one.lists.withdraw(build.a_request(), "ann", gone.identifier, None, now)
    assert again == withdrawn

    await one.moves((S1, 1))
    await one.worker.run_due_once()

    assert await one.notices() == ["c02"]
    anew = await one.registers("c00")
    assert (anew.identifier, anew.number, anew.version) == (late.identifier, 5, 2)


async def test_who_registers_while_units_are_there_is_told_at_once_unless_they_are_announced(
    waiting: Open,
) -> None:
    one = await waiting()
    await one.moves((S1, 2))
    for number in range(2):
        await all_register(one, [number])
        await one.worker.run_due_once()
        assert await one.notices() == names(*range(number + 1))


async def test_more_than_one_transaction_tells_are_told_by_several(
    waiting: Open, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("inventory_svc.mongo.back_in_stock._TOLD_AT_ONCE", 2)
    one = await waiting()
    await all_register(one, range(6))
    await one.moves((S1, 5))
    await one.worker.run_due_once()
    assert await one.notices() == names(0, 1, 2, 3, 4)


async def test_each_channel_and_condition_has_a_list_of_its_own(waiting: Open) -> None:
    one = await waiting()
    used = PositionKey("shirt", "S1", Condition.USED_A)
    await one.registers("c00", ListKey("shirt", "web", used.condition))
    await one.registers("c01", ListKey("hat", "web"))
    await one.moves((S1, 1))
    await one.worker.run_due_once()
    assert await one.notices() == []
    await one.moves((used, 1))
    await one.worker.run_due_once()
    assert await one.notices() == ["c00"]


async def test_a_page_shows_registrations_the_latest_first(waiting: Open) -> None:
    one = await waiting()
    for name in names(0, 1, 2):
        await one.registers(name)
        one.process.clock.advance(timedelta(seconds=1))

    found = await one.lists.page(RegistrationsWanted(2, sku="shirt"))
    assert [each.person.customer_ref for each in found] == names(2, 1)
    after = (found[-1].registered_at, found[-1].identifier)
    own = frozenset({Person("c00"), Person("c02")})
    rest = await one.lists.page(RegistrationsWanted(2, persons=own, after=after))
    assert [each.person.customer_ref for each in rest] == names(0)
