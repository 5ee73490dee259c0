"""What other services read of orders and customers; none of it is in the public graph."""

from datetime import datetime

import strawberry

from order_svc.api.parts import shown_id, shown_money
from order_svc.domain.customers.personal import Person
from order_svc.domain.lifecycles.payment_state import PaymentState
from order_svc.domain.lifecycles.slices import SliceState
from order_svc.domain.lines.line import Line
from order_svc.domain.orders.account import captured_of, is_settling, refunded_of
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.returning import delivered_units
from service_kit.graphql.money import Money


@strawberry.type(description="Units that arrived together and can be returned.")
class DeliveredUnits:
    """Units with the customer of which no return is declared."""

    quantity: int = strawberry.field(description="How many units.")
    delivered_at: datetime = strawberry.field(description="When they arrived.")


@strawberry.type(description="A line of an order as returns see it.")
class ReturnableLine:
    """What was paid for it, and which of its units are where."""

    line_id: strawberry.ID = strawberry.field(description="The global id of the order line.")
    sku: str = strawberry.field(description="The stock keeping unit.")
    quantity: int = strawberry.field(description="How many units were ordered.")
    unit_paid: Money = strawberry.field(
        description="The price of one unit after discounts, rounded down to the minor unit."
    )
    paid_quantity: int = strawberry.field(description="How many units are not cancelled.")
    paid_total: Money = strawberry.field(
        description="The price of all units that are not cancelled, exact."
    )
    captured_total: Money = strawberry.field(
        description="What was taken for the line; nothing if the order is paid elsewhere."
    )
    refunded_total: Money = strawberry.field(description="What was given back for the line.")
    is_settling: bool = strawberry.field(
        description="Whether the provider has still to answer for some of its money: "
        "the totals are not final."
    )
    delivered: list[DeliveredUnits] = strawberry.field(
        description="The units that can be returned, the latest delivered first."
    )
    return_declared: int = strawberry.field(description="Units of which a return is declared.")
    returned: int = strawberry.field(description="Units that have come back.")

    @staticmethod
    def of(line: Line, order: Order) -> "ReturnableLine":
        """A line as returns see it."""
        return ReturnableLine(
            line_id=shown_id("OrderLine", line.id),
            sku=line.sku,
            quantity=line.quantity,
            unit_paid=shown_money(line.price_of(1)),
            paid_quantity=line.quantity - line.quantity_in(SliceState.CANCELLED),
            paid_total=shown_money(line.wanted_total),
            captured_total=shown_money(captured_of(order, line.id)),
            refunded_total=shown_money(refunded_of(order, line.id)),
            is_settling=is_settling(order, line.id),
            delivered=[
                DeliveredUnits(quantity=quantity, delivered_at=at)
                for quantity, at in delivered_units(order, line)
            ],
            return_declared=line.quantity_in(SliceState.RETURN_DECLARED),
            returned=line.quantity_in(SliceState.RETURNED),
        )


@strawberry.type(description="An order as returns see it.")
class ReturnableOrder:
    """Who has ordered what, what was paid for it, and what can come back."""

    order_id: strawberry.ID = strawberry.field(description="The global id of the order.")
    ref: str = strawberry.field(description="The reference people use.")
    channel_code: str = strawberry.field(description="The code of the channel.")
    customer_id: strawberry.ID | None = strawberry.field(
        description="The global id of the customer; null for nobody known."
    )
    customer_ref: str | None = strawberry.field(
        description="The customer's reference; null for nobody known."
    )
    country: str | None = strawberry.field(
        description="The country it went to, ISO 3166-1 alpha-2; null once that is erased."
    )
    payment_state: PaymentState = strawberry.field(
        description="What its payments are at; NONE when it is paid elsewhere."
    )
    version: int = strawberry.field(description="Counts the changes of the order.")
    lines: list[ReturnableLine] = strawberry.field(description="Its lines.")

    @staticmethod
    def of(order: Order, country: str | None) -> "ReturnableOrder":
        """An order as returns see it."""
        return ReturnableOrder(
            order_id=shown_id("Order", order.id),
            ref=order.ref,
            channel_code=order.channel,
            customer_id=shown_id("Customer", order.customer_id) if order.customer_id else None,
            customer_ref=order.customer_ref,
            country=country,
            payment_state=order.payment_state,
            version=order.version,
            lines=[ReturnableLine.of(line, order) for line in order.lines],
        )


@strawberry.type(description="How to reach a customer.")
class CustomerContact:
    """What a message needs; every field may be unknown or erased."""

    email: str | None = strawberry.field(description="The e-mail address.")
    phone: str | None = strawberry.field(description="The telephone number.")
    language: str | None = strawberry.field(description="The language to write in.")
    given_name: str | None = strawberry.field(description="The given name.")

    @staticmethod
    def of(person: Person) -> "CustomerContact":
        """A contact as other services see it."""
        return CustomerContact(
            email=person.email,
            phone=person.phone,
            language=person.language,
            given_name=person.given_name,
        )
