"""Import locations, each line for itself."""

from collections.abc import Sequence

from inventory_svc.domain.network.location import Location, checked_location
from inventory_svc.ports.catalogue import Imports
from inventory_svc.use_cases.line_checks import SentLine, checked_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult


async def import_locations(
    request: IdempotentRequest,
    actor: str,
    lines: Sequence[SentLine[Location]],
    imports: Imports[Location],
) -> Sequence[LineResult]:
    """Write the good lines and give the fate of all; refuse INVALID_INPUT for a list of no size."""
    good, bad = checked_lines(lines, checked_location)
    return await imports.save(request, actor, good, bad)
