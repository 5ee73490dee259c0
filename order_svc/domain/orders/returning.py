"""Units on their way back: declared, received, or kept by the customer after all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line, Slice, move
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed
from order_svc.domain.orders.order import Order
from order_svc.domain.refusals import nothing_left
from service_kit.commands.denials import invalid, not_found
from service_kit.commands.naming import ref_errors, refuse_any
from service_kit.commands.refusal import Refusal, RefusedAll

_LONG_AGO: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class ReturnedLine:
    """Units of a line that come back."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class _Step:
    """Which slices units are taken from, where they go, and whose return they then belong to."""

    takes: Callable[[Slice], bool]
    to: SliceState
    return_id: str | None
    happening: Happening


def declare_return(order: Order, return_id: str, lines: Sequence[ReturnedLine]) -> Change:
    """Set delivered units aside for a return, the latest delivered first; all of them or none."""
    refuse_any(ref_errors(return_id, "input", "returnId"))
    step = _Step(
        lambda part: part.state is SliceState.DELIVERED,
        SliceState.RETURN_DECLARED,
        return_id,
        Happening.RETURN_DECLARED,
    )
    return _taken(order, return_id, lines, step)


def withdraw_return(order: Order, return_id: str, lines: Sequence[ReturnedLine]) -> Change:
    """Leave declared units with the customer after all."""
    step = _Step(_declared_by(return_id), SliceState.DELIVERED, None, Happening.RETURN_WITHDRAWN)
    return _taken(order, return_id, lines, step)


def complete_return(order: Order, return_id: str, lines: Sequence[ReturnedLine]) -> Change:
    """Record that declared units are back."""
    step = _Step(
        _declared_by(return_id), SliceState.RETURNED, return_id, Happening.RETURN_COMPLETED
    )
    return _taken(order, return_id, lines, step)


def delivered_units(order: Order, line: Line) -> list[tuple[int, datetime]]:
    """How many units of a line arrived when and can be returned, the latest first."""
    quantities: dict[datetime, int] = {}
    for part in line.slices:
        if part.state is SliceState.DELIVERED:
            at = _delivered_at(order, part)
            quantities[at] = quantities.get(at, 0) + part.quantity
    return [(quantities[at], at) for at in sorted(quantities, reverse=True)]


def _declared_by(return_id: str) -> Callable[[Slice], bool]:
    return lambda part: (
        part.state is SliceState.RETURN_DECLARED and part.hands.return_id == return_id
    )


def _taken(order: Order, return_id: str, lines: Sequence[ReturnedLine], step: _Step) -> Change:
    found = _checked(order, lines)
    refusals = list[Refusal]()
    for index, (line, one) in enumerate(zip(found, lines, strict=True)):
        there_is = sum(part.quantity for part in line.slices if step.takes(part))
        if one.quantity > there_is:
            path = ("input", "lines", str(index), "quantity")
            refusals.append(nothing_left(line.id, one.quantity, there_is, *path))
    if refusals:
        raise RefusedAll(refusals)
    after, entries = order, list[Entry]()
    for line, one in zip(found, lines, strict=True):
        after = after.with_line(_moved(order, line, one.quantity, step))
        details = {"return": return_id, "quantity": str(one.quantity)}
        entries.append(Entry(step.happening, SubjectType.ORDER_LINE, line.id, details))
    return changed(order, after, entries=entries, effects=[])


def _checked(order: Order, lines: Sequence[ReturnedLine]) -> list[Line]:
    if not lines:
        raise invalid("Name at least one line.", "input", "lines")
    if len({one.line_id for one in lines}) < len(lines):
        raise invalid("Name each line once.", "input", "lines")
    found = []
    for index, one in enumerate(lines):
        path = ("input", "lines", str(index))
        line = order.line(one.line_id)
        if line is None:
            raise not_found("line in this order", *path, "lineId")
        if one.quantity < 1:
            raise invalid("At least one unit.", *path, "quantity")
        found.append(line)
    return found


def _moved(order: Order, line: Line, quantity: int, step: _Step) -> Line:
    parts = [part for part in line.slices if step.takes(part)]
    for part in sorted(parts, key=lambda one: _delivered_at(order, one), reverse=True):
        taken = min(quantity, part.quantity)
        if taken:
            hands = part.hands._replace(return_id=step.return_id)
            line = move(line, taken, _like(part), (step.to,), hands=hands)
            quantity -= taken
    return line


def _like(part: Slice) -> Callable[[Slice], bool]:
    return lambda other: (other.state, other.hands) == (part.state, part.hands)


def _delivered_at(order: Order, part: Slice) -> datetime:
    parcel = order.parcel(part.hands.parcel_id or "")
    return (parcel.delivered_at if parcel else None) or _LONG_AGO
