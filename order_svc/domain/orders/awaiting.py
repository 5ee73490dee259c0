"""Units that wait for goods on their way: placed so, promised for a date, released as they come."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from order_svc.domain.fulfilments.fulfilment import Place
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Hands, Line, Matching, Wait, move, waiting
from order_svc.domain.orders.allocation import AllocatedLine, Allocation, assigned, waits_until
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.stock_effects import (
    ReleaseStock,
    SourceLine,
    StockEffect,
    StockLine,
    effect_key,
)


@dataclass(frozen=True, slots=True)
class StandingLine:
    """What a reservation keeps of a line at a location: there, to come, or held until a date."""

    line_id: str
    location: Place
    quantity: int
    available_from: datetime | None = None
    not_before: datetime | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A reservation as it is in one of its versions."""

    reservation_id: str
    version: int
    lines: tuple[StandingLine, ...]


def awaited_dates(order: Order) -> frozenset[tuple[str, datetime]]:
    """Give the reservations that an order waits for, each with its dates."""
    return frozenset(
        (wait.reservation_id, wait.available_from) for line in order.lines for wait in line.waits
    )


def heard(order: Order, standing: Standing) -> Order | None:
    """Note with what waits how a reservation stands; None: that is older than what is known."""
    after = order
    for line in order.lines:
        for wait in line.waits:
            if wait.reservation_id == standing.reservation_id:
                if wait.version > standing.version:
                    return None
                after = after.with_line(waiting(line, wait._replace(version=standing.version)))
    return after


def renewed(order: Order, standing: Standing, at: datetime) -> Change | None:
    """Bring an order up to what a reservation keeps for it; None: nothing to change.

    A line goes to its locations once all of it may leave. What may at another date is promised
    for that, and if that is later than was accepted, others are sought that come in time; what does
    not come any more is given up, and sought elsewhere. What may not leave any more goes back to
    waiting, unless somebody picks it already.
    """
    after, entries, effects = order, list[Entry](), list[StockEffect]()
    for line in order.lines:
        rows = [row for row in standing.lines if row.line_id == line.id and row.quantity]
        after, told = _held(after, line, standing, rows, at)
        entries += told
        for code, units in _lost(_line(after, line.id), standing.reservation_id, rows):
            seeks, gives_up = (
                effect_key(order.id, order.version + 1, len(effects) + place) for place in (0, 1)
            )
            after = after.with_line(_sought(_line(after, line.id), standing, code, units, seeks))
            lost = (StockLine(line.id, code, units),)
            effects.append(SourceLine(seeks, order.id, line.id, units))
            effects.append(ReleaseStock(gives_up, order.id, standing.reservation_id, lost))
            details = {"quantity": str(units)}
            entries.append(
                Entry(Happening.LINE_SOURCING_STARTED, SubjectType.ORDER_LINE, line.id, details)
            )
        after, told = _brought_up(after, line.id, standing, rows, at)
        entries += told
        if _is_newly_late(line, _line(after, line.id), standing.reservation_id):
            for code, units in _late(after, _line(after, line.id), standing.reservation_id, rows):
                key = effect_key(order.id, order.version + 1, len(effects))
                seeking = _seeking_in_time(_line(after, line.id), standing, code, units, key)
                after = after.with_line(seeking)
                effects.append(SourceLine(key, order.id, line.id, units, kept=True))
    return None if after == order else changed(order, after, entries=entries, effects=effects)


def _held(
    order: Order, line: Line, standing: Standing, rows: Iterable[StandingLine], at: datetime
) -> tuple[Order, list[Entry]]:
    """Take units back from locations that have not begun with them and may not send them yet."""
    dates = {row.location.code: row.not_before for row in rows if row.not_before is not None}
    entries = []
    for fulfilment in order.fulfilments:
        code, date = fulfilment.location.code, dates.get(fulfilment.location.code)
        matching = _untouched(fulfilment.id)
        units = sum(part.quantity for part in line.slices if matching(part))
        if fulfilment.reservation_id != standing.reservation_id or date is None or date <= at:
            continue
        if units:
            hands = Hands(reservation_id=standing.reservation_id, location_code=code)
            line = move(line, units, matching, (SliceState.BACKORDERED,), hands=hands)
            if all(wait.reservation_id != standing.reservation_id for wait in line.waits):
                line = waiting(line, Wait(standing.reservation_id, date, standing.version))
            details = {"quantity": str(units), "availableFrom": date.isoformat()}
            entries.append(Entry(Happening.LINE_HELD, SubjectType.ORDER_LINE, line.id, details))
    return order.with_line(line), entries


def _untouched(fulfilment_id: str) -> Matching:
    return lambda part: (
        part.state is SliceState.ALLOCATED and part.hands.fulfilment_id == fulfilment_id
    )


def _awaits(reservation_id: str, location: str | None = None) -> Matching:
    return lambda part: (
        part.state is SliceState.BACKORDERED
        and part.hands.reservation_id == reservation_id
        and location in (None, part.hands.location_code)
    )


def _line(order: Order, line_id: str) -> Line:
    return next(line for line in order.lines if line.id == line_id)


def _lost(line: Line, reservation_id: str, rows: Iterable[StandingLine]) -> list[tuple[str, int]]:
    """Give, by location, the units that the reservation does not keep any more."""
    kept: dict[str, int] = {}
    for row in rows:
        kept[row.location.code] = kept.get(row.location.code, 0) + row.quantity
    return [
        (code, units - kept.get(code, 0))
        for code, units in sorted(_waiting(line, reservation_id).items())
        if units > kept.get(code, 0)
    ]


def _waiting(line: Line, reservation_id: str) -> dict[str, int]:
    """Give the units that wait for what a reservation keeps, by location."""
    waiting: dict[str, int] = {}
    for part in line.slices:
        if _awaits(reservation_id)(part):
            code = part.hands.location_code or ""
            waiting[code] = waiting.get(code, 0) + part.quantity
    return waiting


def _sought(line: Line, standing: Standing, code: str, units: int, key: str) -> Line:
    matching = _awaits(standing.reservation_id, code)
    hands = Hands(sourcing_id=key)
    return move(line, units, matching, (SliceState.SOURCING,), hands=hands)


def _late(
    order: Order, line: Line, reservation_id: str, rows: Iterable[StandingLine]
) -> list[tuple[str, int]]:
    """Give, by location, the units whose goods come later than the order accepts."""
    late: dict[str, int] = {}
    for row in rows:
        if row.available_from is not None and not order.accepts(row.available_from):
            late[row.location.code] = late.get(row.location.code, 0) + row.quantity
    waiting = _waiting(line, reservation_id)
    return [(code, min(late[code], waiting[code])) for code in sorted(late.keys() & waiting.keys())]


def _is_newly_late(before: Line, after: Line, reservation_id: str) -> bool:
    """Whether more units are late than were, or have another date."""
    was, now = (
        next((wait for wait in line.waits if wait.reservation_id == reservation_id), None)
        for line in (before, after)
    )
    if now is None or not now.late:
        return False
    return was is None or now.late > was.late or now.available_from != was.available_from


def _seeking_in_time(line: Line, standing: Standing, code: str, units: int, key: str) -> Line:
    """Have units seek others that come in time, and stay kept meanwhile."""
    reservation_id = standing.reservation_id
    hands = Hands(sourcing_id=key, reservation_id=reservation_id, location_code=code)
    return move(line, units, _awaits(reservation_id, code), (), hands=hands)


def _brought_up(
    order: Order,
    line_id: str,
    standing: Standing,
    rows: Iterable[StandingLine],
    at: datetime,
) -> tuple[Order, list[Entry]]:
    """Give a line to its locations if all of it may leave, else promise it for its latest date.

    What is kept where nothing waits any more is about to be released.
    """
    line = _line(order, line_id)
    waiting = _waiting(line, standing.reservation_id)
    if not waiting:
        return order, []
    rows = [row for row in rows if row.location.code in waiting]
    dates = [
        date
        for row in rows
        if (date := waits_until(row.available_from, row.not_before, at)) is not None
    ]
    if dates:
        late = sum(units for _, units in _late(order, line, standing.reservation_id, rows))
        return _promised(order, line, Wait(standing.reservation_id, max(dates), late=late))
    found: list[AllocatedLine] = []
    for row in rows:
        units = min(waiting[row.location.code], row.quantity)
        waiting[row.location.code] -= units
        if units:
            found.append(AllocatedLine(line_id, units, row.location))
    allocation = Allocation(standing.reservation_id, tuple(found))
    return assigned(order, allocation, found, _awaits(standing.reservation_id), at)


def _promised(order: Order, line: Line, wait: Wait) -> tuple[Order, list[Entry]]:
    known = (each.version for each in line.waits if each.reservation_id == wait.reservation_id)
    promised = waiting(line, wait._replace(version=next(known, 0)))
    date = promised.available_from
    if date is None or date == line.available_from:
        return order.with_line(promised), []
    entry = Entry(
        Happening.LINE_DATE_CHANGED,
        SubjectType.ORDER_LINE,
        line.id,
        {"availableFrom": date.isoformat()},
    )
    return order.with_line(promised), [entry]
