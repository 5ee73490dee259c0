"""A piece has left its shelf: sold at a till, lost, or on its way to another location."""

from dataclasses import replace

from inventory_svc.domain.stock.commands import WithdrawUnit
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.units.named_piece import named_piece
from service_kit.identity.caller import Caller


async def withdraw_unit(
    command: WithdrawUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Check who speaks of which shelf, then let the stock decide."""

    async def checked() -> WithdrawUnit:
        serial, location = await named_piece(command.serial, command.location, caller, network)
        return replace(command, serial=serial, location=location)

    return await submit_checked(command.request, checked(), commits)
