"""What a change to a return asks of the world, done after the change is saved; as JSON and back."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final, TypeAlias

from returns_svc.domain.policies.policy import Condition
from service_kit.runtime.json_values import JSON

DECLARATION: Final = "declaration"
"""A declaration that orders have not answered."""
EXPIRY: Final = "expiry"
"""The goods of a return should have come by then."""
TELL_ORDERS: Final = "orders.tell"
RESTOCK: Final = "stock.restock"
REFUND: Final = "money.refund"
LABEL: Final = "label.issue"
MESSAGE: Final = "message.send"


class OrderStep(StrEnum):
    """What orders are told of units that were declared."""

    WITHDRAW = "WITHDRAW"
    COMPLETE = "COMPLETE"


class Topic(StrEnum):
    """What a message to the customer is about."""

    LABEL = "LABEL"
    RECEIVED = "RECEIVED"
    INSPECTED = "INSPECTED"
    REFUNDED = "REFUNDED"


@dataclass(frozen=True, slots=True)
class OrderUnits:
    """Units of an order line."""

    line_id: str
    quantity: int


@dataclass(frozen=True, slots=True)
class TellOrders:
    """Units of a return stay with the customer after all, or are back."""

    key: str
    return_id: str
    order_id: str
    step: OrderStep
    lines: tuple[OrderUnits, ...]


@dataclass(frozen=True, slots=True)
class RestockLine:
    """Units that can be sold again: what, where and in which state."""

    line_id: str
    sku: str
    location_code: str
    condition: Condition
    quantity: int


@dataclass(frozen=True, slots=True)
class Restock:
    """Units are on the shelves again."""

    key: str
    return_id: str
    lines: tuple[RestockLine, ...]


@dataclass(frozen=True, slots=True)
class GiveBack:
    """A refund is to be moved by orders."""

    key: str
    return_id: str
    refund_id: str


@dataclass(frozen=True, slots=True)
class IssueLabel:
    """A label is to be made and kept where the customer finds it."""

    key: str
    return_id: str


@dataclass(frozen=True, slots=True)
class SendMessage:
    """The customer is to be told."""

    key: str
    return_id: str
    topic: Topic


Errand: TypeAlias = TellOrders | Restock | GiveBack | IssueLabel | SendMessage
"""Anything a change can ask for; its key is the due work's identifier."""


def kind_of(errand: Errand) -> str:
    """The kind of due work that does the errand."""
    match errand:
        case TellOrders():
            return TELL_ORDERS
        case Restock():
            return RESTOCK
        case GiveBack():
            return REFUND
        case IssueLabel():
            return LABEL
        case SendMessage():
            return MESSAGE


def to_payload(errand: Errand) -> dict[str, JSON]:
    """The errand as JSON."""
    match errand:
        case TellOrders():
            return {
                "returnId": errand.return_id,
                "orderId": errand.order_id,
                "step": errand.step.value,
                "lines": [
                    {"lineId": line.line_id, "quantity": line.quantity} for line in errand.lines
                ],
            }
        case Restock():
            return {
                "returnId": errand.return_id,
                "lines": [
                    {
                        "lineId": line.line_id,
                        "sku": line.sku,
                        "locationCode": line.location_code,
                        "condition": line.condition.value,
                        "quantity": line.quantity,
                    }
                    for line in errand.lines
                ],
            }
        case GiveBack():
            return {"returnId": errand.return_id, "refundId": errand.refund_id}
        case IssueLabel():
            return {"returnId": errand.return_id}
        case SendMessage():
            return {"returnId": errand.return_id, "topic": errand.topic.value}


def tell_orders_of(key: str, payload: Mapping[str, Any]) -> TellOrders:
    """The errand of a due work item."""
    lines = tuple(OrderUnits(one["lineId"], one["quantity"]) for one in payload["lines"])
    step = OrderStep(payload["step"])
    return TellOrders(key, payload["returnId"], payload["orderId"], step, lines)


def restock_of(key: str, payload: Mapping[str, Any]) -> Restock:
    """The errand of a due work item."""
    lines = tuple(
        RestockLine(
            one["lineId"],
            one["sku"],
            one["locationCode"],
            Condition(one["condition"]),
            one["quantity"],
        )
        for one in payload["lines"]
    )
    return Restock(key, payload["returnId"], lines)
