"""What orders, lines, fulfilments, parcels and customers say of themselves.

What leads from one of them to another is in `types`.
"""

from datetime import datetime
from typing import Self

import strawberry

from order_svc.api.context import Info
from order_svc.api.labels import label_of_status
from order_svc.api.parts import shown_id
from order_svc.api.stubs import Channel
from order_svc.domain.customers.customer import Customer
from order_svc.domain.customers.personal import Person
from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.order_status import (
    TOLD_TO_CUSTOMERS,
    CustomerStatus,
    OrderStatus,
)
from order_svc.domain.lifecycles.parcel_state import ParcelState
from order_svc.domain.lines.line import Line, PriceSource
from order_svc.domain.orders.order import Order
from order_svc.domain.parcels.parcel import Parcel
from service_kit.graphql.fields import resolver_field


@strawberry.type
class OrderFacts:
    """What an order is as a whole."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    ref: str = strawberry.field(description="The reference people use.")
    channel_code: str = strawberry.field(description="The code of the channel.")
    placed_at: datetime = strawberry.field(description="When it was placed.")
    customer_ref: str | None = strawberry.field(
        description="The customer's reference; null for nobody known."
    )
    accept_until: datetime | None = strawberry.field(
        description="How late goods that are on their way may come, as the order said."
    )
    at_risk: bool = strawberry.field(
        description="Whether goods of a line come later than `acceptUntil`."
    )
    version: int = strawberry.field(description="Counts the changes; 0 while placing.")
    whole: strawberry.Private[Order]

    @classmethod
    def of(cls, order: Order) -> Self:
        """An order as clients see it."""
        return cls(
            id=shown_id("Order", order.id),
            ref=order.ref,
            channel_code=order.channel,
            placed_at=order.placed_at,
            customer_ref=order.customer_ref,
            accept_until=order.accept_until,
            at_risk=order.at_risk,
            version=order.version,
            whole=order,
        )

    @resolver_field(description="The channel, as inventory knows it.")
    def channel(self) -> Channel | None:
        return Channel(code=self.channel_code)

    @resolver_field(description="What the order is at as a whole.")
    def status(self) -> OrderStatus:
        return self.whole.status

    @resolver_field(description="The same in the words that a customer is told.")
    def customer_status(self) -> CustomerStatus:
        return TOLD_TO_CUSTOMERS[self.whole.status]

    @resolver_field(description="The customer status in the caller's language.")
    def customer_status_label(self, info: Info) -> str:
        status = TOLD_TO_CUSTOMERS[self.whole.status]
        return label_of_status(status, info.context.caller.language)


@strawberry.type
class OrderLineFacts:
    """What a line is, and what was agreed."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    sku: str = strawberry.field(description="The stock keeping unit.")
    quantity: int = strawberry.field(description="How many units were ordered.")
    price_source: PriceSource = strawberry.field(description="Where the price is from.")
    backorder_allowed: bool = strawberry.field(
        description="Whether units that no location has wait for supply."
    )
    available_from: datetime | None = strawberry.field(
        description="When all that it waits for is there and may leave; null when it waits for "
        "nothing."
    )
    is_late: bool = strawberry.field(
        description="Whether goods that it waits for come later than the order's `acceptUntil`."
    )
    version: int = strawberry.field(description="Counts the changes.")
    line: strawberry.Private[Line]
    whole: strawberry.Private[Order]

    @classmethod
    def of(cls, line: Line, order: Order) -> Self:
        """A line as clients see it."""
        return cls(
            id=shown_id("OrderLine", line.id),
            sku=line.sku,
            quantity=line.quantity,
            price_source=line.price_source,
            backorder_allowed=line.backorder_allowed,
            available_from=line.available_from,
            is_late=line.is_late,
            version=line.version,
            line=line,
            whole=order,
        )


@strawberry.type
class FulfilmentFacts:
    """What a location is to prepare, and how far it has come."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    location_code: str = strawberry.field(description="The code of the location.")
    state: FulfilmentState = strawberry.field(description="How far it has come.")
    created_at: datetime = strawberry.field(description="When the location was chosen.")
    version: int = strawberry.field(description="Counts the changes.")
    part: strawberry.Private[Fulfilment]
    whole: strawberry.Private[Order]

    @classmethod
    def of(cls, fulfilment: Fulfilment, order: Order) -> Self:
        """A fulfilment as clients see it."""
        return cls(
            id=shown_id("Fulfilment", fulfilment.id),
            location_code=fulfilment.location.code,
            state=fulfilment.state,
            created_at=fulfilment.created_at,
            version=fulfilment.version,
            part=fulfilment,
            whole=order,
        )


@strawberry.type
class ParcelFacts:
    """What a parcel is, and how far it has come."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    state: ParcelState = strawberry.field(description="Where it is.")
    weight_grams: int | None = strawberry.field(description="What it weighs.")
    carrier: str | None = strawberry.field(description="Who carries it.")
    tracking_number: str | None = strawberry.field(description="The carrier's number for it.")
    shipped_at: datetime | None = strawberry.field(description="When it left.")
    delivered_at: datetime | None = strawberry.field(description="When it arrived.")
    version: int = strawberry.field(description="Counts the changes.")
    package: strawberry.Private[Parcel]
    whole: strawberry.Private[Order]

    @classmethod
    def of(cls, parcel: Parcel, order: Order) -> Self:
        """A parcel as clients see it."""
        return cls(
            id=shown_id("Parcel", parcel.id),
            state=parcel.state,
            weight_grams=parcel.weight_grams,
            carrier=parcel.carrier,
            tracking_number=parcel.tracking_number,
            shipped_at=parcel.shipped_at,
            delivered_at=parcel.delivered_at,
            version=parcel.version,
            package=parcel,
            whole=order,
        )


@strawberry.type
class CustomerFacts:
    """A customer's reference copy; what is personal is null once it is erased."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    ref: str = strawberry.field(description="The retailer's own reference.")
    tier: str | None = strawberry.field(description="The loyalty tier.")
    version: int = strawberry.field(description="Counts the changes.")
    known: strawberry.Private[Customer]

    @classmethod
    def of(cls, customer: Customer) -> Self:
        """A customer as clients see one."""
        return cls(
            id=shown_id("Customer", customer.id),
            ref=customer.ref,
            tier=customer.tier,
            version=customer.version,
            known=customer,
        )

    async def _person(self, info: Info) -> Person:
        return await info.context.loaders.people.load(self.known.id) or Person()

    @resolver_field(description="The given name.")
    async def given_name(self, info: Info) -> str | None:
        return (await self._person(info)).given_name

    @resolver_field(description="The family name.")
    async def family_name(self, info: Info) -> str | None:
        return (await self._person(info)).family_name

    @resolver_field(description="The e-mail address.")
    async def email(self, info: Info) -> str | None:
        return (await self._person(info)).email

    @resolver_field(description="The telephone number.")
    async def phone(self, info: Info) -> str | None:
        return (await self._person(info)).phone
