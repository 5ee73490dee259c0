"""Checks of a request against the world, which may change: what was decided once stays decided.

A request that is sent again must not be refused for what has become of the world meanwhile. So
what the checks refuse is not told before it is known that the request has no outcome yet.
"""

from collections.abc import Awaitable, Sequence

from inventory_svc.domain.stock.commands import RefuseRequest, StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.stock import StockCommits
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in


async def submit_checked(
    request: IdempotentRequest, checked: Awaitable[StockCommand], commits: StockCommits
) -> Decided:
    """Have the command decided that the checks let through, or decide that they refuse it."""
    command: StockCommand
    try:
        command = await checked
    except (Refusal, RefusedAll) as refused:
        command = RefuseRequest(request, lasting(refused))
    return await commits.submit(command)


async def refused_by(checks: Awaitable[object]) -> Sequence[Refusal]:
    """Give why the checks refuse, if they do."""
    try:
        await checks
    except (Refusal, RefusedAll) as refused:
        return lasting(refused)
    return ()


def lasting(refused: Refusal | RefusedAll) -> tuple[Refusal, ...]:
    """Give the reasons; raise the refusal again if it may pass, since it decides nothing."""
    reasons = refusals_in(refused)
    if any(reason.retryable for reason in reasons):
        raise refused
    return reasons
