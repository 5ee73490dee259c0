"""Where stock was reserved, and what that makes of an order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain.fulfilments.fulfilment import Fulfilment, FulfilmentLine, Place
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import (
    NOBODY,
    Hands,
    Line,
    Matching,
    Slice,
    Wait,
    move,
    waiting,
)
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.settling import authorised
from order_svc.domain.stock_effects import ReleaseStock, StockEffect, StockLine


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
    after, entries = _taken_up(order, allocation, allocation.lines, _is_placed, at)
    after = authorised(after, at)
    placed = Entry(Happening.ORDER_PLACED, SubjectType.ORDER, order.id, {"channel": order.channel})
    return changed(order, after, entries=[placed, *entries], effects=[])


def sourced(
    order: Order, line_id: str, sourcing_id: str, allocations: Iterable[Allocation], at: datetime
) -> Change | None:
    """End a search for stock: what was found is allocated, the rest waits or cannot be filled.

    What was found that is still to come is waited for. What was found for units that nobody wants
    any more is released, and so is what kept units for which others were found in time; where none
    were, it still keeps them. None: nothing to change.
    """
    after, entries, effects = order, list[Entry](), list[StockEffect]()
    known = {
        *(fulfilment.reservation_id for fulfilment in order.fulfilments),
        *(part.hands.reservation_id for _, part in order.slices()),
    }
    for allocation in allocations:
        if allocation.reservation_id in known:
            continue
        after, left = _left(after, line_id, sourcing_id, allocation)
        effects += left
        wanted, surplus = _wanted(after.line(line_id), sourcing_id, allocation)
        after, told = _taken_up(after, allocation, wanted, _sought_by(sourcing_id), at)
        entries += told
        if surplus:
            key = f"{sourcing_id}.{allocation.reservation_id}.surplus"
            effects.append(
                ReleaseStock(key, order.id, allocation.reservation_id, _stock_lines(surplus))
            )
    after, told = _given_up(after, line_id, sourcing_id)
    entries += told
    if after == order and not effects:
        return None
    return changed(order, after, entries=entries, effects=effects)


def _taken_up(
    order: Order,
    allocation: Allocation,
    lines: Sequence[AllocatedLine],
    matching: Matching,
    at: datetime,
) -> tuple[Order, list[Entry]]:
    """Have each line wait of which something may not leave yet, and the others go out."""
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


def _sought_by(sourcing_id: str) -> Matching:
    """Match the units that a search is for, save those that are kept meanwhile."""
    return lambda part: (part.hands.sourcing_id, part.hands.reservation_id) == (sourcing_id, None)


def _kept_by(hands: Hands) -> Matching:
    return lambda part: part.hands == hands


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


def _wanted(
    line: Line | None, sourcing_id: str, allocation: Allocation
) -> tuple[list[AllocatedLine], list[AllocatedLine]]:
    """Divide what was found into what the line still seeks and what is too much."""
    matching = _sought_by(sourcing_id)
    sought = sum(part.quantity for part in line.slices if matching(part)) if line else 0
    wanted, surplus = [], []
    for found in allocation.lines:
        used = min(found.quantity, sought)
        sought -= used
        if used:
            wanted.append(replace(found, quantity=used))
        if found.quantity > used:
            surplus.append(replace(found, quantity=found.quantity - used))
    return wanted, surplus


def _left(
    order: Order, line_id: str, sourcing_id: str, allocation: Allocation
) -> tuple[Order, list[ReleaseStock]]:
    """Have units leave what keeps them too late, as many as were found for them in time."""
    line = order.line(line_id)
    kept = _kept_meanwhile(line, sourcing_id)
    if line is None or kept is None or not line.is_late:
        return order, []
    units = min(kept.quantity, sum(found.quantity for found in allocation.lines))
    hands = Hands(sourcing_id=sourcing_id)
    line = move(line, units, _kept_by(kept.hands), (SliceState.SOURCING,), hands=hands)
    keeper, location = kept.hands.reservation_id or "", kept.hands.location_code or ""
    late = (StockLine(line_id, location, units),)
    return order.with_line(line), [ReleaseStock(f"{sourcing_id}.late", order.id, keeper, late)]


def _kept_meanwhile(line: Line | None, sourcing_id: str) -> Slice | None:
    """Give the units that are kept while a search goes on for others in time."""
    parts = line.slices if line else ()
    sought = (part for part in parts if part.hands.sourcing_id == sourcing_id)
    return next((part for part in sought if part.hands.reservation_id), None)


def _given_up(order: Order, line_id: str, sourcing_id: str) -> tuple[Order, list[Entry]]:
    line, matching = order.line(line_id), _sought_by(sourcing_id)
    kept = _kept_meanwhile(line, sourcing_id)
    if line is not None and kept is not None:
        hands = kept.hands._replace(sourcing_id=None)
        line = move(line, kept.quantity, _kept_by(kept.hands), (), hands=hands)
        broken = [_promise_broken(order, line, kept.quantity)] if line.is_late else []
        return order.with_line(line), broken
    left = sum(part.quantity for part in line.slices if matching(part)) if line else 0
    if line is None or left == 0:
        return order, []
    if line.backorder_allowed:
        end, happening = SliceState.BACKORDERED, Happening.LINE_BACKORDERED
    else:
        end, happening = SliceState.UNFILLABLE, Happening.LINE_UNFILLABLE
    entry = Entry(happening, SubjectType.ORDER_LINE, line_id, {"quantity": str(left)})
    return order.with_line(move(line, left, matching, (end,), hands=NOBODY)), [entry]


def _promise_broken(order: Order, line: Line, units: int) -> Entry:
    dates = {"availableFrom": line.available_from, "acceptUntil": order.accept_until}
    told = {name: date.isoformat() for name, date in dates.items() if date is not None}
    details = {"quantity": str(units), **told}
    return Entry(Happening.LINE_PROMISE_BROKEN, SubjectType.ORDER_LINE, line.id, details)


def _stock_lines(lines: Iterable[AllocatedLine]) -> tuple[StockLine, ...]:
    return tuple(StockLine(one.line_id, one.location.code, one.quantity) for one in lines)


def _by_line(lines: Iterable[AllocatedLine]) -> dict[str, int]:
    quantities: dict[str, int] = {}
    for line in lines:
        quantities[line.line_id] = quantities.get(line.line_id, 0) + line.quantity
    return quantities
