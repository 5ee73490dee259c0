"""A piece is rented out, comes back, is refurbished and for sale again, or is given up."""

from dataclasses import replace

from inventory_svc.domain.rights import release_right
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.rental_commands import RentUnit, RestoreUnit, TurnUnit
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.units.named_piece import named_piece
from inventory_svc.use_cases.units.unit_prices import SentPrice, checked_price
from service_kit.commands.refusal import Refusal
from service_kit.identity.caller import Caller


async def rent_unit(
    command: RentUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Let a piece go; out of a reservation only by whoever may release that."""
    serial, location = await named_piece(command.serial, command.location, caller, network)
    right = release_right(caller)
    return await commits.submit(replace(command, serial=serial, location=location, right=right))


async def turn_unit(
    command: TurnUnit, caller: Caller, network: Network, commits: StockCommits
) -> Decided:
    """Take a piece back, start its refurbishment, or give it up."""
    serial, location = await named_piece(command.serial, command.location, caller, network)
    return await commits.submit(replace(command, serial=serial, location=location))


async def restore_unit(
    command: RestoreUnit,
    price: SentPrice | None,
    caller: Caller,
    network: Network,
    commits: StockCommits,
) -> Decided:
    """Have a piece be for sale again, at the price that was sent, if any."""
    serial, location = await named_piece(command.serial, command.location, caller, network)
    try:
        money = None if price is None else checked_price(price)
    except Refusal as problem:
        raise problem.under("input") from problem
    restored = replace(command, serial=serial, location=location, price=money)
    return await commits.submit(restored)
