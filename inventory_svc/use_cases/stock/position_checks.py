"""Checking what somebody says of one position before the stock sees it."""

from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.refusals import unknown_sku, wrong_unit
from inventory_svc.domain.rights import require_stock_keeper
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports import Catalogue, Network
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
    if named.unit is not None:
        expected = (await catalogue.items([sku]))[sku].unit
        if named.unit is not expected:
            raise wrong_unit(sku, named.unit, expected, "input", "unit")
    return PositionKey(sku, location, named.condition)
