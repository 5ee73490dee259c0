"""Reservations obey the rules that answers tell of: the same units, in whatever groups."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.rules.rule import Exposure, Protection, Share, SlowExposure, StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, availability_of
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.supply_by_rules import exposed_only
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.plans import POSITIONS, a_plan, command_of
from tests.support.stock import CATEGORIES, NOW, InMemoryStock

ON_WEB = Sale("web", "FR")


def units(stock: InMemoryStock, sku: str = "shirt") -> int:
    """Give what an answer says that the web can sell now."""
    held = {key.location: each for key, each in stock.positions.items() if key.sku == sku}
    known = Stock(sku, CATEGORIES.get(sku), held, stock.draws)
    scope = rule.a_scope(stock.policy, ON_WEB)
    return availability_of(known, ON_WEB, scope, stock.policy, stock.clock.now()).quantity


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rule.a_rule("a", Exposure(exposed=False), location="W1"), 8),
        (rule.a_rule("a", Protection(units=2)), 12),
        (rule.a_rule("a", Protection(percent=50), location="W1"), 13),
        (rule.a_rule("a", Protection(units=2, on_hand_at_most=5)), 14),
        (rule.a_rule("a", Share(percent=50), channel="web"), 9),
        (rule.a_rule("a", Share(cap=4), channel="web", group="shops"), 14),
        (rule.a_rule("a", Share(cap=4), channel="marketplace"), 18),
    ],
)
def test_a_reservation_gets_as_much_as_the_answer_says_and_no_more(
    made: StockRule, expected: int
) -> None:
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(made))
    for place, on_hand in {"W1": 10, "S1": 5, "S2": 3}.items():
        stock.commit(build.a_count(PositionKey("shirt", place), on_hand))

    assert units(stock) == expected
    refused, taken = stock.commit(
        build.an_allocation(("shirt", expected + 1)), build.an_allocation(("shirt", expected))
    )

    (refusal,) = refused.outcome.refusals
    assert refusal.params["available"] == str(expected)
    assert not taken.outcome.refusals
    assert units(stock) == 0


def test_a_reservation_gets_nothing_where_stock_sells_too_fast_and_what_is_kept_counts_on() -> None:
    slow = rule.a_rule("slow", SlowExposure(8), channel="web")
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(slow))
    for place, sold in {"S1": 4, "S2": 12, "W1": 0}.items():
        key = PositionKey("shirt", place)
        stock.commit(build.a_count(key, 12 + sold))
        if sold:
            stock.commit(build.an_adjustment(key, -sold, reason=AdjustmentReason.SALE))
    assert units(stock) == 24

    among = ("S2", "S1", "W1")
    first, second, refused = stock.commit(
        build.an_allocation(("shirt", 9), among=among),
        build.an_allocation(("shirt", 15), among=among),
        build.an_allocation(("shirt", 1), among=among),
    )

    assert (first.reservation is None, second.reservation is None) == (False, False)
    taken = Counter(
        {
            each.position.location: each.quantity
            for made in (first, second)
            if made.reservation is not None
            for each in made.reservation.pegs
        }
    )
    assert set(taken) == {"S1", "W1"}
    assert [each.code for each in refused.outcome.refusals] == ["INSUFFICIENT_STOCK"]
    assert units(stock) == 0


def test_a_line_that_is_split_takes_of_each_share_what_is_left_of_it() -> None:
    shops = rule.a_rule("shops", Share(cap=3), group="shops", channel="web")
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(shops))
    for place in ("W1", "S1", "S2"):
        stock.commit(build.a_count(PositionKey("shirt", place), 5))

    (decided,) = stock.commit(
        build.an_allocation(("shirt", 4), ("shirt", 4), among=("S1", "S2", "W1"))
    )

    assert decided.reservation is not None
    taken = [(each.position.location, each.quantity) for each in decided.reservation.pegs]
    assert taken == [("W1", 4), ("S1", 3), ("W1", 1)]


@settings(max_examples=200, deadline=None)
@given(a_plan, rule.rule_lists(), st.integers(1, 8))
def test_a_line_is_accepted_exactly_when_the_answer_says_so(
    plan: list[list[tuple[object, ...]]], rules: tuple[StockRule, ...], wanted: int
) -> None:
    reserve_as_answered(plan, rules, wanted)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(a_plan, rule.rule_lists(), st.integers(1, 8))
def test_in_ten_thousand_plans_a_line_is_accepted_exactly_when_the_answer_says_so(
    plan: list[list[tuple[object, ...]]], rules: tuple[StockRule, ...], wanted: int
) -> None:
    reserve_as_answered(plan, rules, wanted)


def reserve_as_answered(
    plan: list[list[tuple[object, ...]]], rules: tuple[StockRule, ...], wanted: int
) -> None:
    clock = SettableClock(NOW)
    stock = InMemoryStock(clock, rule.a_policy(*rules))
    for group in plan:
        stock.commit(*(each for action in group if (each := command_of(action, stock)) is not None))
        available = units(stock)
        (decided,) = stock.commit(build.an_allocation(("shirt", wanted)))
        assert (not decided.outcome.refusals) == (wanted <= available)
        clock.advance(timedelta(minutes=1))


@settings(max_examples=200, deadline=None)
@given(a_plan, st.integers(50, 100))
def test_what_is_drawn_of_a_share_is_what_reservations_keep_under_it(
    plan: list[list[tuple[object, ...]]], percent: int
) -> None:
    clock = SettableClock(NOW)
    share = rule.a_rule("part", Share(percent=percent), channel="web")
    stock = InMemoryStock(clock, rule.a_policy(share))
    stock.commit(*(build.a_count(position, 6) for position in POSITIONS))
    for group in plan:
        stock.commit(*(each for action in group if (each := command_of(action, stock)) is not None))
        kept: Counter[ShareKey] = Counter()
        for reservation in stock.reservations.values():
            for peg in reservation.pegs:
                if peg.share is not None:
                    key = ShareKey(peg.share, peg.position.sku, peg.position.condition)
                    kept[key] += peg.open
        for key, draw in stock.draws.items():
            assert draw.allocated >= 0
            assert draw.allocated + sum(hold.quantity for hold in draw.holds) == kept[key]
        clock.advance(timedelta(minutes=1))


def test_candidates_that_may_sell_none_of_the_lines_are_not_looked_at() -> None:
    policy = rule.a_policy(
        rule.a_rule("closed", Exposure(exposed=False), category="clothes", group="shops"),
        rule.a_rule("open", Exposure(exposed=True), sku="shirt", location="S2"),
        rule.a_rule("no-boots", Exposure(exposed=False), sku="boot", location="W1"),
    )
    shirt, both = build.an_allocation(("shirt", 1)), build.an_allocation(("shirt", 1), ("boot", 1))
    boot, hat = build.an_allocation(("boot", 1)), build.an_allocation(("hat", 1))

    def left(command: ReserveStock) -> tuple[str, ...]:
        return exposed_only(command, policy, CATEGORIES).candidates

    assert left(shirt) == ("W1", "S2")
    assert left(boot) == ("S1", "S2")
    assert left(both) == ("W1", "S1", "S2")
    assert left(hat) == ("W1", "S1", "S2")
