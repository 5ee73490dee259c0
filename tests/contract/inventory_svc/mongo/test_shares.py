"""Shares on a real MongoDB: what the page says is what a commit accepts, whatever has gone on."""

import asyncio
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from inventory_svc.app import SERVICE
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.delivery import DeliveryMethod, LocationAbility
from inventory_svc.domain.network.directory import NOWHERE, NetworkDirectory
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.rules.rule_set import Publication, RuleChanges, RuleSet, published
from inventory_svc.domain.rules.sale import Service
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.mongo.catalogue import MongoCatalogue
from inventory_svc.mongo.rules import MongoRules, RuleTools
from inventory_svc.mongo.shelf_cache import ShelfCache
from inventory_svc.ports.stock import FreshItems
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    read_availability,
)
from service_kit.messaging.bus import Bus
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.outbox import Outbox
from service_kit.messaging.relay import Relay
from service_kit.runtime.identifiers import new_identifier
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OneNetwork, OpenProcess, Process, a_ruled_process
from tests.contract.inventory_svc.mongo.conftest import Works
from tests.support import rules as rule
from tests.support import stock as build

SHIPS, COLLECTS = LocationAbility.SHIP, LocationAbility.COLLECT
NETWORK = replace(
    rule.NETWORK,
    locations={
        "W1": replace(rule.W1, abilities=frozenset({SHIPS})),
        "S1": replace(rule.S1, abilities=frozenset({SHIPS, COLLECTS})),
        "S2": replace(rule.S2, abilities=frozenset({COLLECTS})),
    },
)
PLACES = tuple(NETWORK.locations)
METHODS = (DeliveryMethod.HOME, DeliveryMethod.PICKUP)
PARTITIONS = 4
_skus = count()


@dataclass(slots=True)
class ChangingNetwork(OneNetwork):
    """A network of which places are taken off the web, and put back."""

    off: set[str] = field(default_factory=set)

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        """Give it as it is now."""
        return without(frozenset(self.off))


@cache
def without(places: frozenset[str]) -> NetworkDirectory:
    """Give the network of which some places are taken off the web; the same each time."""
    return replace(NETWORK, channels={"web": replace(rule.WEB, excluded_locations=places)})


class AtHand:
    """What a process has at hand, once it has heard of all that is committed."""

    def __init__(self, cache: ShelfCache) -> None:
        self._cache = cache

    async def items(
        self, skus: Collection[str], condition: Condition, *, waits: bool = True
    ) -> FreshItems:
        """Give items in which no commit is missing that came before."""
        assert waits
        async with asyncio.timeout(20):
            while (found := await self._cache.present(skus, condition)) is None:  # noqa: ASYNC110
                await asyncio.sleep(0)
            return found


@dataclass(frozen=True, slots=True)
class Selling:
    """A process that sells one item on the web, in a network that changes.

    Its `sources` are the positions alone; `packed` are what another process has at hand.
    """

    process: Process
    network: ChangingNetwork
    sources: AvailabilitySources
    packed: AvailabilitySources
    sku: str = "shirt"

    async def publishes(self, made: StockRule) -> None:
        """Publish a rule beside those that stand."""

        def decide(current: RuleSet) -> RuleSet:
            publication = Publication("ann", self.process.clock.now())
            return published(current, RuleChanges((made,)), publication)

        rules = self.sources.rules
        await rules.publish(build.a_request(), "ann", decide)

    async def shown(self, method: DeliveryMethod) -> int:
        """Give what the page says that can be sold in a way; at hand it says the same."""
        everywhere = AvailabilityQuestion("web", service=Service(method))
        for question in (replace(everywhere, locations=frozenset({"S1"})), everywhere):
            found = (await read_availability([self.sku], question, self.sources))[self.sku]
            at_hand = (await read_availability([self.sku], question, self.packed))[self.sku]
            assert replace(at_hand, as_of=found.as_of) == found
            assert at_hand.locations == found.locations
        return found.quantity

    async def buys(self, units: int, method: DeliveryMethod, *, at: str | None = None) -> Decided:
        """Order units in a way, from wherever the web sells then, or of one place of these."""
        directory = await self.network.directory()
        among = directory.candidates(directory.channels["web"], NOWHERE, method=method)
        among = tuple(each for each in among if at in (None, each))
        wish: ReserveStock = build.an_allocation((self.sku, units), among=among)
        return await self.process.commits.submit(replace(wish, service=Service(method)))

    async def ships(self, reservation: Reservation) -> None:
        """Have everything that is kept leave."""
        await self.process.commits.submit(build.a_consumption(reservation))

    async def counts(self, place: str, units: int) -> None:
        """Tell how many units there are now."""
        shelf, now = PositionKey(self.sku, place), self.process.clock.now()
        await self.process.commits.submit(build.a_count(shelf, units, now))

    async def sells_no_more_than_it_shows(self) -> None:
        """Check both ways of delivery: one unit more than is shown is refused for as many."""
        for method in METHODS:
            shown = await self.shown(method)
            (refusal,) = (await self.buys(shown + 1, method)).outcome.refusals
            assert refusal.params["available"] == str(shown)

    async def sells_all_that_it_shows(self) -> None:
        """Check both ways of delivery, one after the other."""
        for method in METHODS:
            if shown := await self.shown(method):
                assert (await self.buys(shown, method)).outcome.refusals == ()
            assert await self.shown(method) == 0


@pytest.fixture
async def selling(open_process: OpenProcess, bus: Bus, works: Works) -> Selling:
    """Give a process of which the web may sell half, and one that has the stock at hand."""
    process = await open_process()
    database, clock = process.database, process.clock
    outbox = Outbox(database, SERVICE, PARTITIONS)
    tools = RuleTools(MongoOutcomes(database, clock), outbox, DueWork(database, clock))
    rules, network = MongoRules(database, tools), ChangingNetwork()
    joined = a_ruled_process(database, clock, rules, network)
    sources = AvailabilitySources(network, rules, joined.reads, MongoCatalogue(database), clock)
    works.start(Relay(database, bus, SERVICE, PARTITIONS, new_identifier()).run())
    cache = ShelfCache(database, EventLog(bus, SERVICE, PARTITIONS), clock)
    works.start(cache.run())
    made = Selling(joined, network, sources, replace(sources, packed=AtHand(cache)))
    await made.publishes(rule.half_of_all())
    return made


steps = st.lists(
    st.tuples(
        st.sampled_from(["count", "confirm", "ship", "leave or join"]),
        st.sampled_from(PLACES),
        st.integers(1, 9),
        st.integers(1, 90),
    ),
    min_size=3,
    max_size=6,
)
Steps = list[tuple[str, str, int, int]]


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(taken=steps)
async def test_what_the_page_says_of_a_share_is_what_a_commit_accepts(
    selling: Selling, taken: Steps
) -> None:
    await sell_along(selling, taken)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(
    max_examples=500, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(taken=steps)
async def test_in_many_plans_the_page_and_the_commit_count_a_share_alike(
    selling: Selling, taken: Steps
) -> None:
    await sell_along(selling, taken)


async def sell_along(selling: Selling, taken: Steps) -> None:
    """Take the steps with an item of its own, and compare after each."""
    item = replace(selling, sku=f"shirt-{next(_skus)}")
    item.network.off.clear()
    for place in PLACES:
        await item.counts(place, 9)
    for step, place, units, minutes in taken:
        item.process.clock.advance(timedelta(minutes=minutes))
        match step:
            case "count":
                await item.counts(place, units)
            case "confirm":
                held = await item.process.position(PositionKey(item.sku, place))
                await item.counts(place, held.on_hand)
            case "ship":
                bought = await item.buys(units, METHODS[place == "S2"], at=place)
                if bought.reservation is not None:
                    await item.ships(bought.reservation)
            case _:
                item.network.off ^= {place}
        await item.sells_no_more_than_it_shows()
    await item.sells_all_that_it_shows()


async def test_what_is_shipped_at_the_moment_of_a_count_is_in_it(selling: Selling) -> None:
    await selling.counts("S1", 10)
    bought = await selling.buys(4, METHODS[0])
    assert bought.reservation is not None
    await selling.ships(bought.reservation)

    assert await selling.shown(METHODS[0]) == 3


async def test_a_count_that_only_confirms_a_number_is_known_at_hand(selling: Selling) -> None:
    """Nothing tells of it in the log, and what was shipped before it is drawn no more."""
    await selling.counts("S1", 10)
    selling.process.clock.advance(timedelta(minutes=1))
    bought = await selling.buys(4, METHODS[0])
    assert bought.reservation is not None
    await selling.ships(bought.reservation)
    assert await selling.shown(METHODS[0]) == 1

    selling.process.clock.advance(timedelta(minutes=1))
    await selling.counts("S1", 6)

    assert await selling.shown(METHODS[0]) == 3


@pytest.mark.parametrize("leaves", ["the channel", "what is delivered at home"])
async def test_what_a_place_out_of_scope_has_shipped_is_forgotten_once_it_is_counted(
    selling: Selling, leaves: str
) -> None:
    """Four left a shop that was counted since, and that the sale does not draw on any more."""
    at, method = ("S1", METHODS[0]) if leaves == "the channel" else ("S2", METHODS[1])
    await selling.counts(at, 10)
    bought = await selling.buys(4, method)
    assert bought.reservation is not None
    await selling.ships(bought.reservation)
    selling.process.clock.advance(timedelta(hours=2))
    await selling.counts(at, 6)
    await selling.counts("W1", 20)
    selling.network.off.add(at)

    assert await selling.shown(METHODS[0]) == 10
    assert (await selling.buys(10, METHODS[0])).outcome.refusals == ()
