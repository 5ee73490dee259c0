"""Where stock was reserved, and what that makes of an order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.fulfilments.fulfilment import Fulfilment, FulfilmentLine, Place
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Hands, Line, Matching, Slice, Wait, move, waiting
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.settling import authorised


@dataclass(frozen=True, slots=True)
class AllocatedLine:
    """Units of a line reserved at a location; they may only be there, or leave, at a later date."""

    line_id: str
    quantity: int
    location: Place
    available_from: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Allocation:
    """One reservation, with the location of each of its lines."""

    reservation_id: str
    lines: tuple[AllocatedLine, ...]


class AllocationMismatch(Exception):
    """Inventory reserved something else than was asked for."""


def waits_until(
    available_from: datetime | None, not_before: datetime | None, at: datetime
) -> datetime | None:
    """When units may leave that still have to come, or are held until a date; None if now.

    A date on which something should have come may be over; one until which it is held ends by
    itself.
    """
    if not_before is None or not_before <= at:
        return available_from
    return not_before if available_from is None else max(available_from, not_before)


def place(order: Order, allocation: Allocation, at: datetime) -> Change:
    """End the placement: all of it is reserved and paid for, one fulfilment per location.

    A line of which anything is still to come, or may not leave yet, waits until all of it may.
    """
    asked = {line.id: line.quantity for line in order.lines}
    if _by_line(allocation.lines) != asked:
        raise AllocationMismatch(f"{_by_line(allocation.lines)} for {asked}")
    after, entries = taken_up(order, allocation, allocation.lines, _is_placed, at)
    after = authorised(after, at)
    placed = Entry(Happening.ORDER_PLACED, SubjectType.ORDER, order.id, {"channel": order.channel})
    return changed(order, after, entries=[placed, *entries], effects=[])


def taken_up(
    order: Order,
    allocation: Allocation,
    lines: Sequence[AllocatedLine],
    matching: Matching,
    at: datetime,
) -> tuple[Order, list[Entry]]:
    """Have each line wait of which something may not leave yet, and the others go out.

    The units are those that match.
    """
    after, put_off = _put_off(order, allocation, lines, matching, at)
    late = {entry.subject_id for entry in put_off}
    there = [line for line in lines if line.line_id not in late]
    after, entries = assigned(after, allocation, there, matching, at)
    return after, [*entries, *put_off]


def _put_off(
    order: Order,
    allocation: Allocation,
    lines: Sequence[AllocatedLine],
    matching: Matching,
    at: datetime,
) -> tuple[Order, list[Entry]]:
    """Have a line wait with all that is kept for it, what is there already included."""
    dates: dict[str, datetime] = {}
    for found in lines:
        date = waits_until(found.available_from, found.not_before, at)
        if date is not None:
            dates[found.line_id] = max(date, dates.get(found.line_id, date))
    entries = []
    for found in lines:
        line = order.line(found.line_id)
        if line is None or line.id not in dates:
            continue
        hands = Hands(reservation_id=allocation.reservation_id, location_code=found.location.code)
        path = (SliceState.BACKORDERED,)
        line = move(line, found.quantity, matching, path, hands=hands)
        wait = Wait(allocation.reservation_id, dates[line.id])
        order = order.with_line(waiting(line, wait))
    for line_id, date in dates.items():
        details = {"availableFrom": date.isoformat()}
        entries.append(Entry(Happening.LINE_BACKORDERED, SubjectType.ORDER_LINE, line_id, details))
    return order, entries


def _is_placed(part: Slice) -> bool:
    return part.state is SliceState.PLACED


def assigned(
    order: Order,
    allocation: Allocation,
    lines: Iterable[AllocatedLine],
    matching: Matching,
    at: datetime,
) -> tuple[Order, list[Entry]]:
    """Give the units to one new fulfilment per location, in the order of their codes."""
    by_place: dict[Place, dict[str, int]] = {}
    for line in lines:
        quantities = by_place.setdefault(line.location, {})
        quantities[line.line_id] = quantities.get(line.line_id, 0) + line.quantity
    entries = []
    for location in sorted(by_place, key=lambda one: one.code):
        fulfilment = Fulfilment(
            id=f"{order.id}.f{len(order.fulfilments) + 1}",
            order_id=order.id,
            location=location,
            reservation_id=allocation.reservation_id,
            lines=tuple(FulfilmentLine(*each) for each in sorted(by_place[location].items())),
            created_at=at,
        )
        order = _taken_on(order, fulfilment, matching)
        details = {"location": location.code, "reservation": allocation.reservation_id}
        entries.append(
            Entry(Happening.LINES_ALLOCATED, SubjectType.FULFILMENT, fulfilment.id, details)
        )
    return order, entries


def _taken_on(order: Order, fulfilment: Fulfilment, matching: Matching) -> Order:
    quantities = {line.line_id: line.quantity for line in fulfilment.lines}

    def taken(line: Line) -> Line:
        quantity = quantities.get(line.id, 0)
        hands = Hands(fulfilment_id=fulfilment.id)
        return move(line, quantity, matching, (SliceState.ALLOCATED,), hands=hands)

    return order.with_lines(taken).with_fulfilment(fulfilment)


def _by_line(lines: Iterable[AllocatedLine]) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.line_id] = quantities.get(line.line_id, 0) + line.quantity
    return quantities
