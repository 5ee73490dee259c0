"""Import groups of locations, each line for itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from inventory_svc.domain.network.group import LocationGroup, checked_group
from inventory_svc.domain.refusals import unknown_locations
from inventory_svc.ports.catalogue import Imports
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.line_checks import SentLine, checked_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import RefusedAll


@dataclass(frozen=True, slots=True)
class SentGroup:
    """A group as it was sent, and its location codes in the order of the line."""

    group: LocationGroup
    location_codes: tuple[str, ...]

    def read(self, known: Collection[str]) -> LocationGroup:
        """Give the group, otherwise unchecked; raise RefusedAll for locations nobody knows."""
        problems = tuple(unknown_locations(self.location_codes, known, "locationCodes"))
        if problems:
            raise RefusedAll(problems)
        return self.group


async def import_location_groups(
    request: IdempotentRequest,
    actor: str,
    lines: Sequence[SentGroup],
    network: Network,
    imports: Imports[LocationGroup],
) -> Sequence[LineResult]:
    """Write the good lines and give the fate of all; refuse INVALID_INPUT for a list of no size."""
    named = {code for line in lines for code in line.location_codes}
    known = (await network.directory(locations=named)).locations
    sent = [SentLine(line.group.code, partial(line.read, known)) for line in lines]
    good, bad = checked_lines(sent, checked_group)
    return await imports.save(request, actor, good, bad)
