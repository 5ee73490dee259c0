"""Give reserved goods back to everyone."""

from inventory_svc.domain.rights import release_right
from inventory_svc.domain.stock.commands import PeggedQuantity, ReleaseReservation
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.stock.allocate_order import allocation_identifier
from inventory_svc.use_cases.stock.wanted_lines import require_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller


async def release_reservation(
    request: IdempotentRequest,
    caller: Caller,
    reservation_id: str,
    commits: StockCommits,
    lines: tuple[PeggedQuantity, ...] | None = None,
) -> Decided:
    """Release some lines of a reservation, or all, as far as the caller has the right."""
    if lines is not None:
        require_lines(lines)
    return await commits.submit(
        ReleaseReservation(
            request, caller.subject, reservation_id, lines, right=release_right(caller)
        )
    )


async def release_allocation(
    request: IdempotentRequest, caller: Caller, order_id: str, key: str, commits: StockCommits
) -> Decided:
    """Release whatever an allocation of unknown outcome reserved, and refuse it from now on."""
    return await commits.submit(
        ReleaseReservation(
            request,
            caller.subject,
            allocation_identifier(order_id, key),
            tombstone_for=order_id,
        )
    )
