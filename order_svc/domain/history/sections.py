"""What the events of orders say to each subscription field, in the words of the graph."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.history.transitions import Transition, transitions_of
from order_svc.domain.lifecycles.fulfilment_state import FINISHED
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.order import Order
from service_kit.graphql.global_ids import to_global_id
from service_kit.runtime.json_values import JSON

ORDER_UPDATED: Final = "orderUpdated"
ORDER_LINE_STATUS_CHANGED: Final = "orderLineStatusChanged"
FULFILMENT_QUEUE_CHANGED: Final = "fulfilmentQueueChanged"


class OrderUpdateType(StrEnum):
    """What happened to an order, the most important first."""

    ORDER_PLACED = "ORDER_PLACED"
    ORDER_CANCELLED = "ORDER_CANCELLED"
    PROMISE_BROKEN = "PROMISE_BROKEN"
    STATUS_CHANGED = "STATUS_CHANGED"
    AMOUNT_CHANGED = "AMOUNT_CHANGED"
    PROGRESSED = "PROGRESSED"


class QueueChangeType(StrEnum):
    """What happened to a fulfilment in its location's queue."""

    ADDED = "ADDED"
    CHANGED = "CHANGED"
    REMOVED = "REMOVED"


Sections = Mapping[str, JSON]


def sections_of_order(before: Order, after: Order) -> Sections:
    """What the event of an order says: that it changed, and which units moved."""
    transitions = transitions_of(before, after)
    updated = {ORDER_UPDATED: _section(_order_keys(after), _order_payload(before, after))}
    if not transitions:
        return updated
    return {**updated, ORDER_LINE_STATUS_CHANGED: _moved(after, transitions)}


def sections_of_fulfilment(before: Fulfilment | None, after: Fulfilment) -> Sections:
    """What the event of a fulfilment says to its location, as long as it is in the queue."""
    change = _queue_change(before, after)
    if change is None:
        return {}
    entry: JSON = {
        "fulfilment": _entity("Fulfilment", after.id),
        "change": change.value,
        "state": after.state.value,
    }
    location = after.location.id
    payload: JSON = {"location": {"id": location}, "changes": [entry]}
    return {FULFILMENT_QUEUE_CHANGED: _section({"locationId": location}, payload)}


def _queue_change(before: Fulfilment | None, after: Fulfilment) -> QueueChangeType | None:
    was_there = before is not None and before.state not in FINISHED
    is_there = after.state not in FINISHED
    if is_there:
        return QueueChangeType.CHANGED if was_there else QueueChangeType.ADDED
    return QueueChangeType.REMOVED if was_there else None


def _order_keys(order: Order) -> JSON:
    customer = order.customer_id
    return {
        "orderId": to_global_id("Order", order.id),
        "customerId": None if customer is None else to_global_id("Customer", customer),
        "channel": order.channel,
    }


def _order_payload(before: Order, after: Order) -> JSON:
    customer = after.customer_id
    due = after.totals.due
    return {
        "type": _update_type(before, after).value,
        "order": _entity("Order", after.id),
        "customer": None if customer is None else _entity("Customer", customer),
        "status": after.status.value,
        "previousStatus": None if _is_new(before) else before.status.value,
        "due": {"amount": due.format(), "currency": due.currency},
    }


def _update_type(before: Order, after: Order) -> OrderUpdateType:
    if _is_new(before):
        return OrderUpdateType.ORDER_PLACED
    restated = before.status is not after.status
    if restated and after.status is OrderStatus.CANCELLED:
        return OrderUpdateType.ORDER_CANCELLED
    if any(_breaks(before.line(line.id), line) for line in after.lines):
        return OrderUpdateType.PROMISE_BROKEN
    if restated:
        return OrderUpdateType.STATUS_CHANGED
    if before.totals != after.totals:
        return OrderUpdateType.AMOUNT_CHANGED
    return OrderUpdateType.PROGRESSED


def _breaks(before: Line | None, after: Line) -> bool:
    """Whether nothing in time was found for all the units of a line that come too late."""
    sought = before is not None and before.seeks_in_time
    return sought and after.is_late and not after.seeks_in_time


def _moved(order: Order, transitions: tuple[Transition, ...]) -> JSON:
    order_id = to_global_id("Order", order.id)
    locations = sorted({one.place.id for one in transitions if one.place})
    keys: JSON = {"orderId": order_id, "locationId": list(locations)}
    return _section(
        keys, {"order": {"id": order_id}, "transitions": [_shown(one) for one in transitions]}
    )


def _shown(transition: Transition) -> JSON:
    place = transition.place
    return {
        "line": _entity("OrderLine", transition.line_id),
        "from": transition.before.value,
        "to": transition.after.value,
        "quantity": transition.quantity,
        "location": None if place is None else {"id": place.id},
    }


def _section(keys: JSON, payload: JSON) -> JSON:
    return {"keys": keys, "payload": payload}


def _entity(type_name: str, key: str) -> JSON:
    return {"id": to_global_id(type_name, key)}


def _is_new(order: Order) -> bool:
    return order.version == 0
