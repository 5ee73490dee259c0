"""Asking the payment provider for what a change to an order has planned; safe to repeat, by key."""

from typing import Final

from order_svc.domain.crash_points import MONEY_MOVED, MONEY_NOTED
from order_svc.domain.orders.order import Order
from order_svc.domain.orders.settling import is_baseless, must_wait, open_operation, settled
from order_svc.domain.payments.payment import Answer, Operation, OperationKind, Payment
from order_svc.ports import MoneyMove, PaymentUnavailable, Work
from order_svc.use_cases.change_order import keep
from order_svc.use_cases.source_line import BY_ITSELF
from order_svc.use_cases.surroundings import Surroundings
from service_kit.messaging.entity_events import Cause

_BASELESS: Final = Answer(accepted=False, reason="NOTHING_CAPTURED")


async def move_money(around: Surroundings, order_id: str, key: str) -> None:
    """Ask and note the answer.

    Raises PaymentUnavailable if it has to be tried again later: the outcome is unknown, another
    operation comes first, or a refund was refused and is tried under a new key.
    """
    order = await around.work.run(lambda work: work.orders.get(order_id))
    found = open_operation(order, key) if order else None
    if order is None or found is None:
        return
    payment, operation = found
    if must_wait(order, payment, operation):
        raise PaymentUnavailable(f"{key} waits for a capture.")
    final = is_baseless(order, payment, operation)
    answer = _BASELESS if final else await _asked(around, payment, operation)
    around.reached(MONEY_MOVED)
    is_open = await around.work.run(
        lambda work: _note(around, work, order, key, answer, final=final)
    )
    around.reached(MONEY_NOTED)
    if is_open:
        raise PaymentUnavailable(f"{key} was refused and is tried again.")


async def _asked(around: Surroundings, payment: Payment, operation: Operation) -> Answer:
    move = MoneyMove(operation.provider_key, payment.authorisation.key, operation.amount)
    match operation.kind:
        case OperationKind.CAPTURE:
            return await around.payments.capture(move)
        case OperationKind.REFUND:
            return await around.payments.refund(move)
        case OperationKind.VOID:
            return await around.payments.void(move)
        case OperationKind.AUTHORISE:
            raise ValueError("Authorisations belong to the placement.")


async def _note(
    around: Surroundings, work: Work, asked: Order, key: str, answer: Answer, *, final: bool
) -> bool:
    """Note the answer to the attempt that was made, unless it was; True if one more is needed."""
    order = await work.orders.get(asked.id)
    if order is None:
        return False
    if _attempt(order, key) == _attempt(asked, key):
        now = around.clock.now()
        change = settled(order, key, answer, now, final=final)
        if change is not None:
            await keep(around, work, order, change, Cause(BY_ITSELF, "payment", now))
            order = change.order
    return open_operation(order, key) is not None


def _attempt(order: Order, key: str) -> int | None:
    found = open_operation(order, key)
    return None if found is None else found[1].attempt
