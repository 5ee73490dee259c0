"""The reserved goods have left the building."""

from inventory_svc.domain.stock.commands import ConsumeReservation, PeggedQuantity
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.stock.wanted_lines import require_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller


async def consume_reservation(
    request: IdempotentRequest,
    caller: Caller,
    reservation_id: str,
    lines: tuple[PeggedQuantity, ...],
    commits: StockCommits,
) -> Decided:
    """Take the goods off the books."""
    require_lines(lines)
    return await commits.submit(ConsumeReservation(request, caller.subject, reservation_id, lines))
