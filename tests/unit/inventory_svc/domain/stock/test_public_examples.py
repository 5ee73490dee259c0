"""Worked examples that other systems have published are what our functions give for the same."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from inventory_svc.domain.rules.rule import Protection
from inventory_svc.domain.rules.sale import Sale
from inventory_svc.domain.stock.availability.answer import Availability, Stock, availability_of
from inventory_svc.domain.stock.availability.future import Outlook
from inventory_svc.domain.stock.availability.schedule import NOTHING_THERE, timeline_of
from inventory_svc.domain.stock.inbound.phase import Phase
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.inbound.timeline import Step, Timeline, levels
from inventory_svc.domain.stock.position import PositionKey
from service_kit.runtime.clock import SettableClock
from tests.support import rules as rule
from tests.support import stock as build
from tests.support.stock import InMemoryStock

SHELF: Final = PositionKey("shirt", "S1")
FIRST, SECOND = build.a_supply_key("PO-1"), build.a_supply_key("PO-2")
WEB: Final = Sale("web", "FR")
OCTOBER: Final = datetime(2026, 10, 1, tzinfo=UTC)
NEW_YEAR: Final = datetime(2027, 1, 1, tzinfo=UTC)


def on(day: int, month: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, tzinfo=UTC)


def a_stock(at: datetime) -> InMemoryStock:
    return InMemoryStock(SettableClock(at), rule.a_policy())


def known(stock: InMemoryStock) -> Stock:
    shelves = {key.location: each for key, each in stock.positions.items()}
    return Stock("shirt", "clothes", shelves, stock.draws)


def today(stock: InMemoryStock) -> Availability:
    scope = rule.a_scope(stock.policy, WEB)
    return availability_of(known(stock), WEB, scope, stock.policy, stock.clock.now())


def future(stock: InMemoryStock) -> list[tuple[datetime, int]]:
    scope, now = rule.a_scope(stock.policy, WEB), stock.clock.now()
    coming = list(stock.inbound.values())
    phases = Outlook(known(stock), coming, WEB, scope, stock.policy, now).phases()
    return [(phase.at, phase.quantity) for phase in phases]


def test_safety_stock_withholds_what_demand_has_left_and_nothing_is_short() -> None:
    """IBM Inventory Visibility: 4 on hand, a safety of 2, a demand of 3."""
    stock = a_stock(OCTOBER)
    stock.commit(build.a_count(SHELF, 4, OCTOBER), build.an_allocation(("shirt", 3)))
    stock.policy = rule.a_policy(rule.a_rule("safety", Protection(units=2)))

    answer = today(stock)

    steps = {each.rule.value: each.units for each in answer.rules_applied}
    assert answer.quantity == 0
    assert steps == {"PHYSICAL_STOCK": 4, "HARD_ALLOCATIONS": -3, "PROTECTION": -1}


def test_demand_takes_what_lasts_longest_and_safety_what_expires_first() -> None:
    """IBM SIP: 10 until 1 February, 12 until 1 March, a demand of 3, a safety of 21."""
    stock = a_stock(on(31, 12))
    announce(stock, {FIRST: (10, on(1, 2, 2027)), SECOND: (12, on(1, 3, 2027))})

    (demand,) = stock.commit(build.a_wish("shirt", 3, on(1, 6, 2027)))

    assert demand.reservation is not None
    waits = [(row.supply, row.quantity) for row in demand.reservation.awaited]
    assert waits == [(SECOND, 3)]
    assert left_by_safety(stock, 0) == {FIRST: 10, SECOND: 9}
    assert left_by_safety(stock, 10) == {FIRST: 0, SECOND: 9}
    assert left_by_safety(stock, 18) == {FIRST: 0, SECOND: 1}
    assert left_by_safety(stock, 19) == left_by_safety(stock, 21) == {FIRST: 0, SECOND: 0}
    stock.policy = rule.a_policy(rule.a_rule("safety", Protection(units=21)))
    announce(stock, {SECOND: (12 + 2, on(1, 3, 2027))})
    assert future(stock) == [(on(31, 12), 0)]
    announce(stock, {SECOND: (12 + 3, on(1, 3, 2027))})
    assert future(stock) == [(on(31, 12), 0), (NEW_YEAR, 1)]


def announce(stock: InMemoryStock, supplies: Mapping[InboundKey, tuple[int, datetime]]) -> None:
    """Announce units that come at New Year, each with the date before which they have to leave."""
    for key, (units, end) in supplies.items():
        stock.commit(build.an_announcement(key, units, NEW_YEAR, ship_before=end))


def left_by_safety(stock: InMemoryStock, safety: int) -> dict[InboundKey | None, int]:
    """Give what can be sold of each supply beside the units that are protected."""
    protection = Protection(units=safety)
    supplies, now = stock.inbound.values(), stock.clock.now()
    timeline = timeline_of(NOTHING_THERE, supplies, now, protection=protection)
    return {step.source: step.units for step in timeline.steps if step.source is not None}


def test_a_wish_is_promised_for_the_day_on_which_the_last_unit_of_it_comes() -> None:
    """IBM SIP: 5 on hand on 1 October, 10 on the 5th, 15 on 10 November; 12 are wanted."""
    stock = a_stock(OCTOBER)
    stock.commit(build.a_count(SHELF, 5, OCTOBER))
    stock.commit(build.an_announcement(FIRST, 10, on(5, 10)))
    stock.commit(build.an_announcement(SECOND, 15, on(10, 11)))
    assert future(stock) == [(OCTOBER, 5), (on(5, 10), 15), (on(10, 11), 30)]

    (decided,) = stock.commit(build.a_wish("shirt", 12, on(25, 12)))

    assert decided.reservation is not None
    assert decided.reservation.available_from == on(5, 10)
    assert [(row.supply, row.quantity) for row in decided.reservation.awaited] == [(FIRST, 10)]
    assert [peg.quantity for peg in decided.reservation.pegs] == [2]
    assert future(stock) == [(OCTOBER, 3), (on(10, 11), 18)]


def test_availability_by_date_has_a_window_for_each_arrival() -> None:
    """IBM SIP: 10 on hand on 1 October, and 20 on the 10th."""
    stock = a_stock(OCTOBER)
    stock.commit(build.a_count(SHELF, 10, OCTOBER))
    stock.commit(build.an_announcement(FIRST, 20, on(10, 10)))

    assert future(stock) == [(OCTOBER, 10), (on(10, 10), 30)]


def test_a_forecast_that_goes_up_and_down_promises_what_its_lowest_later_day_leaves() -> None:
    """Odoo, Shopinvader: 10, then +10, -1, -4, +5."""
    days = [on(day, 10) for day in range(1, 6)]
    steps = [Step(day, units) for day, units in zip(days, (10, 10, -1, -4, 5), strict=True)]

    assert list(levels(steps, days)) == [10, 20, 19, 15, 20]
    phases = Timeline(tuple(steps)).phases()
    assert phases == (Phase(days[0], 10), Phase(days[1], 15), Phase(days[4], 20))
