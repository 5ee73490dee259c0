"""A piece is rented out, comes back, is refurbished and for sale again, or is given up."""

from dataclasses import replace

from inventory_svc.domain.rights import release_right
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.rental_commands import RentUnit, RestoreUnit, TurnUnit
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from inventory_svc.use_cases.units.named_piece import named_piece
from inventory_svc.use_cases.units.unit_prices import SentPrice, checked_price
from service_kit.commands.refusal import Refusal
from service_kit.identity.caller import Caller


async def rent_unit(
    command: RentUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Let a piece go; out of a reservation only by whoever may release that."""

    async def checked() -> RentUnit:
        serial, location = await named_piece(command.serial, command.location, caller, network)
        right = release_right(caller)
        return replace(command, serial=serial, location=location, right=right)

    return await submit_checked(command.request, checked(), commits)


async def turn_unit(
    command: TurnUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Take a piece back, start its refurbishment, or give it up."""

    async def checked() -> TurnUnit:
        serial, location = await named_piece(command.serial, command.location, caller, network)
        return replace(command, serial=serial, location=location)

    return await submit_checked(command.request, checked(), commits)


async def restore_unit(
    command: RestoreUnit,
    price: SentPrice | None,
    caller: Caller,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Have a piece be for sale again, at the price that was sent, if any."""
    try:
        money = None if price is None else checked_price(price)
    except Refusal as problem:
        raise problem.under("input") from problem

    async def checked() -> RestoreUnit:
        serial, location = await named_piece(command.serial, command.location, caller, network)
        return replace(command, serial=serial, location=location, price=money)

    return await submit_checked(command.request, checked(), commits)
