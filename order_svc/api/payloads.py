"""What mutations answer: the entities after the change, and the user errors if refused."""

from collections.abc import Callable

import strawberry

from order_svc.api.context import Info
from order_svc.api.enums import ErrorCode
from order_svc.api.types import Fulfilment, Order, OrderLine, Parcel
from order_svc.domain.line_results import LineStatus, from_json
from order_svc.domain.orders.order import Order as Aggregate
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal
from service_kit.graphql.payloads import UserError, user_errors_of

_ORDER = "The order; null if refused."
_ERRORS = "Why it was refused; empty if it was done."


@strawberry.type(description="What became of an order to place.")
class OrderPlacePayload:
    """The order, or why there is none."""

    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of an order to cancel.")
class OrderCancelPayload:
    """The order after it."""

    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of units to cancel.")
class OrderLineCancelPayload:
    """The line and the order after it."""

    line: OrderLine | None = strawberry.field(
        default=None, description="The line; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a search for stock.")
class OrderLineSourcePayload:
    """The line and the order after it."""

    line: OrderLine | None = strawberry.field(
        default=None, description="The line; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a round of picking.")
class FulfilmentPickPayload:
    """The fulfilment and the order after it."""

    fulfilment: Fulfilment | None = strawberry.field(
        default=None, description="The fulfilment; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of parcels to pack.")
class FulfilmentPackPayload:
    """The fulfilment and the order after it."""

    fulfilment: Fulfilment | None = strawberry.field(
        default=None, description="The fulfilment; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of parcels to ship.")
class FulfilmentShipPayload:
    """The fulfilment and the order after it."""

    fulfilment: Fulfilment | None = strawberry.field(
        default=None, description="The fulfilment; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a delivery.")
class ParcelDeliverPayload:
    """The parcel and the order after it."""

    parcel: Parcel | None = strawberry.field(
        default=None, description="The parcel; null if refused."
    )
    order: Order | None = strawberry.field(default=None, description=_ORDER)
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of one line of an import.")
class OrdersImportResult:
    """One line's fate."""

    index: int = strawberry.field(description="The place of the line in the input, from 0.")
    ref: str = strawberry.field(description="What the line speaks of.")
    status: LineStatus = strawberry.field(description="What became of it.")
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description="Why it was refused.")


@strawberry.type(description="What became of a feed of customers.")
class CustomersImportPayload:
    """The fate of each line."""

    results: list[OrdersImportResult] = strawberry.field(
        default_factory=list, description="One result for each line; none if all was refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a feed of prices.")
class PricesImportPayload:
    """The fate of each line."""

    results: list[OrdersImportResult] = strawberry.field(
        default_factory=list, description="One result for each line; none if all was refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


def refused(payload: Callable[..., object]) -> Callable[[tuple[Refusal, ...]], object]:
    """Answer refusals with an otherwise empty payload."""
    return lambda refusals: payload(user_errors=user_errors_of(ErrorCode, refusals))


def errors_in(outcome: Outcome) -> list[UserError[ErrorCode]]:
    """The user errors of an outcome."""
    return user_errors_of(ErrorCode, outcome)


async def order_in(info: Info, outcome: Outcome) -> Aggregate | None:
    """The order that an outcome speaks of, as it is now."""
    order_id = outcome.values.get("orderId")
    if not isinstance(order_id, str):
        return None
    return (await info.context.reader.orders([order_id])).get(order_id)


def results_in(outcome: Outcome) -> list[OrdersImportResult]:
    """The fate of each line of an import."""
    kept = outcome.values.get("results")
    return (
        [
            OrdersImportResult(
                index=result.index,
                ref=result.ref,
                status=result.status,
                user_errors=user_errors_of(ErrorCode, result.refusals),
            )
            for result in from_json(kept)  # type: ignore[arg-type]  # written by to_json
        ]
        if kept
        else []
    )
