"""The items of the subscriptions to orders; entities in them are as of now."""

from collections.abc import Mapping
from typing import Any

import strawberry

from order_svc.api.context import Info
from order_svc.api.types import (
    Customer,
    Fulfilment,
    Location,
    Order,
    OrderLine,
)
from order_svc.api.visible import visible_customer, visible_order
from order_svc.domain.history.sections import OrderUpdateType, QueueChangeType
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.orders.order import order_id_of
from service_kit.graphql.event_source import EventItem
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.money import Money


def _key(entity: Mapping[str, Any] | None, type_name: str) -> str | None:
    return None if entity is None else from_global_id(entity["id"], type_name)


def _location(entity: Mapping[str, Any] | None) -> Location | None:
    return None if entity is None else Location(id=strawberry.ID(entity["id"]))


async def _order(info: Info, entity: Mapping[str, Any] | None) -> Order | None:
    key = _key(entity, "Order")
    order = await visible_order(info, key) if key else None
    return Order.of(order) if order else None


@strawberry.type(description="Something happened to an order as a whole.")
class OrderUpdate(EventItem):
    """Its own fields are as of the event."""

    @resolver_field(description="What happened; null in what is no event.")
    def type(self) -> OrderUpdateType | None:
        found = self.told.payload.get("type")
        return None if found is None else OrderUpdateType(found)

    @resolver_field(description="The order, as it is now.")
    async def order(self, info: Info) -> Order | None:
        return await _order(info, self.told.payload.get("order"))

    @resolver_field(description="The customer, as they are now.")
    async def customer(self, info: Info) -> Customer | None:
        key = _key(self.told.payload.get("customer"), "Customer")
        found = await visible_customer(info, key) if key else None
        return Customer.of(found) if found else None

    @resolver_field(description="What the order was at after the event.")
    def status(self) -> OrderStatus | None:
        found = self.told.payload.get("status")
        return None if found is None else OrderStatus(found)

    @resolver_field(description="What it was at before; null when it was placed.")
    def previous_status(self) -> OrderStatus | None:
        found = self.told.payload.get("previousStatus")
        return None if found is None else OrderStatus(found)

    @resolver_field(description="What remained due after the event.")
    def due(self) -> Money | None:
        found = self.told.payload.get("due")
        return None if found is None else Money.of(found["amount"], found["currency"])


@strawberry.type(description="Units of a line that went from one state to another.")
class OrderLineTransition:
    """A move between slices of a line."""

    moved: strawberry.Private[Mapping[str, Any]]

    @resolver_field(description="The line, as it is now.")
    async def line(self, info: Info) -> OrderLine | None:
        key = from_global_id(self.moved["line"]["id"], "OrderLine")
        order = await visible_order(info, order_id_of(key))
        line = order.line(key) if order else None
        return OrderLine.of(line, order) if line and order else None

    @resolver_field(name="from", description="The state that they left.")
    def from_(self) -> SliceState | None:
        return SliceState(self.moved["from"])

    @resolver_field(description="The state that they have come to.")
    def to(self) -> SliceState | None:
        return SliceState(self.moved["to"])

    @resolver_field(description="How many units.")
    def quantity(self) -> int | None:
        return int(self.moved["quantity"])

    @resolver_field(description="Where they are, or where they were if nobody has them now.")
    def location(self) -> Location | None:
        return _location(self.moved["location"])


@strawberry.type(description="Units of an order's lines changed their state, all in one commit.")
class OrderLineStatusChange(EventItem):
    """Applied one after the other, the transitions of an order give its slices."""

    @resolver_field(description="The order, as it is now.")
    async def order(self, info: Info) -> Order | None:
        return await _order(info, self.told.payload.get("order"))

    @resolver_field(description="What moved; null in what is no event.")
    def transitions(self) -> list[OrderLineTransition] | None:
        found = self.told.payload.get("transitions")
        return None if found is None else [OrderLineTransition(moved=moved) for moved in found]


@strawberry.type(description="A fulfilment that came into a queue, changed in it, or left it.")
class FulfilmentChange:
    """One entry of the queue."""

    changed: strawberry.Private[Mapping[str, Any]]

    @resolver_field(description="The fulfilment, as it is now.")
    async def fulfilment(self, info: Info) -> Fulfilment | None:
        key = from_global_id(self.changed["fulfilment"]["id"], "Fulfilment")
        order = await visible_order(info, order_id_of(key))
        found = order.fulfilment(key) if order else None
        return Fulfilment.of(found, order) if found and order else None

    @resolver_field(description="What happened to it in the queue.")
    def change(self) -> QueueChangeType | None:
        return QueueChangeType(self.changed["change"])

    @resolver_field(description="How far it had come after the event.")
    def state(self) -> FulfilmentState | None:
        return FulfilmentState(self.changed["state"])


@strawberry.type(description="What a location has to prepare has changed.")
class FulfilmentQueueChange(EventItem):
    """Changes of one location's queue in one commit."""

    @resolver_field(description="The location.")
    def location(self) -> Location | None:
        return _location(self.told.payload.get("location"))

    @resolver_field(description="What changed; null in what is no event.")
    def changes(self) -> list[FulfilmentChange] | None:
        found = self.told.payload.get("changes")
        return None if found is None else [FulfilmentChange(changed=changed) for changed in found]
