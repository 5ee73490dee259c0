"""Move goods in or out of one position by hand or by a till."""

from dataclasses import dataclass

from inventory_svc.domain.stock.commands import AdjustStock
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.stock.position_checks import NamedPosition, position_of
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What somebody says has moved: `quantity` in, or out when negative.

    A sale may name the reservation that keeps what is sold.
    """

    position: NamedPosition
    quantity: int
    reason: AdjustmentReason
    expected_version: int | None = None
    reservation_id: str | None = None

    @property
    def sells(self) -> bool:
        """Whether goods were sold."""
        return self.reason is AdjustmentReason.SALE and self.quantity < 0


async def adjust_stock(
    request: IdempotentRequest,
    caller: Caller,
    adjustment: Adjustment,
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Check who speaks of what, then let the stock decide."""
    if not adjustment.quantity or abs(adjustment.quantity) > LARGEST:
        raise invalid("A quantity is not zero and fits an Int.", "input", "quantity")
    if adjustment.reservation_id is not None and not adjustment.sells:
        raise invalid("Only goods that are sold end a reservation.", "input", "reservationId")

    async def checked() -> AdjustStock:
        return AdjustStock(
            request,
            caller.subject,
            await position_of(caller, adjustment.position, catalogue, network),
            adjustment.quantity,
            adjustment.reason,
            adjustment.expected_version,
            adjustment.reservation_id,
        )

    return await submit_checked(request, checked(), commits)
