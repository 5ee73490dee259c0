"""Import the sources of stock, each line for itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from inventory_svc.domain.network.source import StockSource, checked_source
from inventory_svc.domain.refusals import unknown_locations
from inventory_svc.ports.catalogue import Imports
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.line_checks import SentLine, checked_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import RefusedAll


@dataclass(frozen=True, slots=True)
class SentSource:
    """A source as it was sent, and its location codes in the order of the line."""

    source: StockSource
    location_codes: tuple[str, ...]

    def read(self, known: Collection[str]) -> StockSource:
        """Give the source, otherwise unchecked; raise RefusedAll for locations nobody knows."""
        problems = tuple(unknown_locations(self.location_codes, known, "locationCodes"))
        if problems:
            raise RefusedAll(problems)
        return self.source


async def import_sources(
    request: IdempotentRequest,
    actor: str,
    lines: Sequence[SentSource],
    network: Network,
    imports: Imports[StockSource],
) -> Sequence[LineResult]:
    """Write the good lines and give the fate of all; refuse INVALID_INPUT for a list of no size."""
    named = {code for line in lines for code in line.location_codes}
    known = (await network.directory(locations=named)).locations
    sent = [SentLine(line.source.code, partial(line.read, known)) for line in lines]
    good, bad = checked_lines(sent, checked_source)
    return await imports.save(request, actor, good, bad)
