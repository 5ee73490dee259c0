"""Read what locations declared in a day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from inventory_svc.domain.stock.declarations import Place, windows_of
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockReads


@dataclass(frozen=True, slots=True)
class WantedDeclarations:
    """The declarations of a day at some locations (None: at all), after a place in their order."""

    day: date
    locations: tuple[str, ...] | None = None
    after: Place | None = None
    limit: int = 20


async def read_declarations(
    wanted: WantedDeclarations, network: Network, stock: StockReads
) -> Sequence[Movement]:
    """Give them by location and time; refuse UNKNOWN_LOCATION."""
    directory = await network.directory(locations=wanted.locations or ())
    if wanted.locations is None:
        named = tuple(directory.locations.values())
    else:
        named = tuple(
            directory.location(code, "locations", str(at))
            for at, code in enumerate(wanted.locations)
        )
    windows = windows_of(wanted.day, named)
    return await stock.declarations(windows, wanted.after, wanted.limit) if windows else ()
