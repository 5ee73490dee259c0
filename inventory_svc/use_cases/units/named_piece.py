"""A command that names a piece and the location where somebody holds it in their hands."""

from typing import NamedTuple

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.rights import require_stock_keeper
from inventory_svc.ports.network import Network
from service_kit.identity.caller import Caller


class NamedPiece(NamedTuple):
    """A serial number and a location that is known."""

    serial: str
    location: str


async def named_piece(serial: str, location: str, caller: Caller, network: Network) -> NamedPiece:
    """Give both as they are written; refuse whoever may not speak of that location's stock."""
    named = NamedPiece(
        required_code(serial, "input", "serial"),
        required_code(location, "input", "locationCode"),
    )
    require_stock_keeper(caller, named.location)
    directory = await network.directory(locations=[named.location])
    directory.location(named.location, "input", "locationCode")
    return named
