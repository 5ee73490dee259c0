"""Returns and their lines, and what returns add to the entities of other services."""

import asyncio
from datetime import datetime
from typing import Annotated, TypeAlias

import strawberry

from retail_kit.money import sum_of
from returns_svc.api.access import ANYBODY, BACK_OFFICE, READERS
from returns_svc.api.context import Info
from returns_svc.api.labels import label_of_state
from returns_svc.api.listing import return_page, returns_of_order
from returns_svc.api.parts import (
    AvailableAction,
    ReturnInspection,
    ReturnJourneyStep,
    ReturnLabel,
    ReturnRefund,
    ReturnShipment,
    global_id,
    shown_actions,
    shown_money,
)
from returns_svc.api.policy_types import ReturnPolicy
from returns_svc.api.visible import visible_return
from returns_svc.domain.lifecycles.return_state import AWAITED, ReturnState
from returns_svc.domain.policies.eligibility import eligible_until, units_in_period
from returns_svc.domain.policies.policy import Goods, ReturnReason, policy_for
from returns_svc.domain.requests import available
from returns_svc.domain.requests.line import ReturnLine as Line
from returns_svc.domain.requests.return_request import Return, ReturnChannel, return_id_of
from returns_svc.domain.requests.returnable import ReturnableLine, ReturnableOrder
from returns_svc.domain.rights.visibility import (
    may_handle,
    may_return_from,
    may_see,
    may_take_in,
)
from returns_svc.ports import OrderBy, ReturnFilter
from service_kit.graphql.access import allow_reference
from service_kit.graphql.connections import After, Connection, First
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.money import Money

ChannelCode: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Sold on the channel with this code.")
]
CountryCode: TypeAlias = Annotated[
    str | None, strawberry.argument(description="Sold to this country, ISO 3166-1 alpha-2.")
]


@strawberry.federation.type(keys=["id"], description="Units of one SKU that come back.")
class ReturnLine:
    """A line of a return."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sku: str = strawberry.field(description="The stock keeping unit.")
    quantity: int = strawberry.field(description="How many units.")
    reason: ReturnReason = strawberry.field(description="Why they are given back.")
    accepted: int = strawberry.field(description="How many units were taken back.")
    rejected: int = strawberry.field(description="How many units were not taken back.")
    line: strawberry.Private[Line]
    whole: strawberry.Private[Return]

    @staticmethod
    def of(line: Line, found: Return) -> "ReturnLine":
        """A line as clients see it."""
        return ReturnLine(
            id=global_id("ReturnLine", line.id),
            sku=line.sku,
            quantity=line.quantity,
            reason=line.reason,
            accepted=line.accepted,
            rejected=line.rejected,
            line=line,
            whole=found,
        )

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "ReturnLine | None":
        """The line of a global id, if the caller may see its return."""
        key = from_global_id(id, "ReturnLine")
        found = await visible_return(info, return_id_of(key))
        line = found.line(key) if found else None
        return cls.of(line, found) if line and found else None

    @resolver_field(description="The return.")
    def return_request(self) -> "ReturnRequest":
        return ReturnRequest.of(self.whole)

    @resolver_field(description="The order line; null if nobody has found the order.")
    def order_line(self) -> "OrderLine | None":
        key = self.line.order_line_id
        return OrderLine(id=global_id("OrderLine", key)) if key else None

    @resolver_field(description="What is given back, as inventory knows it.")
    def item(self) -> "Item | None":
        return Item(sku=self.sku)

    @resolver_field(description="What was paid for the units; null if nobody knows the order.")
    def paid(self) -> Money | None:
        return shown_money(self.line.paid) if self.line.paid is not None else None

    @resolver_field(description="What the terms refund for the units taken back so far.")
    def refund(self) -> Money | None:
        return shown_money(self.line.refund) if self.line.refund is not None else None

    @resolver_field(description="What was found of the units.")
    def inspections(self) -> list[ReturnInspection]:
        return [ReturnInspection.of(one) for one in self.line.inspections]


@strawberry.federation.type(keys=["id", "rma"], description="Goods that a customer gives back.")
class ReturnRequest:
    """A return; wherever it was declared, its life is the same."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    rma: str = strawberry.field(description="The number that people use; it is the receipt too.")
    channel: ReturnChannel = strawberry.field(description="Where it was declared.")
    state: ReturnState = strawberry.field(description="How far it has come.")
    declared_at: datetime = strawberry.field(description="When it was declared.")
    expires_at: datetime = strawberry.field(description="Until when the goods are awaited.")
    version: int = strawberry.field(description="Counts the changes.")
    found: strawberry.Private[Return]

    @staticmethod
    def of(found: Return) -> "ReturnRequest":
        """A return as clients see it."""
        return ReturnRequest(
            id=global_id("ReturnRequest", found.id),
            rma=found.rma,
            channel=found.channel,
            state=found.state,
            declared_at=found.declared_at,
            expires_at=found.expires_at,
            version=found.version,
            found=found,
        )

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(
        cls, info: Info, id: strawberry.ID | None = None, rma: str | None = None
    ) -> "ReturnRequest | None":
        """The return of a global id or a number, if the caller may see it."""
        if id is not None:
            found = await visible_return(info, from_global_id(id, "ReturnRequest"))
        else:
            found = await info.context.reader.return_by_rma(rma or "")
            if found is not None and not may_see(info.context.caller, found):
                found = None
        return cls.of(found) if found else None

    @resolver_field(description="The state in the caller's language.")
    def state_label(self, info: Info) -> str:
        return label_of_state(self.state, info.context.caller.language)

    @resolver_field(description="What comes back.")
    def lines(self) -> list[ReturnLine]:
        return [ReturnLine.of(line, self.found) for line in self.found.lines]

    @resolver_field(description="The order; null if nobody has found it.")
    def order(self) -> "Order | None":
        order = self.found.order
        return Order(id=global_id("Order", order.id)) if order else None

    @resolver_field(description="The customer; null if nobody knows them.")
    def customer(self) -> "Customer | None":
        key = self.found.customer_id
        return Customer(id=global_id("Customer", key)) if key else None

    @resolver_field(description="Where the goods are expected.")
    def expected_at(self) -> "Location | None":
        code = self.found.expected_at
        return Location(id=global_id("Location", code)) if code else None

    @resolver_field(description="Where the goods were received.")
    def received_at(self) -> "Location | None":
        place = self.found.place
        return Location(id=global_id("Location", place.code)) if place else None

    @resolver_field(description="The label; null as long as there is none.")
    async def label(self, info: Info) -> ReturnLabel | None:
        if self.found.label is None:
            return None
        url = await info.context.around.objects.url(self.found.label)
        return ReturnLabel(reference=self.rma, url=url)

    @resolver_field(description="Who carries the goods here.")
    def shipment(self) -> ReturnShipment | None:
        return ReturnShipment.of(self.found.shipment)

    @resolver_field(description="Who carries rejected goods back.")
    def sent_back(self) -> ReturnShipment | None:
        return ReturnShipment.of(self.found.sent_back)

    @resolver_field(description="The decisions to give money back.")
    def refunds(self) -> list[ReturnRefund]:
        order = self.found.order
        if order is None:
            return []
        return [ReturnRefund.of(one, order.currency) for one in self.found.refunds]

    @resolver_field(description="What was given back; null if nobody knows the order.")
    def refunded_total(self) -> Money | None:
        amount = self.found.refunded
        return shown_money(amount) if amount is not None else None

    @resolver_field(description="How it has come to its state, the oldest step first.")
    def journey(self) -> list[ReturnJourneyStep]:
        return [ReturnJourneyStep.of(step) for step in self.found.journey]

    @resolver_field(description="What can be done with the return.")
    def available_actions(self, info: Info) -> list[AvailableAction]:
        caller = info.context.caller
        found = available.actions_on(
            self.found,
            handles=may_handle(caller, self.found),
            owns=may_see(caller, self.found),
            takes_in=may_take_in(caller, self.found),
        )
        return shown_actions(found, info)


@strawberry.type(description="Units of an order line that can be given back now.")
class ReturnableOrderLine:
    """How many, and until when."""

    quantity: int = strawberry.field(description="How many units.")
    until: datetime | None = strawberry.field(
        description="The last moment for some of them; null if there are none."
    )
    line_id: strawberry.Private[str]
    policy: ReturnPolicy = strawberry.field(description="The policy that holds for them.")

    @resolver_field(description="The order line.")
    def line(self) -> "OrderLine | None":
        return OrderLine(id=global_id("OrderLine", self.line_id))


async def _returnable(
    info: Info, order: ReturnableOrder, line: ReturnableLine
) -> ReturnableOrderLine:
    category = await info.context.loaders.categories.load(line.sku)
    goods = Goods(line.sku, category, order.sold_in.channel, order.sold_in.country)
    policy = policy_for(await info.context.policies(), goods)
    reason, now = ReturnReason.CHANGED_MIND, info.context.clock.now()
    quantity = 0
    if not policy.excludes(goods):
        quantity = units_in_period(policy, reason, line.delivered, now)
    ends = [eligible_until(policy, reason, units.delivered_at) for units in line.delivered]
    return ReturnableOrderLine(
        quantity=quantity,
        until=min((end for end in ends if end >= now), default=None) if quantity else None,
        line_id=line.line_id,
        policy=ReturnPolicy.of(policy),
    )


async def _order_of(info: Info, by: OrderBy) -> ReturnableOrder | None:
    order = await info.context.loaders.orders.load(by)
    return order if order and may_return_from(info.context.caller, order) else None


@strawberry.federation.type(keys=["id"], description="What somebody has ordered.")
class Order:
    """An order, to which returns add what comes back of it."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(*READERS, description="Its returns that the caller may see, newest first.")
    async def returns(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[ReturnRequest] | None:
        key = from_global_id(self.id, "Order")
        return await returns_of_order(info, key, ReturnRequest.of, first=first, after=after)

    @resolver_field(
        *READERS, description="What was given back for its returns; null if there are none."
    )
    async def refunded_total(self, info: Info) -> Money | None:
        found = await info.context.loaders.of_orders.load(from_global_id(self.id, "Order"))
        seen = [one for one in found or () if may_see(info.context.caller, one)]
        amounts = [one.refunded for one in seen if one.refunded is not None]
        return shown_money(sum_of(amounts, amounts[0].currency)) if amounts else None

    @resolver_field(
        *READERS, description="What of it can be given back now because it is not wanted."
    )
    async def returnable_lines(self, info: Info) -> list[ReturnableOrderLine] | None:
        order = await _order_of(info, OrderBy(id=from_global_id(self.id, "Order")))
        if order is None:
            return None
        shown = await asyncio.gather(*(_returnable(info, order, line) for line in order.lines))
        return [one for one in shown if one.quantity]


@strawberry.federation.type(keys=["id"], description="Units of one SKU in an order; orders'.")
class OrderLine:
    """An order line, to which returns add what comes back of it."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(*READERS, description="How many units can be given back now.")
    async def returnable_quantity(self, info: Info) -> int | None:
        key = from_global_id(self.id, "OrderLine")
        order = await info.context.loaders.orders_of_lines.load(key)
        line = order.line(key) if order else None
        if order is None or line is None or not may_return_from(info.context.caller, order):
            return None
        return (await _returnable(info, order, line)).quantity

    @resolver_field(*READERS, description="The lines of returns that speak of it.")
    async def return_lines(self, info: Info) -> list[ReturnLine] | None:
        key = from_global_id(self.id, "OrderLine")
        found = await info.context.loaders.of_lines.load(key)
        return [
            ReturnLine.of(line, one)
            for one in found or ()
            if may_see(info.context.caller, one)
            for line in one.lines
            if line.order_line_id == key
        ]


@strawberry.federation.type(keys=["id"], description="Somebody who orders: a reference copy.")
class Customer:
    """A customer, to whom returns add what they have given back."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(
        *READERS, description="The customer's returns that the caller may see, newest first."
    )
    async def returns(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[ReturnRequest] | None:
        wanted = ReturnFilter(customer_id=from_global_id(self.id, "Customer"))
        return await return_page(info, wanted, ReturnRequest.of, first=first, after=after)


@strawberry.federation.type(keys=["id"], description="A place that holds stock.")
class Location:
    """A location, to which returns add what comes to it."""

    id: strawberry.ID = strawberry.field(description="The global id.")

    @resolver_field(
        *BACK_OFFICE, description="Returns whose goods are still to come there, newest first."
    )
    async def expected_returns(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[ReturnRequest] | None:
        code = from_global_id(self.id, "Location")
        wanted = ReturnFilter(states=AWAITED, expected_at=code)
        return await return_page(info, wanted, ReturnRequest.of, first=first, after=after)


@strawberry.federation.type(keys=["sku"], description="Something that is sold; inventory's.")
class Item:
    """An item, to which returns add by which policy it can be given back."""

    sku: str = strawberry.field(description="The stock keeping unit.")
    category: str | None = strawberry.federation.field(
        external=True, default=None, description="Its category."
    )

    @resolver_field(
        *ANYBODY,
        requires=["category"],
        description="The policy that holds for it; so sold, or wherever it is sold.",
    )
    async def return_policy(
        self, info: Info, channel: ChannelCode = None, country: CountryCode = None
    ) -> ReturnPolicy | None:
        goods = Goods(self.sku, self.category, channel or "", country)
        return ReturnPolicy.of(policy_for(await info.context.policies(), goods))
