"""Checking what somebody says of one position before the stock sees it."""

from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.refusals import unknown_sku
from inventory_svc.domain.rights import require_stock_keeper
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.unit_checks import unit_problems, units_of
from retail_kit.quantities import Unit
from service_kit.identity.caller import Caller


class NamedPosition(NamedTuple):
    """A position as it was named, unchecked; with the unit that is spoken of, if one is named."""

    sku: str
    location: str
    condition: Condition = Condition.NEW
    unit: Unit | None = None


async def position_of(
    caller: Caller, named: NamedPosition, catalogue: Catalogue, network: Network
) -> PositionKey:
    """Give the position; refuse what nobody knows, and where the caller does not work."""
    sku = required_code(named.sku, "input", "sku")
    location = required_code(named.location, "input", "locationCode")
    require_stock_keeper(caller, location)
    directory = await network.directory(locations=[location])
    directory.location(location, "input", "locationCode")
    if sku not in await catalogue.known([sku]):
        raise unknown_sku(sku, "input", "sku")
    for problem in unit_problems(named, await units_of([named], catalogue)):
        raise problem.under("input")
    return PositionKey(sku, location, named.condition)
