"""Payments and refunds as clients see them: amounts and states, never a token."""

from datetime import datetime

import strawberry

from order_svc.api.access import READERS
from order_svc.api.context import Info
from order_svc.api.parts import shown_id, shown_money
from order_svc.api.visible import visible_order
from order_svc.domain.lifecycles.payment_state import PaymentState, RefundState
from order_svc.domain.lines import line
from order_svc.domain.orders.order import Order, order_id_of
from order_svc.domain.payments import payment, refund
from order_svc.domain.payments.payment import OperationKind, OperationState, PaymentMethod
from order_svc.domain.payments.refund import RefundReason
from service_kit.graphql.access import allow_reference
from service_kit.graphql.fields import resolver_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.money import Money


@strawberry.type(description="Something taken off a line as a whole.")
class Discount:
    """A discount as it was given."""

    code: str = strawberry.field(description="The code of the promotion.")
    amount: Money = strawberry.field(description="What is taken off the whole line.")

    @staticmethod
    def of(discount: line.Discount) -> "Discount":
        """A discount as clients see it."""
        return Discount(code=discount.code, amount=shown_money(discount.amount))


@strawberry.type(description="Something that the payment provider was asked to do.")
class PaymentEvent:
    """An operation on a payment."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    kind: OperationKind = strawberry.field(description="What it is.")
    amount: Money = strawberry.field(description="How much.")
    state: OperationState = strawberry.field(description="What is known of the answer.")
    at: datetime | None = strawberry.field(
        description="When the provider answered; null until then."
    )

    @staticmethod
    def of(operation: payment.Operation) -> "PaymentEvent":
        """An operation as clients see it."""
        return PaymentEvent(
            id=shown_id("PaymentEvent", operation.key),
            kind=operation.kind,
            amount=shown_money(operation.amount),
            state=operation.state,
            at=operation.at,
        )


@strawberry.federation.type(keys=["id"], description="One tender of an order.")
class Payment:
    """A payment; captured is never more than authorised, nor refunded than captured."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    method: PaymentMethod = strawberry.field(description="What it is.")
    version: int = strawberry.field(description="Counts the changes.")
    tender: strawberry.Private[payment.Payment]

    @staticmethod
    def of(tender: payment.Payment) -> "Payment":
        """A payment as clients see it."""
        return Payment(
            id=shown_id("Payment", tender.id),
            method=tender.method,
            version=tender.version,
            tender=tender,
        )

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Payment | None":
        """The payment of a global id, if the caller may see its order."""
        key = from_global_id(id, "Payment")
        order = await visible_order(info, order_id_of(key))
        found = order.payment(key) if order else None
        return cls.of(found) if found else None

    @resolver_field(description="What it is at.")
    def state(self) -> PaymentState:
        return self.tender.state

    @resolver_field(description="What may be taken in all.")
    def authorised(self) -> Money:
        return shown_money(self.tender.authorised)

    @resolver_field(description="What was taken.")
    def captured(self) -> Money:
        return shown_money(self.tender.captured)

    @resolver_field(description="What was given back.")
    def refunded(self) -> Money:
        return shown_money(self.tender.refunded)

    @resolver_field(description="What was let go of.")
    def voided(self) -> Money:
        return shown_money(self.tender.voided)

    @resolver_field(description="What the provider was asked to do, oldest first.")
    def events(self) -> list[PaymentEvent]:
        return [PaymentEvent.of(one) for one in self.tender.operations]


@strawberry.type(description="What a refund gives back for a line.")
class RefundLine:
    """A line's part of a refund."""

    line_id: strawberry.ID = strawberry.field(description="The global id of the order line.")
    quantity: int = strawberry.field(description="For how many units; 0 for none in particular.")
    amount: Money = strawberry.field(description="How much.")


@strawberry.type(description="What a refund gives back to a tender.")
class RefundTender:
    """A tender's part of a refund."""

    payment: Payment | None = strawberry.field(description="To which payment.")
    amount: Money = strawberry.field(description="How much.")


@strawberry.federation.type(keys=["id"], description="Money given back for an order.")
class Refund:
    """A refund; it goes to the tenders that have paid."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    ref: str = strawberry.field(description="The name that whoever asked for it has given it.")
    reason: RefundReason = strawberry.field(description="Why.")
    amount: Money = strawberry.field(description="How much in all.")
    state: RefundState = strawberry.field(description="How far it is.")
    lines: list[RefundLine] = strawberry.field(description="For which lines.")
    by_tender: list[RefundTender] = strawberry.field(description="To which payments.")
    version: int = strawberry.field(description="Counts the changes.")

    @staticmethod
    def of(planned: refund.Refund, order: Order) -> "Refund":
        """A refund as clients see it."""
        tenders = [(order.payment(one.payment_id), one.amount) for one in planned.tenders]
        return Refund(
            id=shown_id("Refund", planned.id),
            ref=planned.ref,
            reason=planned.reason,
            amount=shown_money(planned.amount),
            state=planned.state,
            lines=[
                RefundLine(
                    line_id=shown_id("OrderLine", one.line_id),
                    quantity=one.quantity,
                    amount=shown_money(one.amount),
                )
                for one in planned.lines
            ],
            by_tender=[
                RefundTender(
                    payment=Payment.of(found) if found else None, amount=shown_money(amount)
                )
                for found, amount in tenders
            ],
            version=planned.version,
        )

    @classmethod
    @allow_reference(*READERS)
    async def resolve_reference(cls, info: Info, id: strawberry.ID) -> "Refund | None":
        """The refund of a global id, if the caller may see its order."""
        key = from_global_id(id, "Refund")
        order = await visible_order(info, order_id_of(key))
        found = order.refund(key) if order else None
        return cls.of(found, order) if found and order else None
