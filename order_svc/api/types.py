"""Orders, lines, fulfilments, parcels and customers as clients see them.

What each says of itself is in `facts`; here is what leads from one to another.
"""

import strawberry

from order_svc.api.access import BACK_OFFICE, READERS, REFUNDERS
from order_svc.api.arguments import States
from order_svc.api.context import Info
from order_svc.api.facts import (
    CustomerFacts,
    FulfilmentFacts,
    OrderFacts,
    OrderLineFacts,
    ParcelFacts,
)
from order_svc.api.listing import fulfilment_page, order_page, timeline_page
from order_svc.api.parts import (
    AvailableAction,
    Delivery,
    OrderTotals,
    Shortage,
    TimelineEntry,
    shown_actions,
    shown_id,
    shown_money,
)
from order_svc.api.payment_types import Discount, Payment, Refund
from order_svc.api.stubs import Item, Reservation, SerialUnit
from order_svc.api.visible import visible_customer, visible_order
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.lifecycles.payment_state import PaymentState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Slice
from order_svc.domain.orders import available
from order_svc.domain.orders.order import Order as Aggregate
from order_svc.domain.orders.order import order_id_of
from order_svc.domain.rights.visibility import may_change, may_work_at
from order_svc.ports import FulfilmentFilter, OrderFilter
from service_kit.graphql.access import allow_reference
from service_kit.graphql.connections import After, Connection, First
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.money import Money


@strawberry.federation.type(keys=["id"], description="Somebody who orders: a reference copy.")
class Customer(CustomerFacts):
    """A customer; what is personal is null once it is erased."""

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Customer | None":
        """The customer of a global id, if the caller may see them."""
        found = await visible_customer(info, from_global_id(id, "Customer"))
        return cls.of(found) if found else None

    @resolver_field(
        description="The customer's orders on all channels that the caller may see, newest first."
    )
    async def orders(
        self, info: Info, first: First = None, after: After = None
    ) -> "Connection[Order]":
        wanted = OrderFilter(customer_id=self.known.id)
        return await order_page(info, wanted, Order.of, first=first, after=after)


@strawberry.type(description="Some units of a line that have come equally far.")
class OrderLineSlice:
    """Units, their state, and who has them."""

    quantity: int = strawberry.field(description="How many units.")
    state: SliceState = strawberry.field(description="How far they have come.")
    order: strawberry.Private[Aggregate]
    part: strawberry.Private[Slice]

    @resolver_field(description="The location's part to which they belong, if any.")
    def fulfilment(self) -> "Fulfilment | None":
        found = self.order.fulfilment(self.part.hands.fulfilment_id or "")
        return Fulfilment.of(found, self.order) if found else None

    @resolver_field(description="The parcel in which they are, if any.")
    def parcel(self) -> "Parcel | None":
        found = self.order.parcel(self.part.hands.parcel_id or "")
        return Parcel.of(found, self.order) if found else None


@strawberry.federation.type(keys=["id"], description="Units of one SKU in an order.")
class OrderLine(OrderLineFacts):
    """A line of an order."""

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "OrderLine | None":
        """The line of a global id, if the caller may see its order."""
        key = from_global_id(id, "OrderLine")
        order = await visible_order(info, order_id_of(key))
        line = order.line(key) if order else None
        return cls.of(line, order) if line and order else None

    @resolver_field(description="The order.")
    def order(self) -> "Order":
        return Order.of(self.whole)

    @resolver_field(description="Its place in the order, from 1.")
    def number(self) -> int:
        return 1 + [line.id for line in self.whole.lines].index(self.line.id)

    @resolver_field(description="What is sold, as inventory knows it.")
    def item(self) -> Item | None:
        return Item(sku=self.sku)

    @resolver_field(description="The piece that was ordered, if the line names one.")
    def unit(self) -> SerialUnit | None:
        return None if self.line.serial is None else SerialUnit(serial=self.line.serial)

    @resolver_field(description="The price of one unit.")
    def unit_price(self) -> Money:
        return shown_money(self.line.unit_price)

    @resolver_field(description="What is taken off the line, as given with the order.")
    def discounts(self) -> list[Discount]:
        return [Discount.of(one) for one in self.line.discounts]

    @resolver_field(description="The price of everything ordered on the line, less discounts.")
    def total(self) -> Money:
        return shown_money(self.line.total)

    @resolver_field(description="What the line is at as a whole.")
    def status(self) -> OrderStatus:
        return self.line.status

    @resolver_field(
        description="The units by how far they have come; their quantities add up to the line's."
    )
    def slices(self) -> list[OrderLineSlice]:
        return [
            OrderLineSlice(quantity=part.quantity, state=part.state, order=self.whole, part=part)
            for part in self.line.slices
        ]

    @resolver_field(description="What can be done with the line.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        allowed = may_change(info.context.caller, self.whole)
        return shown_actions(available.actions_on_line(self.line, allowed=allowed), info)


@strawberry.type(description="How many units of a line.")
class LineQuantity:
    """A line and a number of its units."""

    quantity: int = strawberry.field(description="How many units.")
    line: OrderLine = strawberry.field(description="The line.")


def _quantity(order: Aggregate, line_id: str, quantity: int) -> LineQuantity | None:
    line = order.line(line_id)
    return LineQuantity(quantity=quantity, line=OrderLine.of(line, order)) if line else None


@strawberry.federation.type(keys=["id"], description="Goods that travel in one piece.")
class Parcel(ParcelFacts):
    """A parcel of a fulfilment."""

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Parcel | None":
        """The parcel of a global id, if the caller may see its order."""
        key = from_global_id(id, "Parcel")
        order = await visible_order(info, order_id_of(key))
        parcel = order.parcel(key) if order else None
        return cls.of(parcel, order) if parcel and order else None

    @resolver_field(description="The order.")
    def order(self) -> "Order":
        return Order.of(self.whole)

    @resolver_field(description="The location's part to which it belongs.")
    def fulfilment(self) -> "Fulfilment | None":
        found = self.whole.fulfilment(self.package.fulfilment_id)
        return Fulfilment.of(found, self.whole) if found else None

    @resolver_field(description="What is in it.")
    def lines(self) -> list[LineQuantity]:
        found = (_quantity(self.whole, one.line_id, one.quantity) for one in self.package.lines)
        return [one for one in found if one]

    @resolver_field(description="What can be done with the parcel.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        fulfilment = self.whole.fulfilment(self.package.fulfilment_id)
        allowed = fulfilment is not None and may_work_at(
            info.context.caller, fulfilment.location.code
        )
        actions = available.actions_on_parcel(self.whole, self.package, allowed=allowed)
        return shown_actions(actions, info)


@strawberry.federation.type(keys=["id"], description="The part of an order one location prepares.")
class Fulfilment(FulfilmentFacts):
    """A fulfilment; its state is folded from its slices."""

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Fulfilment | None":
        """The fulfilment of a global id, if the caller may see its order."""
        key = from_global_id(id, "Fulfilment")
        order = await visible_order(info, order_id_of(key))
        fulfilment = order.fulfilment(key) if order else None
        return cls.of(fulfilment, order) if fulfilment and order else None

    @resolver_field(description="The order.")
    def order(self) -> "Order":
        return Order.of(self.whole)

    @resolver_field(description="The location, as inventory knows it.")
    def location(self) -> "Location | None":
        return Location(id=strawberry.ID(self.part.location.id))

    @resolver_field(description="The stock that is kept for it.")
    def reservation(self) -> Reservation | None:
        return Reservation(id=shown_id("Reservation", self.part.reservation_id))

    @resolver_field(description="What the location was asked for.")
    def lines(self) -> list[LineQuantity]:
        found = (_quantity(self.whole, one.line_id, one.quantity) for one in self.part.lines)
        return [one for one in found if one]

    @resolver_field(description="The parcels packed for it.")
    def parcels(self) -> list[Parcel]:
        return [Parcel.of(parcel, self.whole) for parcel in self.part.parcels]

    @resolver_field(description="What the location could not provide.")
    def shortages(self) -> list[Shortage]:
        return [
            Shortage(
                line_id=shown_id("OrderLine", one.line_id),
                quantity=one.quantity,
                reason=one.reason,
                counted=one.counted,
                at=one.at,
            )
            for one in self.part.shortages
        ]

    @resolver_field(description="What can be done with the fulfilment.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        allowed = may_work_at(info.context.caller, self.part.location.code)
        actions = available.actions_on_fulfilment(self.whole, self.part, allowed=allowed)
        return shown_actions(actions, info)


@strawberry.federation.type(keys=["id"], description="What somebody has ordered.")
class Order(OrderFacts):
    """An order; its status is folded from the slices of its lines."""

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Order | None":
        """The order of a global id, if the caller may see it."""
        order = await visible_order(info, from_global_id(id, "Order"))
        return cls.of(order) if order else None

    @resolver_field(description="Who has ordered; null for nobody known.")
    async def customer(self, info: Info) -> Customer | None:
        if self.whole.customer_id is None:
            return None
        found = await info.context.loaders.customers.load(self.whole.customer_id)
        return Customer.of(found) if found else None

    @resolver_field(description="How and where the goods reach the customer.")
    async def delivery(self, info: Info) -> Delivery:
        destination = await info.context.loaders.destinations.load(self.whole.id)
        return Delivery.of(self.whole.delivery_method, destination)

    @resolver_field(description="What was ordered.")
    def lines(self) -> list[OrderLine]:
        return [OrderLine.of(line, self.whole) for line in self.whole.lines]

    @resolver_field(description="The locations' parts, in the order of their making.")
    def fulfilments(self) -> list[Fulfilment]:
        return [Fulfilment.of(one, self.whole) for one in self.whole.fulfilments]

    @resolver_field(description="The parcels of all fulfilments.")
    def parcels(self) -> list[Parcel]:
        return [Parcel.of(parcel, self.whole) for parcel in self.whole.parcels]

    @resolver_field(description="The money of the order.")
    def totals(self) -> OrderTotals:
        return OrderTotals.of(self.whole.totals)

    @resolver_field(description="How it is paid, tender by tender; none if it is paid elsewhere.")
    def payments(self) -> list[Payment]:
        return [Payment.of(one) for one in self.whole.payments]

    @resolver_field(description="What the payments together are at.")
    def payment_state(self) -> PaymentState:
        return self.whole.payment_state

    @resolver_field(description="What was given back, or is about to be, in the order of asking.")
    def refunds(self) -> list[Refund]:
        return [Refund.of(one, self.whole) for one in self.whole.refunds]

    @resolver_field(description="Whether the customer gives, or has given, something of it back.")
    def has_return(self) -> bool:
        return self.whole.has_return

    @resolver_field(description="What can be done with the order as a whole.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        allowed = may_change(info.context.caller, self.whole)
        refund = available.refund_of_order(
            self.whole, allowed=info.context.caller.has_role(*REFUNDERS)
        )
        actions = available.actions_on_order(self.whole, allowed=allowed)
        return shown_actions((*actions, refund), info)

    @resolver_field(
        *BACK_OFFICE, description="What has happened, oldest first; for those who prepare orders."
    )
    async def timeline(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[TimelineEntry] | None:
        return await timeline_page(info, self.whole.id, first=first, after=after)


@strawberry.federation.type(keys=["id"], description="A place that holds stock.")
class Location:
    """A location of inventory, to which orders add its work."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(*BACK_OFFICE, description="What the location prepares, oldest first.")
    async def fulfilments(
        self,
        info: Info,
        first: First = None,
        after: After = None,
        states: States = None,
    ) -> Connection[Fulfilment] | None:
        wanted = FulfilmentFilter(location_id=str(self.id), states=frozenset(states or ()))
        return await fulfilment_page(info, wanted, Fulfilment.of, first=first, after=after)
