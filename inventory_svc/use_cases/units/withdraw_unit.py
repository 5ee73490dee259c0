"""A piece has left its shelf: sold at a till, lost, or on its way to another location."""

from dataclasses import replace

from inventory_svc.domain.stock.commands import WithdrawUnit
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.units.named_piece import named_piece
from service_kit.identity.caller import Caller


async def withdraw_unit(
    command: WithdrawUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Check who speaks of which shelf, then let the stock decide."""
    serial, location = await named_piece(command.serial, command.location, caller, network)
    return await commits.submit(replace(command, serial=serial, location=location))
