"""What was promised of a supply that fails goes over to other goods only by the rules."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inventory_svc.domain.rules.rule import (
    Deferral,
    Exposure,
    Protection,
    Share,
    SlowExposure,
    StockRule,
)
from inventory_svc.domain.rules.sale import OrderType, Sale, Service
from inventory_svc.domain.stock.availability.answer import Stock, availability_of
from inventory_svc.domain.stock.availability.share_draw import ShareDraw
from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.stock import CATEGORIES, NOW, InMemoryStock

ON_WEB = Sale("web", "FR")
PLACES = ("W1", "S1")
FAR = NOW + timedelta(days=90)


class Plan(NamedTuple):
    """What there is, what comes to where and when, who wants how many by when, and by which rules.

    The rules count from the start, or only when all is sold. Then the shelves are counted, and the
    first supply changes: fewer units, none of them, or another date.
    """

    on_hand: dict[str, int]
    comes: list[tuple[str, int, int]]
    wishes: list[tuple[int, int]]
    rules: tuple[StockRule, ...]
    ruled_before: bool
    counted: dict[str, int]
    quantity: int
    day: int
    cancelled: bool


wide = st.sampled_from(
    [
        Protection(units=1),
        Protection(units=3),
        Protection(percent=40),
        Protection(units=2, on_hand_at_most=4),
        Share(percent=30),
        Share(percent=60, cap=4),
        Deferral(10),
        Deferral(30),
    ]
)
places = st.sampled_from(PLACES)
plans = st.builds(
    Plan,
    st.dictionaries(places, st.integers(0, 4)),
    st.lists(st.tuples(places, st.integers(1, 9), st.integers(1, 40)), min_size=1, max_size=3),
    st.lists(st.tuples(st.integers(1, 6), st.integers(5, 45)), min_size=1, max_size=3),
    st.builds(lambda some, effect: (*some, rule.a_rule("wide", effect)), rule.rule_lists(2), wide),
    st.booleans(),
    st.dictionaries(places, st.integers(0, 9)),
    st.integers(0, 5),
    st.integers(1, 60),
    st.booleans(),
)


def on(day: int) -> datetime:
    return NOW + timedelta(days=day)


def order_of(place: str, number: int) -> InboundKey:
    return InboundKey(PositionKey("shirt", place), InboundKind.PURCHASE_ORDER, f"PO-{number}")


def a_stock(on_hand: dict[str, int], *rules: StockRule) -> InMemoryStock:
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(*rules))
    count(stock, on_hand)
    return stock


def count(stock: InMemoryStock, on_hand: dict[str, int]) -> None:
    for place, units in on_hand.items():
        stock.commit(build.a_count(PositionKey("shirt", place), units))


def today(stock: InMemoryStock, channel: str = "web") -> dict[str, int]:
    """Give what a channel can sell now at each location, and in all."""
    held = {key.location: each for key, each in stock.positions.items()}
    known = Stock("shirt", CATEGORIES.get("shirt"), held, stock.draws)
    sale = stock.policy.sale(channel, Service(), ON_WEB.condition)
    scope = rule.a_scope(stock.policy, sale)
    answer = availability_of(known, sale, scope, stock.policy, NOW)
    rows = {row.location.code: row.quantity for row in answer.locations}
    return {**rows, "": answer.quantity}


def buy(
    stock: InMemoryStock, units: int, until: datetime, *places: str, channel: str = "web"
) -> Reservation | None:
    wish = build.a_wish("shirt", units, until, among=places or PLACES)
    return stock.commit(replace(wish, channel=channel))[0].reservation


def allocated(stock: InMemoryStock) -> Counter[str]:
    return Counter({key.location: each.allocated for key, each in stock.positions.items()})


def settle_as_a_new_sale_would(plan: Plan) -> None:
    stock = a_stock(plan.on_hand, *(plan.rules if plan.ruled_before else ()))
    for number, (place, units, days) in enumerate(plan.comes):
        stock.commit(build.an_announcement(order_of(place, number), units, on(days)))
    for units, days in plan.wishes:
        buy(stock, units, on(days))
    stock.policy = rule.a_policy(*plan.rules)
    count(stock, plan.counted)
    key = order_of(plan.comes[0][0], 0)
    changed = build.an_announcement(key, plan.quantity, on(plan.day), cancelled=plan.cancelled)
    stock.commit(changed)
    offered, before = today(stock), allocated(stock)

    stock.commit(SettleInbound(key))

    taken = allocated(stock) - before
    assert set(taken) <= {key.position.location}
    assert taken[key.position.location] <= offered.get(key.position.location, 0)
    assert taken.total() <= offered[""] or not taken.total()
    assert not stock.inbound[key].missing(NOW)
    assert drawn(stock) == drawn_by_promises(stock)
    short = [row for each in stock.reservations.values() for row in each.awaited if row.short]
    if short:
        assert buy(stock, 1, FAR, key.position.location) is None


def drawn(stock: InMemoryStock) -> dict[str, tuple[int, int]]:
    draws: list[ShareDraw] = list(stock.draws.values())
    return {
        each.key.rule: (each.allocated, each.pegged)
        for each in draws
        if each.allocated or each.pegged
    }


def drawn_by_promises(stock: InMemoryStock) -> dict[str, tuple[int, int]]:
    made: dict[str, tuple[int, int]] = {}
    for reservation in stock.reservations.values():
        for peg in reservation.pegs:
            add(made, peg.share, peg.open, 0)
        for row in reservation.awaited:
            add(made, row.share, 0, row.open)
    return made


def add(made: dict[str, tuple[int, int]], share: str | None, there: int, later: int) -> None:
    if share is not None and (there or later):
        known = made.get(share, (0, 0))
        made[share] = (known[0] + there, known[1] + later)


@settings(max_examples=300, deadline=None)
@given(plans)
def test_lost_units_get_what_a_new_sale_would_and_who_is_short_would_be_refused_anew(
    plan: Plan,
) -> None:
    settle_as_a_new_sale_would(plan)


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(plans)
def test_in_ten_thousand_plans_lost_units_get_what_a_new_sale_would(plan: Plan) -> None:
    settle_as_a_new_sale_would(plan)


def cut(stock: InMemoryStock, key: InboundKey) -> None:
    """Cancel a purchase order, and settle what was promised of it."""
    stock.commit(build.an_announcement(key, 0, on(10), cancelled=True))
    stock.commit(SettleInbound(key))


def who_waits_for_four(made: StockRule) -> tuple[InMemoryStock, InboundKey, Reservation]:
    """Have four bought of a purchase order before a rule counts."""
    stock = a_stock({"S1": 0})
    key = order_of("S1", 0)
    stock.commit(build.an_announcement(key, 4, on(10)))
    bought = buy(stock, 4, FAR, "S1")
    assert bought is not None
    stock.policy = rule.a_policy(made)
    return stock, key, bought


def has(stock: InMemoryStock, reservation: Reservation) -> tuple[int, int, int]:
    """Give what a reservation keeps, waits for, and is short of."""
    now = stock.reservations[reservation.identifier]
    kept = sum(peg.open for peg in now.pegs)
    return kept, sum(row.open for row in now.awaited), sum(row.short for row in now.awaited)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rule.a_rule("a", Protection(units=2)), (1, 0, 3)),
        (rule.a_rule("a", Protection(percent=50)), (1, 0, 3)),
        (rule.a_rule("a", Protection(units=1, on_hand_at_most=3)), (2, 0, 2)),
        (rule.a_rule("a", Exposure(exposed=False), channel="web"), (0, 0, 4)),
        (rule.a_rule("a", SlowExposure(4)), (3, 0, 1)),
        (rule.a_rule("a", Share(percent=50), channel="web"), (1, 0, 3)),
        (rule.a_rule("a", Exposure(exposed=False), channel="marketplace"), (3, 0, 1)),
    ],
)
def test_lost_units_get_of_the_shelf_what_the_rules_sell_to_their_channel(
    made: StockRule, expected: tuple[int, int, int]
) -> None:
    """Four of a purchase order are cut, and three are on the shelf."""
    stock, key, bought = who_waits_for_four(made)
    count(stock, {"S1": 3})

    cut(stock, key)

    assert has(stock, bought) == expected


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rule.a_rule("a", Protection(percent=50)), (0, 2, 2)),
        (rule.a_rule("a", Deferral(15)), (0, 0, 4)),
        (rule.a_rule("a", Deferral(25)), (0, 4, 0)),
        (rule.a_rule("a", Share(percent=50), channel="web"), (0, 2, 2)),
    ],
)
def test_lost_units_get_of_what_comes_what_the_rules_sell_for_later(
    made: StockRule, expected: tuple[int, int, int]
) -> None:
    """Four of a purchase order are cut, and another one brings four."""
    stock, key, bought = who_waits_for_four(made)
    stock.commit(build.an_announcement(order_of("S1", 1), 4, on(20)))

    cut(stock, key)

    assert has(stock, bought) == expected


def test_what_was_drawn_for_lost_units_is_theirs_to_draw_again() -> None:
    half = rule.a_rule("half", Share(percent=50), channel="web")
    stock = a_stock({"S1": 0}, half)
    key = order_of("S1", 0)
    stock.commit(build.an_announcement(key, 10, on(10)))
    first, second = buy(stock, 3, FAR, "S1"), buy(stock, 2, FAR, "S1")
    assert first is not None
    assert second is not None
    stock.commit(build.an_announcement(order_of("S1", 1), 8, on(20)))

    cut(stock, key)

    assert [has(stock, each) for each in (first, second)] == [(0, 3, 0), (0, 1, 1)]
    assert drawn(stock) == drawn_by_promises(stock) == {"half": (0, 4)}


def test_a_late_promise_keeps_its_date_only_with_goods_that_are_not_protected() -> None:
    stock = a_stock({"S1": 0})
    key = order_of("S1", 0)
    stock.commit(build.an_announcement(key, 3, on(10)))
    first, second = buy(stock, 2, FAR, "S1"), buy(stock, 1, FAR, "S1")
    assert first is not None
    assert second is not None
    stock.policy = rule.a_policy(rule.a_rule("two", Protection(units=2)))
    count(stock, {"S1": 3})

    stock.commit(build.an_announcement(key, 3, on(30)))
    stock.commit(SettleInbound(key))

    assert [has(stock, each) for each in (first, second)] == [(0, 2, 0), (1, 0, 0)]
    assert today(stock)["S1"] == 0


def test_a_rule_for_another_promise_does_not_bind_who_bought_for_this_one() -> None:
    """The display piece is kept from orders, and may be kept for a visit."""
    display = rule.a_rule("display", Protection(units=1), order_types=frozenset({OrderType.ORDER}))
    stock = a_stock({"S1": 0})
    key = order_of("S1", 0)
    stock.commit(build.an_announcement(key, 1, on(10)))
    visit = Service(order_type=OrderType.APPOINTMENT)
    wish = build.a_wish("shirt", 1, FAR, among=("S1",))
    (decided,) = stock.commit(replace(wish, channel="web", service=visit))
    assert decided.reservation is not None
    stock.policy = rule.a_policy(display)
    count(stock, {"S1": 1})

    cut(stock, key)

    assert has(stock, decided.reservation) == (1, 0, 0)
