"""Doing a command at most once: its outcome is looked up first and recorded with its effect."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from service_kit.commands.idempotency import IdempotentRequest, Outcome, Outcomes
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in

T = TypeVar("T")


async def once(
    outcomes: Outcomes,
    request: IdempotentRequest,
    do: Callable[[], Awaitable[tuple[Outcome, T]]],
    nothing: T,
) -> tuple[Outcome, T]:
    """Do it unless its outcome is known; a refusal is an outcome too, unless it may pass.

    Runs inside the transaction that `outcomes` belong to; a known outcome comes with `nothing`.
    """
    known = await outcomes.find(request)
    if known is not None:
        return known, nothing
    try:
        outcome, result = await do()
    except (Refusal, RefusedAll) as refused:
        reasons = refusals_in(refused)
        if any(reason.retryable for reason in reasons):
            raise
        outcome, result = Outcome(refusals=reasons), nothing
    await outcomes.record(request, outcome)
    return outcome, result
