"""Available to sell: the formula, and the rules that explain it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.network.directory import Candidate
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.rules.rule import (
    Exposure,
    Protection,
    Share,
    SlowExposure,
    StockRule,
)
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import (
    AppliedRule,
    Availability,
    AvailabilityRule,
    Stock,
    availability_of,
)
from inventory_svc.domain.stock.availability.policy import NO_POLICY
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey, Shipped
from inventory_svc.domain.stock.pace import NO_PACE
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from inventory_svc.domain.stock.unavailable import Disposition, Unavailable
from tests.support import rules as build
from tests.support.stock import NOW

PLACES = ("W1", "S1", "S2")
ON_WEB = Sale("web", "FR")
ON_MARKETPLACE = Sale("marketplace", "DE")

a_hold = st.builds(
    Hold,
    st.integers(-30, 30).map(lambda minutes: NOW + timedelta(minutes=minutes)),
    st.integers(1, 5),
)


a_declaration = st.builds(
    Unavailable, st.sampled_from(Disposition), st.integers(1, 5), st.just(NOW)
)


@st.composite
def positions(draw: st.DrawFn, sku: str = "shirt") -> dict[str, Position]:
    return {
        place: Position(
            PositionKey(sku, place),
            on_hand=draw(st.integers(0, 20)),
            pace=NO_PACE.with_sold(draw(st.integers(0, 40)), NOW),
            allocated=draw(st.integers(0, 8)),
            holds=tuple(draw(st.lists(a_hold, max_size=3))),
            unavailable=tuple(draw(st.lists(a_declaration, max_size=1))),
        )
        for place in draw(st.sets(st.sampled_from(PLACES)))
    }


def scope(*codes: str) -> list[Candidate]:
    return [
        Candidate(Location(code, code, LocationType.STORE, "FR"), distance)
        for distance, code in enumerate(codes)
    ]


def asked(stock: Stock, sale: Sale, *rules: StockRule) -> Availability:
    policy = build.a_policy(*rules)
    return availability_of(stock, sale, build.a_scope(policy, sale), policy, NOW)


def steps(answer: Availability) -> dict[tuple[str, str | None], int]:
    return {(each.rule.value, code_of(each)): each.units for each in answer.rules_applied}


def draws_of(rules: Sequence[StockRule], sale: Sale, drawn: int) -> dict[ShareKey, ShareDraw]:
    keys = [ShareKey(rule.code, "shirt", sale.condition) for rule in rules]
    return {key: ShareDraw(key, drawn) for key in keys}


def code_of(applied: AppliedRule) -> str | None:
    return applied.by.code if applied.by else None


@given(positions(), st.permutations(PLACES), st.integers(0, 3))
def test_the_rules_add_up_and_no_location_burdens_another(
    held: dict[str, Position], order: list[str], size: int
) -> None:
    chosen = order[:size]

    answer = availability_of(Stock("shirt", None, held), ON_WEB, scope(*chosen), NO_POLICY, NOW)

    expected = sum(held[code].available(NOW) for code in chosen if code in held)
    assert answer.quantity == expected
    assert sum(applied.units for applied in answer.rules_applied) == expected
    assert [row.location.code for row in answer.locations] == [c for c in chosen if c in held]
    assert all(0 <= row.quantity <= row.on_hand for row in answer.locations)


def test_a_location_that_owes_more_than_it_has_promises_nothing() -> None:
    owing = Position(PositionKey("shirt", "S1"), on_hand=2, allocated=5)
    full = Position(PositionKey("shirt", "W1"), on_hand=4)
    stock = Stock("shirt", None, {"S1": owing, "W1": full})

    answer = availability_of(stock, ON_WEB, scope("S1", "W1"), NO_POLICY, NOW)

    assert answer.quantity == 4
    assert steps(answer) == {
        ("PHYSICAL_STOCK", None): 6,
        ("HARD_ALLOCATIONS", None): -5,
        ("NEVER_BELOW_ZERO", None): 3,
    }


def test_the_steps_come_in_their_order_and_name_the_rules_that_made_them() -> None:
    stock = build.a_stock(W1=20, S1=9, S2=3)
    warehouse = stock.positions["W1"]
    assert isinstance(warehouse, Position)
    stock = replace(
        stock,
        positions={
            **stock.positions,
            "W1": replace(
                warehouse,
                allocated=4,
                holds=(Hold(NOW + timedelta(minutes=5), 2),),
                unavailable=(Unavailable(Disposition.DAMAGED, 1, NOW),),
            ),
        },
    )
    answer = asked(
        stock,
        ON_MARKETPLACE,
        build.a_rule("closed", Exposure(exposed=False), location="S2"),
        build.a_rule("buffer", Protection(units=3)),
        build.a_rule("half", Share(percent=50), channel="marketplace"),
    )

    assert [(each.rule, each.units, code_of(each)) for each in answer.rules_applied] == [
        (AvailabilityRule.PHYSICAL_STOCK, 32, None),
        (AvailabilityRule.EXPOSURE, -3, "closed"),
        (AvailabilityRule.UNAVAILABLE, -1, None),
        (AvailabilityRule.HARD_ALLOCATIONS, -4, None),
        (AvailabilityRule.SOFT_HOLDS, -2, None),
        (AvailabilityRule.PROTECTION, -6, "buffer"),
        (AvailabilityRule.SHARE, -8, "half"),
    ]
    assert answer.quantity == 8
    alone = {row.location.code: row.quantity for row in answer.locations}
    assert alone == {"W1": 8, "S1": 6, "S2": 0}


def test_a_protection_withholds_no_more_than_there_is() -> None:
    """On hand 4, ordered 3, safety 2: nothing is available, and one unit is withheld."""
    stock = Stock(
        "shirt", None, {"W1": Position(PositionKey("shirt", "W1"), on_hand=4, allocated=3)}
    )

    answer = asked(stock, ON_WEB, build.a_rule("safety", Protection(units=2)))

    assert answer.quantity == 0
    assert steps(answer) == {
        ("PHYSICAL_STOCK", None): 4,
        ("HARD_ALLOCATIONS", None): -3,
        ("PROTECTION", "safety"): -1,
    }


def test_what_was_drawn_of_a_share_counts_until_it_is_counted_again() -> None:
    rule = build.a_rule("30", Share(percent=30), channel="marketplace")
    key = ShareKey("30", "shirt")
    shipped = (Shipped("W1", NOW - timedelta(hours=1), 2),)
    draw = ShareDraw(key, 1, (Hold(NOW + timedelta(minutes=1), 1), Hold(NOW, 7)), shipped, 3)

    def left(counted_at: timedelta) -> int:
        position = Position(PositionKey("shirt", "W1"), on_hand=20, counted_at=NOW - counted_at)
        stock = Stock("shirt", None, {"W1": position}, {key: draw})
        return asked(stock, ON_MARKETPLACE, rule).quantity

    assert left(timedelta(hours=2)) == (20 + 4) * 30 // 100 - 4
    assert left(timedelta(minutes=30)) == (20 + 2) * 30 // 100 - 2


@settings(max_examples=300)
@given(positions(), build.rule_lists(), build.sales, st.integers(0, 12))
def test_by_any_rules_the_steps_add_up_and_nothing_is_sold_that_is_not_there(
    held: dict[str, Position], rules: tuple[StockRule, ...], sale: Sale, drawn: int
) -> None:
    stock = Stock("shirt", "clothes", held, draws_of(rules, sale, drawn))

    answer = asked(stock, sale, *rules)

    policy = build.a_policy(*rules)
    in_scope = {each.location.code for each in build.a_scope(policy, sale)}
    most = sum(held[code].available(NOW) for code in in_scope if code in held)
    assert 0 <= answer.quantity <= most
    assert answer.quantity <= sum(row.quantity for row in answer.locations)
    assert sum(applied.units for applied in answer.rules_applied) == answer.quantity
    for row in answer.locations:
        assert 0 <= row.quantity <= held[row.location.code].available(NOW)


@settings(max_examples=300)
@given(
    positions(),
    build.rule_lists(),
    build.sales,
    st.sampled_from(PLACES),
    st.integers(1, 5),
    st.integers(0, 12),
)
def test_more_on_the_shelves_is_never_less_to_sell(
    held: dict[str, Position],
    rules: tuple[StockRule, ...],
    sale: Sale,
    place: str,
    more: int,
    drawn: int,
) -> None:
    old = held.get(place, Position(PositionKey("shirt", place)))
    grown = {**held, place: replace(old, on_hand=old.on_hand + more)}

    draws = draws_of(rules, sale, drawn)
    before = asked(Stock("shirt", "clothes", held, draws), sale, *rules)
    after = asked(Stock("shirt", "clothes", grown, draws), sale, *rules)

    assert before.quantity <= after.quantity <= before.quantity + more + most_set_free(rules)


def most_set_free(rules: Sequence[StockRule]) -> int:
    """Give the most units of a location that are protected only as long as they are few."""
    effects = (rule.effect for rule in rules if isinstance(rule.effect, Protection))
    scarce = (each.units or 0 for each in effects if each.on_hand_at_most is not None)
    return max(scarce, default=0)


@pytest.mark.parametrize(("on_hand", "left"), [(0, 0), (1, 0), (2, 1), (3, 3), (9, 9)])
def test_scarce_units_are_protected_only_where_few_are_on_hand(on_hand: int, left: int) -> None:
    few = build.a_rule("few", Protection(units=1, on_hand_at_most=2), location="S1")

    answer = asked(build.a_stock(S1=on_hand), ON_WEB, few)

    assert answer.quantity == left
    assert steps(answer).get(("PROTECTION", "few"), 0) == left - on_hand


def test_a_rule_for_few_units_counts_alone_where_many_are_on_hand_too() -> None:
    few = build.a_rule("few", Protection(units=1, on_hand_at_most=2), location="S1")
    shops = build.a_rule("shops", Protection(units=2), location_type=LocationType.STORE)

    assert asked(build.a_stock(S1=9, S2=9), ON_WEB, few, shops).quantity == 9 + 7


@settings(max_examples=300)
@given(positions(), st.integers(1, 30), st.sampled_from(PLACES), st.integers(1, 20))
def test_only_what_lasts_is_sold_and_less_where_more_sells(
    held: dict[str, Position], weeks: int, busy: str, sold: int
) -> None:
    slow = build.a_rule("slow", SlowExposure(weeks), channel="web")
    faster = {
        code: replace(each, pace=each.pace.with_sold(sold, NOW)) if code == busy else each
        for code, each in held.items()
    }

    answer = asked(Stock("shirt", None, held), ON_WEB, slow)

    lasting = [
        each.available(NOW)
        for each in held.values()
        if not each.pace.at(NOW)
        or Fraction(max(0, each.sellable)) / Fraction(each.pace.at(NOW), 4_000) >= weeks
    ]
    assert answer.quantity == sum(lasting)
    assert sum(applied.units for applied in answer.rules_applied) == answer.quantity
    assert {code_of(each) for each in answer.rules_applied if each.by} <= {"slow"}
    assert 0 <= answer.quantity <= asked(Stock("shirt", None, held), ON_WEB).quantity
    assert asked(Stock("shirt", None, faster), ON_WEB, slow).quantity <= answer.quantity


@given(positions(), build.rule_lists(), build.sales)
def test_protections_never_add_up(
    held: dict[str, Position], rules: tuple[StockRule, ...], sale: Sale
) -> None:
    """At one location one protection is named, and it alone is withheld."""
    stock = Stock("shirt", "clothes", held)
    only = [rule for rule in rules if isinstance(rule.effect, Protection)]
    policy = build.a_policy(*only)
    for candidate in build.a_scope(policy, sale):
        answer = availability_of(stock, sale, [candidate], policy, NOW)
        named = [each for each in answer.rules_applied if each.rule == AvailabilityRule.PROTECTION]
        assert len(named) <= 1
        for each in named:
            assert each.by is not None
            alone = build.a_policy(each.by)
            again = availability_of(stock, sale, [candidate], alone, NOW)
            assert answer.quantity == again.quantity
