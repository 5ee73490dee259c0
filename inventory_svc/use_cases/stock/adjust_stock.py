"""Move goods in or out of one position by hand or by a till."""

from dataclasses import dataclass

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.refusals import unknown_sku
from inventory_svc.domain.rights import require_stock_keeper
from inventory_svc.domain.stock.commands import AdjustStock
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.movement import AdjustmentReason
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports import Catalogue, Network, StockCommits
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class Adjustment:
    """What somebody says has moved: `quantity` in, or out when negative."""

    sku: str
    location: str
    condition: Condition
    quantity: int
    reason: AdjustmentReason
    expected_version: int | None = None


async def adjust_stock(
    request: IdempotentRequest,
    caller: Caller,
    adjustment: Adjustment,
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Check who speaks of what, then let the stock decide."""
    sku = required_code(adjustment.sku, "input", "sku")
    location = required_code(adjustment.location, "input", "locationCode")
    require_stock_keeper(caller, location)
    if not adjustment.quantity or abs(adjustment.quantity) > LARGEST:
        raise invalid("A quantity is not zero and fits an Int.", "input", "quantity")
    directory = await network.directory(locations=[location])
    directory.location(location, "input", "locationCode")
    if sku not in await catalogue.known([sku]):
        raise unknown_sku(sku, "input", "sku")
    return await commits.submit(
        AdjustStock(
            request,
            caller.subject,
            PositionKey(sku, location, adjustment.condition),
            adjustment.quantity,
            adjustment.reason,
            adjustment.expected_version,
        )
    )
