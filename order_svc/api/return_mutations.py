"""What the returns service tells orders, and giving money back."""

from typing import Annotated

import strawberry

from order_svc.api.access import REFUNDERS
from order_svc.api.context import Info
from order_svc.api.payloads import (
    OrderRefundPayload,
    OrderReturnCompletePayload,
    OrderReturnDeclarePayload,
    OrderReturnWithdrawPayload,
    answered_order,
    answered_refund,
    refused,
)
from order_svc.api.return_inputs import (
    OrderRefundInput,
    OrderReturnCompleteInput,
    OrderReturnDeclareInput,
    OrderReturnWithdrawInput,
)
from order_svc.use_cases.refund_order import RefundOrder, refund_order
from order_svc.use_cases.return_units import ReturnStep, ReturnUnits, return_units
from retail_kit.roles import SERVICE
from service_kit.commands.idempotency import Outcome
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request


async def _step(
    info: Info,
    mutation: str,
    step: ReturnStep,
    input_: OrderReturnDeclareInput | OrderReturnWithdrawInput | OrderReturnCompleteInput,
) -> Outcome:
    return await return_units(
        info.context.around,
        ReturnUnits(
            request=idempotent_request(info, mutation, input_),
            caller=info.context.caller,
            order_id=from_global_id(input_.order_id, "Order", ("input", "orderId")),
            return_id=input_.return_id,
            step=step,
            lines=tuple(line.returned(index) for index, line in enumerate(input_.lines)),
            expected_version=input_.expected_version,
        ),
    )


@strawberry.type
class ReturnMutations:
    """Mutations about what comes back: goods and money."""

    @mutation_field(
        SERVICE,
        description="Set delivered units aside for a return: all of them, or none.",
        refused=refused(OrderReturnDeclarePayload),
    )
    async def order_return_declare(
        self,
        info: Info,
        input: Annotated[OrderReturnDeclareInput, strawberry.argument(description="Which units.")],
    ) -> OrderReturnDeclarePayload | None:
        outcome = await _step(info, "orderReturnDeclare", ReturnStep.DECLARE, input)
        return await answered_order(info, OrderReturnDeclarePayload, outcome)

    @mutation_field(
        SERVICE,
        description="Leave declared units with the customer after all.",
        refused=refused(OrderReturnWithdrawPayload),
    )
    async def order_return_withdraw(
        self,
        info: Info,
        input: Annotated[OrderReturnWithdrawInput, strawberry.argument(description="Which units.")],
    ) -> OrderReturnWithdrawPayload | None:
        outcome = await _step(info, "orderReturnWithdraw", ReturnStep.WITHDRAW, input)
        return await answered_order(info, OrderReturnWithdrawPayload, outcome)

    @mutation_field(
        SERVICE,
        description="Record that declared units are back.",
        refused=refused(OrderReturnCompletePayload),
    )
    async def order_return_complete(
        self,
        info: Info,
        input: Annotated[OrderReturnCompleteInput, strawberry.argument(description="Which units.")],
    ) -> OrderReturnCompletePayload | None:
        outcome = await _step(info, "orderReturnComplete", ReturnStep.COMPLETE, input)
        return await answered_order(info, OrderReturnCompletePayload, outcome)

    @mutation_field(
        *REFUNDERS,
        description="Give money back to the tenders that have paid; never more than was taken.",
        refused=refused(OrderRefundPayload),
    )
    async def order_refund(
        self,
        info: Info,
        input: Annotated[OrderRefundInput, strawberry.argument(description="What, and why.")],
    ) -> OrderRefundPayload | None:
        outcome = await refund_order(
            info.context.around,
            RefundOrder(
                request=idempotent_request(info, "orderRefund", input),
                caller=info.context.caller,
                order_id=from_global_id(input.order_id, "Order", ("input", "orderId")),
                wish=input.wish(),
                expected_version=input.expected_version,
            ),
        )
        return await answered_refund(info, outcome, input.refund_id)
