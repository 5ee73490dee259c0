"""A piece has left its shelf: sold at a till, lost, or on its way to another location."""

from dataclasses import replace

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.rights import require_stock_keeper
from inventory_svc.domain.stock.commands import WithdrawUnit
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from service_kit.identity.caller import Caller


async def withdraw_unit(
    command: WithdrawUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Check who speaks of which shelf, then let the stock decide."""
    serial = required_code(command.serial, "input", "serial")
    location = required_code(command.location, "input", "locationCode")
    require_stock_keeper(caller, location)
    directory = await network.directory(locations=[location])
    directory.location(location, "input", "locationCode")
    return await commits.submit(replace(command, serial=serial, location=location))
