"""What each kind of change says to each subscription field."""

from collections.abc import Callable
from typing import Any

import pytest

from order_svc.domain.history.events import events_of_order
from order_svc.domain.orders.allocation import place
from order_svc.domain.orders.cancelling import CancelReason, cancel_line, cancel_order
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.picking import PickedLine, pick
from order_svc.domain.orders.shipping import deliver
from service_kit.graphql.global_ids import to_global_id
from service_kit.messaging.entity_events import Cause
from tests.support.orders import (
    AT,
    a_placing_order,
    an_allocation,
    an_order,
    fulfilment_of,
    packed,
    picked,
    shipped,
)

ORDER, MOVES, QUEUE = "orderUpdated", "orderLineStatusChanged", "fulfilmentQueueChanged"
Steps = Callable[[], tuple[Order, Order]]


def placed() -> tuple[Order, Order]:
    before = a_placing_order(2)
    return before, place(before, an_allocation(before), AT).order


def picked_in_part() -> tuple[Order, Order]:
    before = an_order(2)
    one = PickedLine(before.lines[0].id, 1)
    return before, pick(before, fulfilment_of(before), [one], AT).order


def picked_whole() -> tuple[Order, Order]:
    before = an_order(2)
    return before, picked(before)


def packed_whole() -> tuple[Order, Order]:
    before = picked(an_order(2))
    return before, packed(before)


def shipped_whole() -> tuple[Order, Order]:
    before = packed(picked(an_order(2)))
    return before, shipped(before)


def delivered_whole() -> tuple[Order, Order]:
    before = shipped(packed(picked(an_order(2))))
    return before, deliver(before, before.parcels[0], AT).order


def cancelled_in_part() -> tuple[Order, Order]:
    before = an_order(2)
    reason = CancelReason.CUSTOMER_REQUEST
    return before, cancel_line(before, before.lines[0], 1, reason).order


def cancelled_whole() -> tuple[Order, Order]:
    before = an_order(2)
    return before, cancel_order(before, CancelReason.CUSTOMER_REQUEST).order


def sections(before: Order, after: Order) -> dict[str, list[Any]]:
    """The sections of all events of a change, by subscription field."""
    found: dict[str, list[Any]] = {ORDER: [], MOVES: [], QUEUE: []}
    for event in events_of_order(before, after, Cause("user:x", "test", AT)):
        for name, said in found.items():
            if name in event.data:
                said.append(event.data[name])
    return found


@pytest.mark.parametrize(
    ("steps", "update", "moves", "queue"),
    [
        (placed, "ORDER_PLACED", [("PLACED", "ALLOCATED", 2)], ["ADDED"]),
        (picked_in_part, "STATUS_CHANGED", None, ["CHANGED"]),
        (picked_whole, "STATUS_CHANGED", [("ALLOCATED", "PICKED", 2)], ["CHANGED"]),
        (packed_whole, "PROGRESSED", [("PICKED", "PACKED", 2)], ["CHANGED"]),
        (shipped_whole, "STATUS_CHANGED", [("PACKED", "SHIPPED", 2)], ["REMOVED"]),
        (delivered_whole, "STATUS_CHANGED", [("SHIPPED", "DELIVERED", 2)], []),
        (cancelled_in_part, "AMOUNT_CHANGED", [("ALLOCATED", "CANCELLED", 1)], []),
        (cancelled_whole, "ORDER_CANCELLED", [("ALLOCATED", "CANCELLED", 2)], ["REMOVED"]),
    ],
)
def test_each_kind_of_change_says_what_it_did(
    steps: Steps, update: str, moves: list[tuple[str, str, int]] | None, queue: list[str]
) -> None:
    found = sections(*steps())
    assert [one["payload"]["type"] for one in found[ORDER]] == [update]
    told = [
        (move["from"], move["to"], move["quantity"])
        for one in found[MOVES]
        for move in one["payload"]["transitions"]
    ]
    if moves is not None:
        assert told == moves
    assert sum(quantity for _, _, quantity in told) > 0
    changes = [one["payload"]["changes"][0]["change"] for one in found[QUEUE]]
    assert changes == queue


def test_sections_are_found_by_the_ids_that_clients_know() -> None:
    found = sections(*shipped_whole())
    order, customer = to_global_id("Order", "o1"), to_global_id("Customer", "c1")
    assert found[ORDER][0]["keys"] == {
        "orderId": order, "customerId": customer, "channel": "web",
    }  # fmt: skip
    assert found[MOVES][0]["keys"] == {"orderId": order, "locationId": ["id-of-S1"]}
    assert found[QUEUE][0]["keys"] == {"locationId": "id-of-S1"}


def test_units_that_move_to_another_location_are_told_where_they_went() -> None:
    before = a_placing_order(1, 3)
    first, second = (line.id for line in before.lines)
    at = {"S1": {first: 1, second: 1}, "S2": {second: 2}}
    (moves,) = sections(before, place(before, an_allocation(before, at), AT).order)[MOVES]
    assert sorted(moves["keys"]["locationId"]) == ["id-of-S1", "id-of-S2"]
    told = {
        (move["line"]["id"], move["location"]["id"], move["quantity"])
        for move in moves["payload"]["transitions"]
    }
    assert told == {
        (to_global_id("OrderLine", first), "id-of-S1", 1),
        (to_global_id("OrderLine", second), "id-of-S1", 1),
        (to_global_id("OrderLine", second), "id-of-S2", 2),
    }
