"""What mutations answer: the entities after the change, and the user errors if refused."""

from collections.abc import Callable
from typing import TypeVar

import strawberry

from order_svc.api.context import Info
from order_svc.api.enums import ErrorCode
from order_svc.api.payment_types import Refund
from order_svc.api.types import Fulfilment, Order, OrderLine, Parcel
from order_svc.api.wording import worded
from order_svc.domain.orders.order import Order as Aggregate
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import results_from_json
from service_kit.commands.refusal import Refusal
from service_kit.graphql.imports import ImportResult, import_results_of
from service_kit.graphql.payloads import UserError, refused_payload, user_errors_of

_ORDER = "The order; null if refused."
_ERRORS = "Why it was refused; empty if it was done."


@strawberry.type
class _OrderPayload:
    """The order after it, or why it was refused."""

    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of an order to place.")
class OrderPlacePayload(_OrderPayload):
    """The order, or why there is none."""


@strawberry.type(description="What became of an order to cancel.")
class OrderCancelPayload(_OrderPayload):
    """The order after it."""


@strawberry.type(description="What became of units to set aside for a return.")
class OrderReturnDeclarePayload(_OrderPayload):
    """The order after it."""


@strawberry.type(description="What became of units that the customer keeps.")
class OrderReturnWithdrawPayload(_OrderPayload):
    """The order after it."""


@strawberry.type(description="What became of units that are back.")
class OrderReturnCompletePayload(_OrderPayload):
    """The order after it."""


@strawberry.type(description="What became of money to give back.")
class OrderRefundPayload(_OrderPayload):
    """The refund and the order after it."""

    refund: Refund | None = strawberry.field(
        default=None, description="The refund; null if refused."
    )


@strawberry.type
class _OrderLinePayload:
    """The line and the order after it, or why it was refused."""

    line: OrderLine | None = strawberry.field(
        default=None, description="The line; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of units to cancel.")
class OrderLineCancelPayload(_OrderLinePayload):
    """The line and the order after it."""


@strawberry.type(description="What became of a search for stock.")
class OrderLineSourcePayload(_OrderLinePayload):
    """The line and the order after it."""


@strawberry.type
class _FulfilmentPayload:
    """The fulfilment and the order after it, or why it was refused."""

    fulfilment: Fulfilment | None = strawberry.field(
        default=None, description="The fulfilment; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a round of picking.")
class FulfilmentPickPayload(_FulfilmentPayload):
    """The fulfilment and the order after it."""


@strawberry.type(description="What became of parcels to pack.")
class FulfilmentPackPayload(_FulfilmentPayload):
    """The fulfilment and the order after it."""


@strawberry.type(description="What became of parcels to ship.")
class FulfilmentShipPayload(_FulfilmentPayload):
    """The fulfilment and the order after it."""


@strawberry.type(description="What became of a delivery.")
class ParcelDeliverPayload:
    """The parcel and the order after it."""

    parcel: Parcel | None = strawberry.field(
        default=None, description="The parcel; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type
class _ImportPayload:
    """What every import answers."""

    results: list[ImportResult[ErrorCode]] = strawberry.field(
        default_factory=list, description="One result for each line; none if all was refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of an import of customers.")
class CustomersImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of prices.")
class PricesImportPayload(_ImportPayload):
    """The fate of each line."""


OrderPayloadT = TypeVar("OrderPayloadT", bound=_OrderPayload)
OrderLinePayloadT = TypeVar("OrderLinePayloadT", bound=_OrderLinePayload)
FulfilmentPayloadT = TypeVar("FulfilmentPayloadT", bound=_FulfilmentPayload)
ImportPayloadT = TypeVar("ImportPayloadT", bound=_ImportPayload)


def refused(payload: Callable[..., object]) -> Callable[[tuple[Refusal, ...]], object]:
    """Answer refusals with an otherwise empty payload."""
    return refused_payload(ErrorCode, payload)


def errors_in(info: Info, outcome: Outcome) -> list[UserError[ErrorCode]]:
    """The user errors of an outcome, as the caller reads them."""
    language = info.context.caller.language
    return user_errors_of(ErrorCode, [worded(one, language) for one in outcome.refusals])


async def order_in(info: Info, outcome: Outcome) -> Aggregate | None:
    """The order that an outcome speaks of, as it is now."""
    order_id = outcome.values.get("orderId")
    if not isinstance(order_id, str):
        return None
    return (await info.context.reader.orders([order_id])).get(order_id)


async def answered_order(
    info: Info, payload: type[OrderPayloadT], outcome: Outcome
) -> OrderPayloadT:
    """Answer with the order as it is now."""
    order = await order_in(info, outcome)
    return payload(order=Order.of(order) if order else None, user_errors=errors_in(info, outcome))


async def answered_refund(info: Info, outcome: Outcome, ref: str) -> OrderRefundPayload:
    """Answer with a refund, by its given name, and its order as they are now."""
    order = await order_in(info, outcome)
    found = next((one for one in order.refunds if one.ref == ref), None) if order else None
    return OrderRefundPayload(
        refund=Refund.of(found, order) if found and order else None,
        order=Order.of(order) if order else None,
        user_errors=errors_in(info, outcome),
    )


async def answered_line(
    info: Info, payload: type[OrderLinePayloadT], outcome: Outcome, line_id: str
) -> OrderLinePayloadT:
    """Answer with a line and its order as they are now."""
    order = await order_in(info, outcome)
    line = order.line(line_id) if order else None
    return payload(
        line=OrderLine.of(line, order) if line and order else None,
        order=Order.of(order) if order else None,
        user_errors=errors_in(info, outcome),
    )


async def answered_fulfilment(
    info: Info, payload: type[FulfilmentPayloadT], outcome: Outcome, fulfilment_id: str
) -> FulfilmentPayloadT:
    """Answer with a fulfilment and its order as they are now."""
    order = await order_in(info, outcome)
    found = order.fulfilment(fulfilment_id) if order else None
    return payload(
        fulfilment=Fulfilment.of(found, order) if found and order else None,
        order=Order.of(order) if order else None,
        user_errors=errors_in(info, outcome),
    )


def imported(info: Info, payload: type[ImportPayloadT], outcome: Outcome) -> ImportPayloadT:
    """Answer an import with the fate of each line."""
    results = results_from_json(outcome.values.get("results", ()))
    return payload(
        results=import_results_of(ErrorCode, results), user_errors=errors_in(info, outcome)
    )
