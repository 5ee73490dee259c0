"""Units that customers gave back are on the shelves again."""

from inventory_svc.domain.refusals import unknown_sku
from inventory_svc.domain.stock.commands import RestockedLine, RestockReturn
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.stock.wanted_lines import require_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.identity.caller import Caller


async def restock_return(
    request: IdempotentRequest,
    caller: Caller,
    return_id: str,
    lines: tuple[RestockedLine, ...],
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Check what is spoken of, then put it all on the shelves."""
    require_lines(lines)

    async def checked() -> RestockReturn:
        directory = await network.directory(locations={line.position.location for line in lines})
        known = await catalogue.known([line.position.sku for line in lines])
        for index, line in enumerate(lines):
            path = ("input", "lines", str(index))
            directory.location(line.position.location, *path, "locationCode")
            if line.position.sku not in known:
                raise unknown_sku(line.position.sku, *path, "sku")
        return RestockReturn(request, caller.subject, return_id, lines)

    return await submit_checked(request, checked(), commits)
