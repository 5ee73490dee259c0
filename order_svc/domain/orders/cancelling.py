"""Cancelling an order or a line, and seeking stock again for what could not be filled."""

from enum import StrEnum
from typing import Final

from order_svc.domain.lifecycles.actions import Action
from order_svc.domain.lifecycles.slices import AT_A_LOCATION, CANCELLABLE, SliceState
from order_svc.domain.lines.line import NOBODY, Hands, Line, Matching, is_sought_by_nobody, move
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed, require
from order_svc.domain.orders.order import Order
from order_svc.domain.refusals import quantity_exceeded
from order_svc.domain.stock_effects import (
    ReleaseStock,
    SourceLine,
    StockEffect,
    StockLine,
    effect_key,
)
from service_kit.commands.denials import invalid


class CancelReason(StrEnum):
    """Why something is cancelled; a word of the list, since free text could be personal."""

    CUSTOMER_REQUEST = "CUSTOMER_REQUEST"
    OUT_OF_STOCK = "OUT_OF_STOCK"
    FRAUD = "FRAUD"
    PRICE_ERROR = "PRICE_ERROR"
    OTHER = "OTHER"


_S = SliceState
_LEAST_FAR_FIRST: Final = (
    _S.UNFILLABLE,
    _S.BACKORDERED,
    _S.SOURCING,
    _S.ALLOCATED,
    _S.PICKING,
    _S.PICKED,
    _S.PACKED,
)
"""Which units of a line are cancelled first: those on which least work was spent."""


def cancel_order(order: Order, reason: CancelReason) -> Change:
    """Cancel everything; impossible once anything has been shipped."""
    require(Action.ORDER_CANCEL, tuple(part.state for _, part in order.slices()))
    after = order.with_lines(lambda line: _cancelled(line, line.quantity_in(*CANCELLABLE)))
    entry = Entry(Happening.ORDER_CANCELLED, SubjectType.ORDER, order.id, {"reason": reason.value})
    return changed(order, after, entries=[entry], effects=_released(order, after))


def cancel_line(order: Order, line: Line, quantity: int | None, reason: CancelReason) -> Change:
    """Cancel units of a line that have not been shipped: all of them, or as many as asked."""
    require(Action.ORDER_LINE_CANCEL, tuple(part.state for part in line.slices))
    there_is = line.quantity_in(*CANCELLABLE)
    asked = there_is if quantity is None else quantity
    if asked < 1:
        raise invalid("Cancel at least one unit.", "input", "quantity")
    if asked > there_is:
        raise quantity_exceeded(line.id, asked, there_is, "input", "quantity")
    after = order.with_line(_cancelled(line, asked))
    details = {"quantity": str(asked), "reason": reason.value}
    entry = Entry(Happening.LINE_CANCELLED, SubjectType.ORDER_LINE, line.id, details)
    return changed(order, after, entries=[entry], effects=_released(order, after))


def source_again(order: Order, line: Line) -> Change:
    """Seek stock once more for units of a line that are back-ordered or unfillable."""
    require(Action.ORDER_LINE_SOURCE, states_to_source(line))
    quantity = sum(part.quantity for part in line.slices if is_sought_by_nobody(part))
    key = effect_key(order.id, order.version + 1, 0)
    sought = move(line, quantity, is_sought_by_nobody, (_S.SOURCING,), hands=Hands(sourcing_id=key))
    details = {"quantity": str(quantity)}
    entry = Entry(Happening.LINE_SOURCING_STARTED, SubjectType.ORDER_LINE, line.id, details)
    effects: list[StockEffect] = [SourceLine(key, order.id, line.id, quantity)]
    return changed(order, order.with_line(sought), entries=[entry], effects=effects)


def states_to_source(line: Line) -> tuple[SliceState, ...]:
    """Give the states that decide whether stock is sought: what is on its way needs none."""
    return tuple(part.state for part in line.slices if part.hands.reservation_id is None)


def _in(*states: SliceState) -> Matching:
    return lambda part: part.state in states


def _cancelled(line: Line, quantity: int) -> Line:
    for state in _LEAST_FAR_FIRST:
        taken = min(quantity, line.quantity_in(state))
        line = move(line, taken, _in(state), (_S.CANCELLED,), hands=NOBODY)
        quantity -= taken
    return line


def _released(before: Order, after: Order) -> list[StockEffect]:
    """Ask back, for each reservation, what locations held before and hold no more."""
    effects: list[StockEffect] = []
    held_before, held_after = _held(before), _held(after)
    for fulfilment in before.fulfilments:
        lines = tuple(
            StockLine(line.line_id, fulfilment.location.code, freed)
            for line in fulfilment.lines
            if (
                freed := held_before.get((fulfilment.id, line.line_id), 0)
                - held_after.get((fulfilment.id, line.line_id), 0)
            )
        )
        if lines:
            key = effect_key(before.id, before.version + 1, len(effects))
            effects.append(ReleaseStock(key, before.id, fulfilment.reservation_id, lines))
    waited_before, waited_after = _awaited(before), _awaited(after)
    for reservation_id, rows in waited_before.items():
        kept = waited_after.get(reservation_id, {})
        lines = tuple(
            StockLine(line_id, location, units - kept.get((line_id, location), 0))
            for (line_id, location), units in rows.items()
            if units > kept.get((line_id, location), 0)
        )
        if lines:
            key = effect_key(before.id, before.version + 1, len(effects))
            effects.append(ReleaseStock(key, before.id, reservation_id, lines))
    return effects


def _awaited(order: Order) -> dict[str, dict[tuple[str, str], int]]:
    """Units that wait for goods, by reservation, line and location."""
    awaited: dict[str, dict[tuple[str, str], int]] = {}
    for line, part in order.slices():
        if part.hands.reservation_id and part.hands.location_code:
            rows = awaited.setdefault(part.hands.reservation_id, {})
            place = (line.id, part.hands.location_code)
            rows[place] = rows.get(place, 0) + part.quantity
    return awaited


def _held(order: Order) -> dict[tuple[str, str], int]:
    """Units that fulfilments hold, by fulfilment and line."""
    held: dict[tuple[str, str], int] = {}
    for line, part in order.slices():
        if part.state in AT_A_LOCATION and part.hands.fulfilment_id:
            key = (part.hands.fulfilment_id, line.id)
            held[key] = held.get(key, 0) + part.quantity
    return held
