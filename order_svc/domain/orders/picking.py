"""Picking: a location says what it took from its shelves and what was not there."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain.fulfilments.fulfilment import Fulfilment, Shortage, ShortReason
from order_svc.domain.lifecycles.actions import Action
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Hands, Line, Matching, NotEnough, move
from order_svc.domain.orders.change import Change, Entry, Happening, SubjectType, changed, require
from order_svc.domain.orders.order import Order
from order_svc.domain.refusals import quantity_exceeded
from order_svc.domain.stock_effects import (
    CorrectStock,
    SourceLine,
    StockEffect,
    StockLine,
    effect_key,
)
from service_kit.commands.denials import invalid, not_found


@dataclass(frozen=True, slots=True)
class PickedLine:
    """What was picked of a line, what was short and why, and how many are there by count."""

    line_id: str
    picked: int
    short: int = 0
    reason: ShortReason | None = None
    counted: int = 0


def pick(
    order: Order, fulfilment: Fulfilment, picked: Sequence[PickedLine], at: datetime
) -> Change:
    """Record a round of picking; what is short is sought elsewhere at once."""
    require(Action.FULFILMENT_PICK, order.states_in(fulfilment.id))
    _check(picked)
    after = order.with_lines(lambda line: _started(line, fulfilment.id))
    entries, effects = list[Entry](), list[StockEffect]()
    for index, one in enumerate(picked):
        line = after.line(one.line_id)
        if line is None or one.line_id not in {each.line_id for each in fulfilment.lines}:
            raise not_found("line in this fulfilment", "input", "lines", str(index), "lineId")
        sourcing_id = effect_key(order.id, order.version + 1, len(effects) + 1)
        try:
            after = after.with_line(_picked(line, fulfilment, one, sourcing_id))
        except NotEnough as error:
            raise quantity_exceeded(
                line.id, one.picked + one.short, error.there_is, "input", "lines", str(index)
            ) from error
        entries += _told(fulfilment, one)
        if one.short:
            effects += _asked(order, fulfilment, one, len(effects))
    after = after.with_fulfilment(_with_shortages(fulfilment, picked, at))
    return changed(order, after, entries=entries, effects=effects)


def _check(picked: Sequence[PickedLine]) -> None:
    if not picked:
        raise invalid("Say for at least one line what was picked.", "input", "lines")
    if len({one.line_id for one in picked}) < len(picked):
        raise invalid("Name each line once.", "input", "lines")
    for index, one in enumerate(picked):
        path = ("input", "lines", str(index))
        if one.picked < 0 or one.short < 0 or one.counted < 0:
            raise invalid("Quantities are never negative.", *path)
        if one.picked + one.short == 0:
            raise invalid("Nothing was picked and nothing was short.", *path)
        if one.short and one.reason is None:
            raise invalid("Give the reason of the shortage.", *path, "reason")


def _in_state(fulfilment_id: str, state: SliceState) -> Matching:
    return lambda part: part.hands.fulfilment_id == fulfilment_id and part.state is state


def _started(line: Line, fulfilment_id: str) -> Line:
    """Everything the location still had to begin is being picked from now on."""
    matching = _in_state(fulfilment_id, SliceState.ALLOCATED)
    quantity = sum(part.quantity for part in line.slices if matching(part))
    return move(line, quantity, matching, (SliceState.PICKING,))


def _picked(line: Line, fulfilment: Fulfilment, one: PickedLine, sourcing_id: str) -> Line:
    being_picked = _in_state(fulfilment.id, SliceState.PICKING)
    there_is = sum(part.quantity for part in line.slices if being_picked(part))
    if one.picked + one.short > there_is:
        raise NotEnough(line.id, one.picked + one.short, there_is)
    line = move(line, one.picked, being_picked, (SliceState.PICKED,))
    if not one.short:
        return line
    path = (SliceState.SHORT, SliceState.SOURCING)
    line = move(line, one.short, being_picked, path, hands=Hands(sourcing_id=sourcing_id))
    excluded = dict.fromkeys((*line.excluded_locations, fulfilment.location.code))
    return replace(line, excluded_locations=tuple(excluded))


def _asked(
    order: Order, fulfilment: Fulfilment, one: PickedLine, place: int
) -> tuple[StockEffect, StockEffect]:
    """Correct the position here, and seek the units elsewhere under the key the slices carry."""
    keys = [effect_key(order.id, order.version + 1, place + step) for step in (0, 1)]
    missing = StockLine(one.line_id, fulfilment.location.code, one.short)
    reason = one.reason or ShortReason.NOT_FOUND
    return (
        CorrectStock(keys[0], order.id, fulfilment.reservation_id, missing, reason, one.counted),
        SourceLine(keys[1], order.id, one.line_id, one.short),
    )


def _told(fulfilment: Fulfilment, one: PickedLine) -> list[Entry]:
    about = {"fulfilment": fulfilment.id, "location": fulfilment.location.code}
    entries = []
    if one.picked:
        details = about | {"quantity": str(one.picked)}
        entries.append(Entry(Happening.GOODS_PICKED, SubjectType.ORDER_LINE, one.line_id, details))
    if one.short and one.reason:
        details = about | {"quantity": str(one.short), "reason": one.reason.value}
        entries.append(Entry(Happening.GOODS_SHORT, SubjectType.ORDER_LINE, one.line_id, details))
    return entries


def _with_shortages(
    fulfilment: Fulfilment, picked: Sequence[PickedLine], at: datetime
) -> Fulfilment:
    shortages = tuple(
        Shortage(one.line_id, one.short, one.reason, one.counted, at)
        for one in picked
        if one.short and one.reason
    )
    return replace(fulfilment, shortages=fulfilment.shortages + shortages)
