"""Import channels, each line for itself."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import partial

from inventory_svc.domain.network.channel import Channel, checked_channel
from inventory_svc.domain.refusals import unknown_locations
from inventory_svc.ports.catalogue import Imports
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.line_checks import SentLine, checked_lines
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import RefusedAll


@dataclass(frozen=True, slots=True)
class SentChannel:
    """A channel as it was sent, and the locations that it names in the order of the line."""

    channel: Channel
    location_codes: tuple[str, ...] = ()
    excluded_locations: tuple[str, ...] = ()

    def read(self, known: Collection[str]) -> Channel:
        """Give the channel, otherwise unchecked; raise RefusedAll for locations nobody knows."""
        problems = (
            *unknown_locations(self.location_codes, known, "locationCodes"),
            *unknown_locations(self.excluded_locations, known, "excludedLocations"),
        )
        if problems:
            raise RefusedAll(problems)
        return self.channel


async def import_channels(
    request: IdempotentRequest,
    actor: str,
    lines: Sequence[SentChannel],
    network: Network,
    imports: Imports[Channel],
) -> Sequence[LineResult]:
    """Write the good lines and give the fate of all; refuse INVALID_INPUT for a list of no size."""
    named = {code for line in lines for code in (*line.location_codes, *line.excluded_locations)}
    known = (await network.directory(locations=named)).locations
    sent = [SentLine(line.channel.code, partial(line.read, known)) for line in lines]
    good, bad = checked_lines(sent, checked_channel)
    return await imports.save(request, actor, good, bad)
