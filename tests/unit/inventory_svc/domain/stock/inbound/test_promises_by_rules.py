"""What an answer shows for a date can be reserved for it, whatever the rules; and no unit more."""

from dataclasses import replace
from datetime import timedelta
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
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Stock, availability_of
from inventory_svc.domain.stock.availability.future import AvailabilityKind, Outlook
from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.inbound.phase import Phase
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundKind, SaleWindow
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.ahead_plainly import PlainOutlook
from tests.support.stock import CATEGORIES, NOW, InMemoryStock

ON_WEB = Sale("web", "FR")
PLACES = ("W1", "S1", "S2")
SOLD = {"W1": 0, "S1": 1, "S2": 5}


class Comes(NamedTuple):
    """Units that come to a location, or may be sold before they are ordered."""

    place: str
    units: int
    days: int
    kind: InboundKind


coming = st.lists(
    st.builds(
        Comes,
        st.sampled_from(PLACES),
        st.integers(0, 9),
        st.integers(1, 40),
        st.sampled_from([*[InboundKind.PURCHASE_ORDER] * 3, InboundKind.PREORDER]),
    ),
    max_size=5,
)
shelves = st.fixed_dictionaries({place: st.integers(0, 9) for place in PLACES})
deferrals = st.lists(
    st.builds(
        lambda scope, longest, since: StockRule("later", scope, Deferral(longest), since=since),
        rule.scopes,
        st.integers(0, 40),
        st.integers(1, 3),
    ),
    max_size=1,
)
wishes = st.lists(st.tuples(st.integers(1, 9), st.integers(0, 45)), max_size=4)


plans = st.tuples(shelves, coming, rule.rule_lists(4), deferrals, wishes)
Plan = tuple[
    dict[str, int],
    list[Comes],
    tuple[StockRule, ...],
    list[StockRule],
    list[tuple[int, int]],
]


def a_stock(on_hand: dict[str, int], comes: list[Comes], *rules: StockRule) -> InMemoryStock:
    stock = InMemoryStock(SettableClock(NOW), rule.a_policy(*rules))
    for place, units in on_hand.items():
        shelf, sold = PositionKey("shirt", place), SOLD[place]
        stock.commit(build.a_count(shelf, units + sold))
        stock.commit(build.an_adjustment(shelf, -sold, reason=AdjustmentReason.SALE))
    for number, each in enumerate(comes):
        key = InboundKey(PositionKey("shirt", each.place), each.kind, f"{number}")
        window = SaleWindow(NOW, NOW + timedelta(days=3))
        quota = each.kind is InboundKind.PREORDER
        at = NOW + timedelta(days=each.days)
        stock.commit(build.an_announcement(key, each.units, at, window=window if quota else None))
    return stock


def shown(stock: InMemoryStock) -> tuple[Phase, ...]:
    """Give what an answer says that the web can promise, date by date."""
    return outlook(stock).phases()


def outlook(stock: InMemoryStock) -> Outlook:
    scope = rule.a_scope(stock.policy, ON_WEB)
    inbound = list(stock.inbound.values())
    return Outlook(known(stock), inbound, ON_WEB, scope, stock.policy, NOW)


def known(stock: InMemoryStock) -> Stock:
    held = {key.location: each for key, each in stock.positions.items()}
    return Stock("shirt", CATEGORIES.get("shirt"), held, stock.draws)


def reserve_as_shown(plan: Plan) -> None:
    on_hand, comes, rules, later, wanted = plan
    stock = a_stock(on_hand, comes, *rules, *later)
    for units, days in wanted:
        until = NOW + timedelta(days=days)
        phases = shown(stock)
        scope = rule.a_scope(stock.policy, ON_WEB)
        today = availability_of(known(stock), ON_WEB, scope, stock.policy, NOW)
        assert phases[0] == Phase(NOW, today.quantity)
        promised = [phase.quantity for phase in phases if phase.at <= until][-1]

        (decided,) = stock.commit(
            replace(build.a_wish("shirt", units, until, among=PLACES), channel="web")
        )

        assert (not decided.outcome.refusals) == (units <= promised)
        for refusal in decided.outcome.refusals:
            assert refusal.params["available"] == str(promised)
        if decided.reservation is not None and decided.reservation.available_from is not None:
            first = next(phase.at for phase in phases if phase.quantity >= units)
            assert decided.reservation.available_from <= first <= until


@settings(max_examples=300, deadline=None)
@given(plans)
def test_a_wish_is_met_for_a_date_exactly_when_the_answer_says_so(plan: Plan) -> None:
    reserve_as_shown(plan)


@settings(max_examples=300, deadline=None)
@given(plans)
def test_the_soonest_unit_is_that_of_the_first_phase_that_has_one(plan: Plan) -> None:
    on_hand, comes, rules, later, wanted = plan
    stock = a_stock(on_hand, comes, *rules, *later)
    for units, days in wanted:
        wish = build.a_wish("shirt", units, NOW + timedelta(days=days), among=PLACES)
        stock.commit(replace(wish, channel="web"))

    soonest = outlook(stock).soonest()

    first = next((phase.at for phase in shown(stock) if phase.quantity), None)
    assert first == (soonest and soonest.available_from)
    if soonest is not None:
        assert (soonest.kind is AvailabilityKind.IN_STOCK) == (first == NOW)


@settings(max_examples=200, deadline=None)
@given(plans)
def test_an_outlook_is_what_looking_at_every_location_for_every_date_finds(plan: Plan) -> None:
    on_hand, comes, rules, later, wanted = plan
    stock = a_stock(on_hand, comes, *rules, *later)
    for units, days in wanted:
        wish = build.a_wish("shirt", units, NOW + timedelta(days=days), among=PLACES)
        stock.commit(replace(wish, channel="web"))
    whole = outlook(stock)
    timelines = {place: whole.timeline(place) for place in PLACES}

    for scope in (PLACES, PLACES[1:]):
        inbound = list(stock.inbound.values())
        among = [each for each in rule.a_scope(stock.policy, ON_WEB) if each.location.code in scope]
        found = Outlook(known(stock), inbound, ON_WEB, among, stock.policy, NOW)
        codes = [each.location.code for each in among]
        plainly = PlainOutlook(timelines, codes, known(stock), ON_WEB, stock.policy, NOW)
        assert found.phases() == plainly.phases()
        assert found.soonest() == plainly.soonest()


@pytest.mark.long
@pytest.mark.timeout(3600)
@settings(max_examples=10_000, deadline=None)
@given(plans)
def test_in_ten_thousand_plans_a_wish_is_met_exactly_when_the_answer_says_so(plan: Plan) -> None:
    reserve_as_shown(plan)


@pytest.mark.parametrize(
    ("made", "expected"),
    [
        (rule.a_rule("a", Exposure(exposed=False), location="W1"), [3, 3]),
        (rule.a_rule("a", Protection(units=2)), [1, 9]),
        (rule.a_rule("a", Protection(percent=50)), [1, 6]),
        (rule.a_rule("a", Protection(units=1, on_hand_at_most=3)), [2, 12]),
        (rule.a_rule("a", Share(percent=50), channel="web"), [1, 6]),
        (rule.a_rule("a", SlowExposure(12)), [3, 13]),
        (rule.a_rule("a", SlowExposure(13)), [0, 10]),
        (rule.a_rule("a", Deferral(5)), [3, 3]),
        (rule.a_rule("a", Deferral(10)), [3, 13]),
    ],
)
def test_rules_count_for_later_dates_as_they_do_for_today(
    made: StockRule, expected: list[int]
) -> None:
    """Three in a shop, and ten that come to the warehouse in ten days."""
    comes = [Comes("W1", 10, 10, InboundKind.PURCHASE_ORDER)]
    stock = a_stock({"S1": 3}, comes, made)

    phases = shown(stock)

    assert [phases[0].quantity, phases[-1].quantity] == expected


@pytest.mark.parametrize(("weeks", "expected"), [(4, [5, 15]), (5, [0])])
def test_goods_that_come_to_where_they_sell_too_fast_are_promised_no_more_than_what_is_there(
    weeks: int, expected: list[int]
) -> None:
    comes = [Comes("S2", 10, 10, InboundKind.PURCHASE_ORDER)]
    stock = a_stock({"S2": 5}, comes, rule.a_rule("slow", SlowExposure(weeks)))

    assert [phase.quantity for phase in shown(stock)] == expected


def test_units_that_are_no_longer_scarce_are_not_promised_of_the_supply_that_ends_it() -> None:
    comes = [Comes("S1", 10, 10, InboundKind.PURCHASE_ORDER)]
    stock = a_stock({"S1": 2}, comes, rule.a_rule("few", Protection(units=1, on_hand_at_most=2)))

    assert [phase.quantity for phase in shown(stock)] == [1, 11]
    stock.commit(build.an_arrival(next(iter(stock.inbound)), 10))
    assert [phase.quantity for phase in shown(stock)] == [12]


@pytest.mark.parametrize("units", [1, 9])
def test_what_is_protected_of_goods_to_come_stays_so_whatever_is_sold(units: int) -> None:
    comes = [Comes("S1", 100, day, InboundKind.PURCHASE_ORDER) for day in (10, 20)]
    stock = a_stock({"S1": 10}, comes, rule.a_rule("tenth", Protection(percent=10)))
    wish = replace(
        build.a_wish("shirt", units, NOW + timedelta(days=30), among=PLACES), channel="web"
    )

    sold = 0
    while not stock.commit(_anew(wish))[0].outcome.refusals:
        sold += units
    for supply in list(stock.inbound):
        stock.commit(build.an_arrival(supply, 100))

    assert sold == 189
    assert stock.counters(PositionKey("shirt", "S1")) == (210, 189, 0)
    assert [phase.quantity for phase in shown(stock)] == [0]


def test_what_is_drawn_of_a_share_for_later_leaves_what_can_be_sold_of_it_today() -> None:
    half = rule.a_rule("half", Share(percent=50), channel="web")
    comes = [Comes("S1", 100, 10, InboundKind.PURCHASE_ORDER)]
    stock = a_stock({"S1": 10}, comes, half)
    later = replace(
        build.a_wish("shirt", 40, NOW + timedelta(days=30), among=PLACES), channel="web"
    )
    (decided,) = stock.commit(later)
    assert decided.outcome.refusals == ()
    assert [phase.quantity for phase in shown(stock)] == [5, 15]

    (today,) = stock.commit(build.an_allocation(("shirt", 5)))
    too_many = stock.commit(build.an_allocation(("shirt", 1)))[0]
    (rest,) = stock.commit(_anew(replace(later, lines=(WantedLine("l0", "shirt", 10),))))
    over = stock.commit(_anew(replace(later, lines=(WantedLine("l0", "shirt", 1),))))[0]

    assert (today.outcome.refusals, rest.outcome.refusals) == ((), ())
    assert [len(each.outcome.refusals) for each in (too_many, over)] == [1, 1]
    stock.commit(build.an_arrival(next(iter(stock.inbound)), 100))
    (draw,) = stock.draws.values()
    assert (draw.allocated, draw.pegged) == (55, 0)
    for reservation in list(stock.reservations.values()):
        stock.commit(build.a_release(reservation))
    (draw,) = stock.draws.values()
    assert (draw.allocated, draw.pegged) == (0, 0)
    assert [phase.quantity for phase in shown(stock)] == [55]


def test_what_is_drawn_of_a_share_for_later_counts_for_any_date_after_today() -> None:
    half = rule.a_rule("half", Share(percent=50), channel="web", location="S1")
    coming = InboundKind.PURCHASE_ORDER
    stock = a_stock({"S1": 10}, [Comes("S1", 100, 10, coming), Comes("S2", 1, 5, coming)], half)
    later = build.a_wish("shirt", 40, NOW + timedelta(days=30), among=("S1",))

    (decided,) = stock.commit(replace(later, channel="web"))

    assert decided.outcome.refusals == ()
    assert [phase.quantity for phase in shown(stock)] == [5, 16]


def _anew(wish: ReserveStock) -> ReserveStock:
    """Give the same wish of somebody else."""
    request = build.a_request()
    return replace(wish, request=request, reservation_id=f"r-{request.key}")
