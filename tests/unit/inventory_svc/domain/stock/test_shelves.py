"""Packed shelves say what the positions say, by every rule."""

import gc
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from weakref import ref

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.rules.rule import Protection, SlowExposure, StockRule
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, availability_of
from inventory_svc.domain.stock.availability.policy import Policy
from inventory_svc.domain.stock.availability.share_draw import (
    CountedAt,
    ShareDraw,
    ShareKey,
    Shipped,
)
from inventory_svc.domain.stock.availability.tally import tally_of_positions, tally_of_shelves
from inventory_svc.domain.stock.availability.totals import packed_item
from inventory_svc.domain.stock.pace import NO_PACE
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from inventory_svc.domain.stock.shelves import NOTHING, Shelf, Shelves, shelves_of_positions
from inventory_svc.domain.stock.unavailable import Disposition, Unavailable
from tests.support import rules as rule
from tests.support.stock import NOW

PLACES = ("W1", "S1", "S2", "elsewhere")
HOUR = timedelta(hours=1)
ON_WEB = Sale("web", "FR")
BUFFER = rule.a_rule("buffer", Protection(units=2))

holds = st.lists(
    st.builds(Hold, st.sampled_from([NOW - HOUR, NOW, NOW + HOUR]), st.integers(1, 5)),
    max_size=2,
    unique_by=lambda hold: hold.expires_at,
).map(tuple)
declared = st.lists(
    st.builds(Unavailable, st.just(Disposition.DAMAGED), st.integers(1, 5), st.just(NOW)),
    max_size=1,
).map(tuple)
paces = st.just(NO_PACE) | st.builds(
    lambda units, days: NO_PACE.with_sold(units, NOW - timedelta(days)),
    st.integers(1, 20),
    st.integers(-1, 60),
)
counts = st.sampled_from([None, NOW - 2 * HOUR, NOW])
positions = st.dictionaries(
    st.sampled_from(PLACES),
    st.tuples(
        st.integers(0, 20), st.integers(0, 9), holds, st.integers(1, 99), declared, paces, counts
    ),
).map(
    lambda rows: {
        code: Position(
            PositionKey("shirt", code),
            on_hand,
            allocated,
            held,
            version,
            unavailable=away,
            pace=pace,
            counted_at=counted,
        )
        for code, (on_hand, allocated, held, version, away, pace, counted) in rows.items()
    }
)
shipments = st.lists(
    st.builds(
        Shipped,
        st.sampled_from(PLACES),
        st.sampled_from([NOW - timedelta(8), NOW - 3 * HOUR, NOW - HOUR]),
        st.integers(1, 9),
    ),
    max_size=4,
).map(tuple)


@given(positions, rule.rule_lists(), rule.sales, shipments, st.integers(0, 4))
def test_packed_shelves_are_answered_from_as_positions_are(
    held: Mapping[str, Position],
    rules: tuple[StockRule, ...],
    sale: Sale,
    shipped: tuple[Shipped, ...],
    size: int,
) -> None:
    check_answers(held, rules, sale, shipped, size)


@given(positions, rule.rule_lists(2), shipments, st.integers(2, 4))
def test_under_a_share_packed_shelves_are_answered_from_as_positions_are(
    held: Mapping[str, Position],
    rules: tuple[StockRule, ...],
    shipped: tuple[Shipped, ...],
    size: int,
) -> None:
    check_answers(held, (rule.half_of_all(), *rules), ON_WEB, shipped, size)


def check_answers(
    held: Mapping[str, Position],
    rules: tuple[StockRule, ...],
    sale: Sale,
    shipped: tuple[Shipped, ...],
    size: int,
) -> None:
    """Compare what is said from shelves and from positions, of so many locations."""
    policy = rule.a_policy(*rules)
    scope = rule.a_scope(policy, sale)[:size]
    keys = [ShareKey(each.code, "shirt", sale.condition) for each in rules]
    draws = {key: ShareDraw(key, 1, (Hold(NOW + HOUR, 1),), shipped) for key in keys}
    uncounted = {key: draw.uncounted(counts_of(held)) for key, draw in draws.items()}
    packed = Stock("shirt", "clothes", shelves_of_positions(held.values()), uncounted)

    answer = availability_of(packed, sale, scope, policy, NOW)

    straight = availability_of(Stock("shirt", "clothes", held, draws), sale, scope, policy, NOW)
    assert answer == straight
    assert answer.locations == straight.locations


def counts_of(held: Mapping[str, Position]) -> CountedAt:
    return lambda key: held[key.location].counted_at if key.location in held else None


@given(positions, rule.rule_lists(), rule.sales)
def test_the_columns_add_up_to_what_the_positions_do_wherever_goods_are_wanted(
    held: Mapping[str, Position], rules: tuple[StockRule, ...], sale: Sale
) -> None:
    policy = rule.a_policy(*rules)
    scope, terms = policy.whole_scope(sale), policy.terms("shirt", "clothes", sale)
    shelves = shelves_of_positions(held.values())

    added = tally_of_shelves(shelves, policy.reach("shirt", "clothes", sale, shelves.places), NOW)

    assert added == tally_of_positions(held, terms, scope, NOW)


@given(positions, st.integers(1, 30), rule.rule_lists(2))
def test_the_columns_leave_out_what_sells_too_fast_as_the_positions_do(
    held: Mapping[str, Position], weeks: int, rules: tuple[StockRule, ...]
) -> None:
    slow = rule.a_rule("slow", SlowExposure(weeks), sku="shirt", channel="web")
    policy = rule.a_policy(slow, *rules)
    scope, terms = policy.whole_scope(ON_WEB), policy.terms("shirt", "clothes", ON_WEB)
    shelves = shelves_of_positions(held.values())

    added = tally_of_shelves(shelves, policy.reach("shirt", "clothes", ON_WEB, shelves.places), NOW)

    assert added == tally_of_positions(held, terms, scope, NOW)


@pytest.mark.parametrize(("weeks", "sold"), [(5, 5), (6, 0)])
def test_units_that_were_declared_do_not_make_stock_last_longer(weeks: int, sold: int) -> None:
    position = Position(
        PositionKey("shirt", "W1"),
        10,
        unavailable=(Unavailable(Disposition.DAMAGED, 5, NOW),),
        pace=NO_PACE.with_sold(4, NOW),
    )
    policy = rule.a_policy(rule.a_rule("slow", SlowExposure(weeks)))
    scope = policy.whole_scope(ON_WEB)

    for held in ({"W1": position}, shelves_of_positions([position])):
        stock = Stock("shirt", None, held)
        assert availability_of(stock, ON_WEB, scope, policy, NOW).quantity == sold


@given(positions, positions)
def test_changed_shelves_are_those_that_were_packed_so(
    before: Mapping[str, Position], after: Mapping[str, Position]
) -> None:
    first = shelves_of_positions(before.values())
    kept = dict(first)

    second = first.with_shelves({code: Shelf.of(each) for code, each in after.items()})

    assert dict(second) == dict(shelves_of_positions({**before, **after}.values()))
    assert dict(first) == kept
    assert all(second.version_of(code) == each.version for code, each in second.items())


def test_a_location_without_a_shelf_is_of_no_version() -> None:
    assert NOTHING.version_of("W1") == 0
    assert NOTHING.get("W1") is None


def a_total(shelves: Shelves, policy: Policy = rule.a_policy()) -> list[int]:  # noqa: B008
    item = packed_item(shelves)
    stock = Stock("shirt", None, shelves)
    scope = policy.whole_scope(ON_WEB)
    moments = (NOW, NOW, NOW + HOUR)
    return [item.availability(stock, ON_WEB, scope, policy, at).quantity for at in moments]


def test_a_total_is_made_once_and_until_a_hold_ends() -> None:
    held = Position(PositionKey("shirt", "W1"), 5, 0, (Hold(NOW + HOUR, 2),), 1)

    assert a_total(shelves_of_positions([held])) == [3, 3, 5]


def test_a_total_is_made_until_midnight_where_it_matters_how_fast_goods_sell() -> None:
    shelves = shelves_of_positions(
        [Position(PositionKey("shirt", "W1"), 4, version=1, pace=NO_PACE.with_sold(4, NOW))]
    )
    item, stock = packed_item(shelves), Stock("shirt", None, shelves)
    policy = rule.a_policy(rule.a_rule("slow", SlowExposure(5)))
    fades = NOW.replace(hour=0) + timedelta(days=7)
    moments = (NOW, fades - timedelta(seconds=1), fades)

    quantities = [
        item.availability(stock, ON_WEB, policy.whole_scope(ON_WEB), policy, at).quantity
        for at in moments
    ]

    assert quantities == [0, 0, 4]


def test_a_total_under_a_share_is_made_anew_when_anything_else_is_drawn() -> None:
    shelves = shelves_of_positions([Position(PositionKey("shirt", "W1"), 10, version=1)])
    item, policy = packed_item(shelves), rule.a_policy(rule.half_of_all())
    empty = ShareDraw(ShareKey("half", "shirt"))
    kept, left = empty.kept(2, None), replace(empty, shipped=(Shipped("W1", NOW, 2),))

    def quantity(draw: ShareDraw, at: datetime = NOW) -> int:
        stock = Stock("shirt", None, shelves, {draw.key: draw})
        answer = item.availability(stock, ON_WEB, policy.whole_scope(ON_WEB), policy, at)
        assert [row.quantity for row in answer.locations] == [answer.quantity]
        return answer.quantity

    assert quantity(empty) == 5
    assert quantity(kept) == quantity(left) == 4
    assert quantity(replace(left, allocated=2), NOW + timedelta(7)) == 4
    assert quantity(left, NOW + timedelta(7)) == 5


def test_a_total_is_made_anew_by_other_rules_and_for_other_scopes() -> None:
    shelves = shelves_of_positions([Position(PositionKey("shirt", "W1"), 5, version=1)])
    item, stock = packed_item(shelves), Stock("shirt", None, shelves)
    free, ruled = rule.a_policy(), rule.a_policy(BUFFER)

    def quantity(policy: Policy, *, nowhere: bool = False) -> int:
        scope = () if nowhere else policy.whole_scope(ON_WEB)
        return item.availability(stock, ON_WEB, scope, policy, NOW).quantity

    assert quantity(free) == 5
    assert quantity(ruled) == 3
    assert quantity(free) == 5
    assert quantity(free, nowhere=True) == 0
    assert quantity(free) == 5


def test_what_was_answered_before_is_not_made_again() -> None:
    shelves = shelves_of_positions([Position(PositionKey("shirt", "W1"), 5, version=1)])
    item, stock, policy = packed_item(shelves), Stock("shirt", None, shelves), rule.a_policy()
    scope = policy.whole_scope(ON_WEB)

    first = item.availability(stock, ON_WEB, scope, policy, NOW)
    (total,) = item.totals.values()
    again = item.availability(stock, ON_WEB, scope, policy, NOW + HOUR)

    assert again == first
    assert again.locations == first.locations
    assert tuple(item.totals.values()) == (total,)


def test_what_was_answered_by_earlier_rules_keeps_neither_them_nor_their_network() -> None:
    shelves = shelves_of_positions([Position(PositionKey("shirt", "W1"), 5, version=1)])
    item, stock = packed_item(shelves), Stock("shirt", None, shelves)

    def answers() -> tuple[ref[Policy], ref[NetworkDirectory]]:
        policy = Policy(replace(rule.NETWORK), 1, (BUFFER,))
        scope = policy.whole_scope(ON_WEB)
        assert item.availability(stock, ON_WEB, scope, policy, NOW).quantity == 3
        return ref(policy), ref(policy.directory)

    earlier = answers()
    gc.collect()

    assert [each() for each in earlier] == [None, None]
