"""What the mutations about returns and refunds are given."""

import strawberry

from order_svc.api.enums import REFUND_REASON_INPUT
from order_svc.api.inputs import money_of
from order_svc.domain.orders.refunding import RefundWish
from order_svc.domain.orders.returning import ReturnedLine
from order_svc.domain.payments.refund import RefundLine, RefundReason
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import KEY
from service_kit.graphql.money import MoneyInput

_ORDER = "The global id of the order."
_RETURN = "The return that the units belong to, as the returns service names it."
_EXPECTED = "Refuse with VERSION_CONFLICT unless this is the order's version."
_LINE = "The global id of the order line."


@strawberry.input(description="Units of an order line that come back.")
class ReturnedLineInput:
    """A line and a number of its units."""

    line_id: strawberry.ID = strawberry.field(description=_LINE)
    quantity: int = strawberry.field(description="How many units, from 1.")

    def returned(self, index: int) -> ReturnedLine:
        """The line as the rules know it."""
        path = ("input", "lines", str(index), "lineId")
        return ReturnedLine(from_global_id(self.line_id, "OrderLine", path), self.quantity)


@strawberry.input
class _ReturnInput:
    """Units of an order and the return that they belong to."""

    idempotency_key: str = strawberry.field(description=KEY)
    order_id: strawberry.ID = strawberry.field(description=_ORDER)
    return_id: str = strawberry.field(description=_RETURN)
    lines: list[ReturnedLineInput] = strawberry.field(description="Which units.")
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)


@strawberry.input(description="Delivered units of which a return is declared.")
class OrderReturnDeclareInput(_ReturnInput):
    """Units to set aside for a return."""


@strawberry.input(description="Declared units that stay with the customer after all.")
class OrderReturnWithdrawInput(_ReturnInput):
    """Units of a return that was rejected, cancelled or never came."""


@strawberry.input(description="Declared units that are back.")
class OrderReturnCompleteInput(_ReturnInput):
    """Units that were received and accepted."""


@strawberry.input(description="What to give back for a line.")
class RefundLineInput:
    """A line's part of a refund."""

    line_id: strawberry.ID = strawberry.field(description=_LINE)
    amount: MoneyInput = strawberry.field(description="How much.")
    quantity: int = strawberry.field(
        default=0, description="For how many units; 0 for none in particular."
    )

    def refunded(self, index: int) -> RefundLine:
        """The line as the rules know it."""
        path = ("input", "lines", str(index))
        line_id = from_global_id(self.line_id, "OrderLine", (*path, "lineId"))
        return RefundLine(line_id, self.quantity, money_of(self.amount, *path, "amount"))


@strawberry.input(description="Money to give back for an order.")
class OrderRefundInput:
    """A refund: for lines, or an amount for the order as a whole."""

    idempotency_key: str = strawberry.field(description=KEY)
    order_id: strawberry.ID = strawberry.field(description=_ORDER)
    refund_id: str = strawberry.field(
        description="The refund's name, from whoever asks for it; one name is one refund."
    )
    reason: RefundReason = strawberry.field(graphql_type=REFUND_REASON_INPUT, description="Why.")
    lines: list[RefundLineInput] = strawberry.field(
        default_factory=list, description="For which lines; none if for the order as a whole."
    )
    amount: MoneyInput | None = strawberry.field(
        default=None, description="How much in all; with lines what they add up to."
    )
    expected_version: int | None = strawberry.field(default=None, description=_EXPECTED)

    def wish(self) -> RefundWish:
        """The refund as the rules know it."""
        return RefundWish(
            ref=self.refund_id,
            reason=self.reason,
            lines=tuple(one.refunded(index) for index, one in enumerate(self.lines)),
            amount=money_of(self.amount, "input", "amount") if self.amount else None,
        )
