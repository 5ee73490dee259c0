"""Work that a commit leaves to be done: its kinds, and effects as JSON and back."""

from collections.abc import Mapping
from typing import Any, Final

from order_svc.domain.effects import Effect, MoveMoney
from order_svc.domain.fulfilments.fulfilment import ShortReason
from order_svc.domain.stock_effects import (
    ConsumeStock,
    CorrectStock,
    ReleaseStock,
    SourceLine,
    StockEffect,
    StockLine,
)
from service_kit.runtime.json_values import JSON

PLACEMENT: Final = "placement"
"""The recovery of a placement that nobody has ended."""

CONSUME: Final = "stock.consume"
RELEASE: Final = "stock.release"
CORRECT: Final = "stock.correct"
SOURCE: Final = "stock.source"
SOURCE_KEPT: Final = "stock.source.kept"
"""The same for units that stay kept where they come too late, should nothing be found."""

MONEY: Final = "money.move"
"""An operation that the payment provider is to be asked for."""

AWAITED: Final = "stock.awaited"
"""An order is to be brought up to what a reservation keeps for it."""

AWAITED_LOST: Final = "stock.awaited.lost"
"""All orders that wait are to be looked at, page by page: what was told of some of them is lost."""

HELD_BACK: Final = "stock.held"
"""Orders with an item that nobody has begun to pick are to be looked at, page by page: it may not
leave before a date now."""

EFFECTS: Final = (CONSUME, RELEASE, CORRECT, SOURCE, SOURCE_KEPT)
"""The kinds of due work that are effects on stock."""


def kind_of(effect: Effect) -> str:
    """The kind of due work that does the effect."""
    match effect:
        case ConsumeStock():
            return CONSUME
        case ReleaseStock():
            return RELEASE
        case CorrectStock():
            return CORRECT
        case SourceLine():
            return SOURCE_KEPT if effect.kept else SOURCE
        case MoveMoney():
            return MONEY


def to_payload(effect: Effect) -> dict[str, JSON]:
    """The effect as JSON; its key is the due work's identifier."""
    match effect:
        case ConsumeStock() | ReleaseStock():
            return {
                "orderId": effect.order_id,
                "reservationId": effect.reservation_id,
                "lines": [_line_to_json(line) for line in effect.lines],
            }
        case CorrectStock():
            return {
                "orderId": effect.order_id,
                "reservationId": effect.reservation_id,
                "line": _line_to_json(effect.line),
                "reason": effect.reason.value,
                "counted": effect.counted,
            }
        case SourceLine():
            return {
                "orderId": effect.order_id,
                "lineId": effect.line_id,
                "quantity": effect.quantity,
            }
        case MoveMoney():
            return {"orderId": effect.order_id}


def effect_of(kind: str, key: str, payload: Mapping[str, Any]) -> StockEffect:
    """The effect on stock of a due work item."""
    order_id = payload["orderId"]
    if kind in {SOURCE, SOURCE_KEPT}:
        sought = payload["lineId"], payload["quantity"]
        return SourceLine(key, order_id, *sought, kept=kind == SOURCE_KEPT)
    reservation_id = payload["reservationId"]
    if kind == CORRECT:
        line, reason = _line_of(payload["line"]), ShortReason(payload["reason"])
        return CorrectStock(key, order_id, reservation_id, line, reason, payload["counted"])
    lines = tuple(_line_of(line) for line in payload["lines"])
    if kind == CONSUME:
        return ConsumeStock(key, order_id, reservation_id, lines)
    return ReleaseStock(key, order_id, reservation_id, lines)


def _line_to_json(line: StockLine) -> dict[str, JSON]:
    return {
        "lineId": line.line_id,
        "locationCode": line.location_code,
        "quantity": line.quantity,
    }


def _line_of(value: Mapping[str, Any]) -> StockLine:
    return StockLine(value["lineId"], value["locationCode"], value["quantity"])
