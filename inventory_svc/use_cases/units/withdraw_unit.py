"""A piece has left its shelf: sold at a till, lost, or on its way to another location."""

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.rights import require_stock_keeper
from inventory_svc.domain.stock.commands import WithdrawUnit
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports import StockCommits
from service_kit.identity.caller import Caller


async def withdraw_unit(command: WithdrawUnit, caller: Caller, commits: StockCommits) -> Decided:
    """Check who speaks of which shelf, then let the stock decide."""
    required_code(command.serial, "input", "serial")
    required_code(command.location, "input", "locationCode")
    require_stock_keeper(caller, command.location)
    return await commits.submit(command)
