"""Which rule counts: found fast, as a plain comparison of all rules says."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.rules.rule import Protection, RuleKind, StockRule
from inventory_svc.domain.rules.sale import Sale
from tests.support import rules as build
from tests.support.stock import CATEGORIES

KINDS = (RuleKind.EXPOSURE, RuleKind.PROTECTION, RuleKind.SHARE)


def strongest(
    rules: tuple[StockRule, ...], kind: RuleKind, sku: str, sale: Sale, location: Location
) -> str | None:
    """Compare all rules one by one, as docs/availability.md orders them."""
    speaking = [rule for rule in rules if rule.kind is kind and speaks(rule, sku, sale, location)]
    speaking.sort(key=lambda rule: rule.code)
    speaking.sort(key=lambda rule: -sum(bool(each) for each in service_of(rule)))
    speaking.sort(key=lambda rule: -rule.since)
    speaking.sort(key=lambda rule: 0 if rule.scope.channel else 1 if rule.scope.market else 2)
    speaking.sort(key=place_of)
    speaking.sort(key=lambda rule: 0 if rule.scope.sku else 1 if rule.scope.category else 2)
    return speaking[0].code if speaking else None


def place_of(rule: StockRule) -> int:
    scope = rule.scope
    if scope.location:
        return 0
    if scope.group:
        return 1
    return 2 if scope.location_type else 3


def service_of(rule: StockRule) -> tuple[frozenset[object], ...]:
    scope = rule.scope
    return (
        frozenset(scope.methods),
        frozenset(scope.levels),
        frozenset(scope.order_types),
        frozenset(scope.conditions),
    )


def speaks(rule: StockRule, sku: str, sale: Sale, location: Location) -> bool:
    scope = rule.scope
    asked = (*sale.service, sale.condition)
    return (
        (not scope.sku or scope.sku == sku)
        and (not scope.category or scope.category == CATEGORIES.get(sku))
        and (not scope.location or scope.location == location.code)
        and (not scope.location_type or scope.location_type is location.type)
        and (not scope.group or build.NETWORK.groups[scope.group].holds(location))
        and (not scope.channel or scope.channel == sale.channel)
        and (not scope.market or scope.market == sale.market)
        and all(
            not named or is_ in named for named, is_ in zip(service_of(rule), asked, strict=True)
        )
    )


@settings(max_examples=500)
@given(build.rule_lists(most=12), build.sales, st.sampled_from(["shirt", "boot", "hat"]))
def test_the_rule_found_is_the_strongest_of_all(
    rules: tuple[StockRule, ...], sale: Sale, sku: str
) -> None:
    terms = build.a_policy(*rules).terms(sku, CATEGORIES.get(sku), sale)

    for location in build.NETWORK.locations.values():
        found = {
            RuleKind.EXPOSURE: terms.exposure.at(location),
            RuleKind.PROTECTION: terms.protection.at(location),
            RuleKind.SHARE: terms.share.at(location),
        }
        for kind in KINDS:
            rule = found[kind]
            expected = strongest(rules, kind, sku, sale, location)
            assert (rule and rule.code) == expected


@pytest.mark.parametrize(
    ("weaker", "stronger"),
    [
        ({"group": "shops"}, {"group": "paris", "channel": "web"}),
        ({"group": "paris"}, {"group": "shops", "market": "FR"}),
        ({"group": "paris", "market": "FR"}, {"group": "shops", "channel": "web"}),
        ({"location_type": LocationType.STORE, "channel": "web"}, {"group": "shops"}),
        ({}, {"location_type": LocationType.STORE}),
        ({"sku": "shirt"}, {"sku": "shirt", "market": "FR"}),
        ({"location": "S1", "channel": "web"}, {"category": "clothes"}),
    ],
)
def test_what_names_more_counts_before_what_is_newer(
    weaker: dict[str, object], stronger: dict[str, object]
) -> None:
    new = build.a_rule("a", Protection(units=1), since=2, **weaker)
    old = build.a_rule("b", Protection(units=2), since=1, **stronger)

    for rules in ((new, old), (old, new)):
        terms = build.a_policy(*rules).terms("shirt", "clothes", Sale("web", "FR"))
        assert terms.protection.at(build.S1) is old


def test_of_two_groups_the_newer_rule_counts() -> None:
    shops = build.a_rule("a", Protection(units=1), since=1, group="shops")
    paris = build.a_rule("b", Protection(units=2), since=2, group="paris")

    terms = build.a_policy(shops, paris).terms("shirt", None, Sale("web", "FR"))

    assert terms.protection.at(build.S1) is paris
    assert terms.protection.at(build.S2) is shops
    assert terms.protection.at(build.W1) is None
