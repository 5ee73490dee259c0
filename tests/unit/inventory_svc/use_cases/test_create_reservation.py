"""A reservation that names a location is accepted exactly when the answer for it says so."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.network.delivery import DeliveryMethod, LocationAbility
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.obstacle import Obstacle
from inventory_svc.domain.rules.rule import StockRule
from inventory_svc.domain.stock.availability.answer import Stock, availability_of
from inventory_svc.domain.stock.commands import StockCommand, WantedLine
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.domain.stock.units.unit import SerialUnit
from inventory_svc.use_cases.stock.create_reservation import WantedReservation, create_reservation
from inventory_svc.use_cases.stock.read_availability import AvailabilityQuestion, scope_of
from inventory_svc.use_cases.stock.wanted_lines import ReservationSources
from retail_kit.roles import Role
from service_kit.commands.refusal import Refusal
from service_kit.identity.caller import Caller, CallerKind
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.stock import CATEGORIES, NOW, InMemoryStock


@dataclass
class World:
    """All that a reservation asks: the network, the items, pieces (none), and the stock."""

    network: NetworkDirectory
    stock: InMemoryStock

    async def directory(self, **_named: Iterable[str]) -> NetworkDirectory:
        """Give the network."""
        return self.network

    async def known(self, skus: Collection[str]) -> Collection[str]:
        """Know every item."""
        return skus

    async def units(self, _serials: Collection[str]) -> Mapping[str, SerialUnit]:
        """Know no pieces."""
        return {}

    async def submit(self, command: StockCommand) -> Decided:
        """Decide one command."""
        (decided,) = self.stock.commit(command)
        return decided

    async def reserves(self, wanted: WantedReservation, role: Role = Role.ASSISTANT) -> list[str]:
        """Ask for a reservation and give why it is refused."""
        ends = self.stock.clock.now() + timedelta(hours=1)
        caller = Caller("ann", CallerKind.USER, frozenset({role}), frozenset(), ends)
        sources = ReservationSources(self, self, self, self)  # type: ignore[arg-type]  # few of them
        request = build.a_request()
        decided = await create_reservation(request, caller, wanted, sources, self.stock.clock)
        return [f"{each.code} {each.params.get('reason', '')}" for each in decided.outcome.refusals]

    def units_at(self, wanted: WantedReservation) -> int:
        """Give what the answer for that location says."""
        policy = self.stock.policy
        named = frozenset({wanted.location or ""})
        question = AvailabilityQuestion(
            wanted.channel or "", locations=named, service=wanted.service
        )
        sale = policy.sale(question.channel, question.service, question.condition)
        held = {key.location: each for key, each in self.stock.positions.items()}
        known = Stock("shirt", CATEGORIES.get("shirt"), held, self.stock.draws)
        scope = scope_of(question, self.network)
        return availability_of(known, sale, scope, policy, self.stock.clock.now()).quantity


locations = st.tuples(
    st.booleans(),
    st.booleans(),
    st.none() | st.frozensets(st.sampled_from(LocationAbility)),
    st.frozensets(st.sampled_from(["A", "B"])),
)
networks = st.builds(
    lambda states, brands, without: replace(
        rule.NETWORK,
        locations={
            code: replace(
                rule.NETWORK.locations[code],
                active=active,
                stale_since=NOW if stale else None,
                abilities=abilities,
                brands=of,
            )
            for code, (active, stale, abilities, of) in zip(("W1", "S1", "S2"), states, strict=True)
        },
        channels={
            "web": replace(rule.WEB, brands=brands, excluded_locations=without),
            "marketplace": rule.MARKETPLACE,
        },
    ),
    st.tuples(locations, locations, locations),
    st.frozensets(st.sampled_from(["A", "B"])),
    st.frozensets(st.sampled_from(["W1", "S1"])),
)
wishes = st.builds(
    lambda kind, units, channel, at, method: WantedReservation(
        kind, (WantedLine("1", "shirt", units),), channel, at, method=method
    ),
    st.sampled_from(
        [ReservationKind.CART, ReservationKind.E_RESERVATION, ReservationKind.APPOINTMENT]
    ),
    st.integers(1, 6),
    st.sampled_from(["web", "marketplace"]),
    st.sampled_from(["W1", "S1", "S2"]),
    st.none() | st.sampled_from(DeliveryMethod),
)


@settings(max_examples=300, deadline=None)
@given(networks, rule.rule_lists(), st.lists(wishes, min_size=1, max_size=6))
async def test_what_the_answer_for_a_location_says_is_what_is_kept_there(
    network: NetworkDirectory, rules: Sequence[StockRule], wanted: list[WantedReservation]
) -> None:
    world = _world(network, *rules)
    for wish in wanted:
        units = world.units_at(wish)
        assert (not await world.reserves(wish)) == (wish.lines[0].quantity <= units)


@pytest.mark.parametrize("channel", [None, "web"])
@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"active": False}, Obstacle.INACTIVE),
        ({"stale_since": NOW}, Obstacle.STALE),
        ({"abilities": frozenset({LocationAbility.SHIP})}, Obstacle.NOT_SERVING),
    ],
)
async def test_staff_too_keep_nothing_where_nothing_is_sold(
    changed: Mapping[str, object], reason: Obstacle, channel: str | None
) -> None:
    shop = replace(rule.S1, **changed)  # type: ignore[arg-type]  # by name
    world = _world(replace(rule.NETWORK, locations={**rule.NETWORK.locations, "S1": shop}))
    wish = WantedReservation(
        ReservationKind.APPOINTMENT, (WantedLine("1", "shirt", 1),), channel, "S1"
    )

    assert await world.reserves(wish) == [f"LOCATION_NOT_SELLING {reason.value}"]


async def test_a_customer_names_the_channel_and_staff_need_not() -> None:
    world = _world(rule.NETWORK)
    wish = WantedReservation(
        ReservationKind.APPOINTMENT, (WantedLine("1", "shirt", 1),), location="S1"
    )

    assert await world.reserves(wish) == []
    with pytest.raises(Refusal) as refused:
        await world.reserves(wish, Role.CUSTOMER)
    assert refused.value.path == ("input", "channel")


def _world(network: NetworkDirectory, *rules: StockRule) -> World:
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(*rules, network=network))
    stock.commit(*(build.a_count(PositionKey("shirt", at), 5) for at in ("W1", "S1", "S2")))
    return World(network, stock)
