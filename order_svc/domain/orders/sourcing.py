"""How a search for stock ends: what was found goes to the units of the line that lack it most."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import (
    NOBODY,
    Hands,
    Line,
    Matching,
    Slice,
    is_sought_by_nobody,
    move,
)
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, taken_up
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.stock_effects import ReleaseStock, StockEffect, StockLine


def sourced(
    order: Order, line_id: str, sourcing_id: str, allocations: Iterable[Allocation], at: datetime
) -> Change | None:
    """End a search for stock: what was found is allocated, the rest waits or cannot be filled.

    What was found that is still to come is waited for. What the units need no more for which it was
    sought goes to others of the line: while this search held it, theirs may have found nothing.
    Units that come too late leave what keeps them; where none are found in time, that still keeps
    them. What the line does not lack is released, so a search must not end twice. None: nothing to
    change.
    """
    after, entries, effects = order, list[Entry](), list[StockEffect]()
    known = {
        *(fulfilment.reservation_id for fulfilment in order.fulfilments),
        *(part.hands.reservation_id for _, part in order.slices()),
    }
    for allocation in allocations:
        line = after.line(line_id)
        if line is None or allocation.reservation_id in known:
            continue
        key = f"{sourcing_id}.{allocation.reservation_id}"
        joined = _joined(line, sourcing_id, sum(found.quantity for found in allocation.lines))
        for place, (keeper, late) in enumerate(_let_go(line, joined)):
            effects.append(ReleaseStock(f"{key}.late.{place}", order.id, keeper, (late,)))
        wanted, surplus = _divided(joined, sourcing_id, allocation)
        seeking, after = _sought_by(sourcing_id), after.with_line(joined)
        after, told = taken_up(after, allocation, wanted, seeking, at)
        entries += told
        if surplus:
            lines = _stock_lines(surplus)
            effects.append(
                ReleaseStock(f"{key}.surplus", order.id, allocation.reservation_id, lines)
            )
    after, told = _given_up(after, line_id, sourcing_id)
    entries += told
    if after == order and not effects:
        return None
    return changed(order, after, entries=entries, effects=effects)


def _sought_by(sourcing_id: str) -> Matching:
    """Match the units that a search is for, save those that are kept meanwhile."""
    return lambda part: (part.hands.sourcing_id, part.hands.reservation_id) == (sourcing_id, None)


def _sought_by_another(sourcing_id: str) -> Matching:
    return lambda part: part.state is SliceState.SOURCING and part.hands.sourcing_id != sourcing_id


def _kept_by(hands: Hands) -> Matching:
    return lambda part: part.hands == hands


def _divided(
    line: Line, sourcing_id: str, allocation: Allocation
) -> tuple[list[AllocatedLine], list[AllocatedLine]]:
    """Divide what was found into what the line seeks by this search and what is too much."""
    sought = _units(line, _sought_by(sourcing_id))
    wanted, surplus = [], []
    for found in allocation.lines:
        used = min(found.quantity, sought)
        sought -= used
        if used:
            wanted.append(replace(found, quantity=used))
        if found.quantity > used:
            surplus.append(replace(found, quantity=found.quantity - used))
    return wanted, surplus


def _joined(line: Line, sourcing_id: str, units: int) -> Line:
    """Have as many units as were found be sought by this search, those first that have nothing."""
    seeking, late = _sought_by(sourcing_id), _is_late(line)
    for matching, path in (
        (is_sought_by_nobody, (SliceState.SOURCING,)),
        (_sought_by_another(sourcing_id), ()),
        (lambda part: late(part) and part.hands.sourcing_id == sourcing_id, (SliceState.SOURCING,)),
        (late, (SliceState.SOURCING,)),
    ):
        joining = min(units - _units(line, seeking), _units(line, matching))
        if joining > 0:
            line = move(line, joining, matching, path, hands=Hands(sourcing_id=sourcing_id))
    return line


def _is_late(line: Line) -> Matching:
    """Match what is kept but comes too late: others are sought for it, or all of it is late."""
    late = {wait.reservation_id: wait.late for wait in line.waits if wait.late}
    kept = Counter[str | None]()
    for part in line.slices:
        kept[part.hands.reservation_id] += part.quantity
    wholly = {keeper for keeper, units in late.items() if units >= kept[keeper]}
    return lambda part: part.hands.reservation_id in (late if part.hands.sourcing_id else wholly)


def _let_go(before: Line, after: Line) -> tuple[tuple[str, StockLine], ...]:
    """Give what kept units of the line, and keeps them no more."""
    gone = _kept(before) - _kept(after)
    return tuple(
        (keeper, StockLine(before.id, code, units))
        for (keeper, code), units in sorted(gone.items())
    )


def _kept(line: Line) -> Counter[tuple[str, str]]:
    """Count the units that wait for goods, by reservation and location."""
    kept = Counter[tuple[str, str]]()
    for part in line.slices:
        if part.hands.reservation_id and part.hands.location_code:
            kept[part.hands.reservation_id, part.hands.location_code] += part.quantity
    return kept


def _units(line: Line, matching: Matching) -> int:
    return sum(part.quantity for part in line.slices if matching(part))


def _kept_meanwhile(line: Line | None, sourcing_id: str) -> Slice | None:
    """Give the units that are kept while a search goes on for others in time."""
    parts = line.slices if line else ()
    sought = (part for part in parts if part.hands.sourcing_id == sourcing_id)
    return next((part for part in sought if part.hands.reservation_id), None)


def _given_up(order: Order, line_id: str, sourcing_id: str) -> tuple[Order, list[Entry]]:
    line, seeking = order.line(line_id), _sought_by(sourcing_id)
    kept = _kept_meanwhile(line, sourcing_id)
    if line is not None and kept is not None:
        hands = kept.hands._replace(sourcing_id=None)
        line = move(line, kept.quantity, _kept_by(kept.hands), (), hands=hands)
        broken = [_promise_broken(order, line, kept.quantity)] if line.is_late else []
        return order.with_line(line), broken
    left = _units(line, seeking) if line else 0
    if line is None or left == 0:
        return order, []
    if line.backorder_allowed:
        end, happening = SliceState.BACKORDERED, Happening.LINE_BACKORDERED
    else:
        end, happening = SliceState.UNFILLABLE, Happening.LINE_UNFILLABLE
    entry = Entry(happening, SubjectType.ORDER_LINE, line_id, {"quantity": str(left)})
    return order.with_line(move(line, left, seeking, (end,), hands=NOBODY)), [entry]


def _promise_broken(order: Order, line: Line, units: int) -> Entry:
    dates = {"availableFrom": line.available_from, "acceptUntil": order.accept_until}
    told = {name: date.isoformat() for name, date in dates.items() if date is not None}
    details = {"quantity": str(units), **told}
    return Entry(Happening.LINE_PROMISE_BROKEN, SubjectType.ORDER_LINE, line.id, details)


def _stock_lines(lines: Iterable[AllocatedLine]) -> tuple[StockLine, ...]:
    return tuple(StockLine(one.line_id, one.location.code, one.quantity) for one in lines)
