"""Orders that wait for goods which come later than is accepted."""

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

from order_svc.domain.orders.allocation import AllocatedLine, Allocation, place
from order_svc.domain.orders.awaiting import Standing, StandingLine, renewed
from order_svc.domain.orders.change import Change
from order_svc.domain.orders.order import Order
from order_svc.domain.stock_effects import ReleaseStock
from tests.support.orders import AT, a_place, a_placing_order

APRIL, MAY, JUNE, JULY = (AT + timedelta(days=days) for days in (40, 70, 100, 130))
KEY = "o1.e2.0"


def a_waiting_order(units: int = 3, *, backorder: bool = False) -> Order:
    """Some of A that come in April, for somebody who waits until May."""
    placing = replace(a_placing_order(units, backorder=backorder), accept_until=MAY)
    found = (AllocatedLine("o1.l1", units, a_place("W1"), APRIL),)
    return place(placing, Allocation("r1", found), AT).order


def standing(*rows: tuple[int, datetime | None], version: int) -> Standing:
    """Give what r1 keeps at W1: so many units, each of a date."""
    lines = (StandingLine("o1.l1", a_place("W1"), units, date) for units, date in rows)
    return Standing("r1", version, tuple(lines))


def moved(order: Order, *rows: tuple[int, datetime | None], version: int = 2) -> Change:
    """Tell the order how r1 stands now."""
    change = renewed(order, standing(*rows, version=version), AT)
    assert change is not None
    return change


def a_late_order(units: int = 3) -> Order:
    """Give an order whose units come too late; a search for others, KEY, is under way."""
    return moved(a_waiting_order(units), (units, JUNE)).order


def in_time(units: int, reservation: str = "r2") -> Allocation:
    """Give what a search has found at W2, for May."""
    return Allocation(reservation, (AllocatedLine("o1.l1", units, a_place("W2"), MAY),))


def released(change: Change | None) -> dict[str, int]:
    """Count the units that a change gives back, by reservation."""
    units = Counter[str]()
    for effect in change.effects if change else ():
        if isinstance(effect, ReleaseStock):
            units[effect.reservation_id] += sum(line.quantity for line in effect.lines)
    return dict(units)
