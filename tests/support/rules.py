"""Builders of rules of the stock, and a network for them: random ones for properties too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from hypothesis import strategies as st

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import DeliveryMethod
from inventory_svc.domain.network.directory import NOWHERE, Candidate, NetworkDirectory
from inventory_svc.domain.network.group import LocationGroup
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.rules.rule import (
    Effect,
    Exposure,
    Protection,
    RuleScope,
    Share,
    SlowExposure,
    StockRule,
)
from inventory_svc.domain.rules.sale import OrderType, Sale, Service, ServiceLevel
from inventory_svc.domain.stock.availability.answer import Stock
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.position import Position, PositionKey
from tests.support.stock import CATEGORIES

WEB: Final = Channel("web", "Web", "EUR", "FR")
MARKETPLACE: Final = Channel("marketplace", "Marketplace", "EUR", "DE")
W1: Final = Location("W1", "W1", LocationType.WAREHOUSE, "FR")
S1: Final = Location("S1", "S1", LocationType.STORE, "FR", tags=frozenset({"paris"}))
S2: Final = Location("S2", "S2", LocationType.STORE, "FR")
PARIS: Final = LocationGroup("paris", "Paris", tags=frozenset({"paris"}))
SHOPS: Final = LocationGroup("shops", "Shops", location_types=frozenset({LocationType.STORE}))
NETWORK: Final = NetworkDirectory(
    {each.code: each for each in (W1, S1, S2)},
    {each.code: each for each in (WEB, MARKETPLACE)},
    1,
    {each.code: each for each in (PARIS, SHOPS)},
)


def a_rule(code: str, effect: Effect, *, since: int = 1, **scope: object) -> StockRule:
    """Give a rule of a version; its scope by the names of its parts."""
    return StockRule(code, replace(RuleScope(), **scope), effect, since=since)  # type: ignore[arg-type]  # by name


def half_of_all() -> StockRule:
    """Give a rule by which the web sells half of everything."""
    return a_rule("half", Share(percent=50), channel="web")


def a_policy(*rules: StockRule, network: NetworkDirectory = NETWORK) -> Policy:
    """Give a policy of rules."""
    return Policy(network, 1, rules)


def a_scope(policy: Policy, sale: Sale) -> Sequence[Candidate]:
    """Give the locations that a sale may draw on."""
    channel = policy.directory.channels[sale.channel or ""]
    return policy.directory.ranked(channel, NOWHERE, sale.service.method)


def a_stock(sku: str = "shirt", /, **on_hand: int) -> Stock:
    """Give new units on hand by location."""
    positions = {at: Position(PositionKey(sku, at), units) for at, units in on_hand.items()}
    return Stock(sku, CATEGORIES.get(sku), positions)


def _some(values: Sequence[object]) -> st.SearchStrategy[frozenset[object]]:
    return st.one_of(st.just(frozenset()), st.frozensets(st.sampled_from(values), min_size=1))


sales = st.builds(
    lambda channel, service, condition: Sale(channel.code, channel.country, service, condition),
    st.sampled_from([WEB, MARKETPLACE]),
    st.builds(
        Service,
        st.sampled_from(DeliveryMethod),
        st.sampled_from(ServiceLevel),
        st.sampled_from(OrderType),
    ),
    st.sampled_from([Condition.NEW, Condition.USED_A]),
)
items = st.sampled_from([{}, {"sku": "shirt"}, {"sku": "boot"}, {"category": "clothes"}])
places = st.sampled_from(
    [
        {},
        {"location": "W1"},
        {"location": "S1"},
        {"group": "paris"},
        {"group": "shops"},
        {"location_type": LocationType.STORE},
    ]
)
outlets = st.sampled_from([{}, {"channel": "web"}, {"channel": "marketplace"}, {"market": "FR"}])
scopes = st.builds(
    lambda item, place, outlet, methods, levels, types, conditions: RuleScope(
        **item,
        **place,
        **outlet,
        methods=methods,
        levels=levels,
        order_types=types,
        conditions=conditions,
    ),
    items,
    places,
    outlets,
    _some(list(DeliveryMethod)),
    _some([ServiceLevel.EXPRESS]),
    _some([OrderType.ORDER]),
    _some([Condition.NEW]),
)
effects = st.one_of(
    st.builds(Exposure, st.booleans()),
    st.builds(SlowExposure, st.integers(1, 30)),
    st.builds(Protection, units=st.integers(0, 6), percent=st.none()),
    st.builds(Protection, units=st.none(), percent=st.integers(0, 100)),
    st.builds(
        Protection,
        units=st.integers(0, 6),
        percent=st.none(),
        on_hand_at_most=st.integers(0, 8),
    ),
    st.builds(Share, percent=st.integers(0, 100), cap=st.none() | st.integers(0, 10)),
)


@st.composite
def rule_lists(draw: st.DrawFn, most: int = 8) -> tuple[StockRule, ...]:
    """Give rules with codes of their own."""
    count = draw(st.integers(0, most))
    return tuple(
        StockRule(f"rule{at}", draw(scopes), draw(effects), since=draw(st.integers(1, 3)))
        for at in range(count)
    )
