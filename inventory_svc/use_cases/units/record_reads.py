"""Record what the readers of tags at a location have read."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from inventory_svc.domain.naming import required_code
from inventory_svc.domain.stock.commands import RecordReads, RejectedLine, TagRead
from inventory_svc.domain.stock.units.unit import ReadPoint
from inventory_svc.ports.network import Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.checked_requests import submit_checked
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult, require_bulk_size, results_from_json
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.runtime.clock import Clock, to_milliseconds

CLOCKS_DIFFER_BY = timedelta(seconds=5)
"""How far ahead of ours the clock of a reader may be."""


class SentRead(NamedTuple):
    """A read as it was sent, unchecked."""

    epc: str
    point: ReadPoint
    at: datetime


class ReadsSent(NamedTuple):
    """One call: reads at one location."""

    request: IdempotentRequest
    actor: str
    location: str
    reads: Sequence[SentRead]


async def record_reads(
    sent: ReadsSent, network: Network, commits: StockCommits, clock: Clock
) -> Sequence[LineResult]:
    """Write the good reads and give the fate of all."""
    require_bulk_size(sent.reads)
    decided = await submit_checked(sent.request, _checked(sent, network, clock.now()), commits)
    if decided.outcome.refusals:
        raise RefusedAll(decided.outcome.refusals)
    return results_from_json(decided.outcome.values["results"])


async def _checked(sent: ReadsSent, network: Network, now: datetime) -> RecordReads:
    location = required_code(sent.location, "input", "locationCode")
    directory = await network.directory(locations=[location])
    directory.location(location, "input", "locationCode")
    latest = now + CLOCKS_DIFFER_BY
    good: list[TagRead] = []
    bad: list[RejectedLine] = []
    for index, read in enumerate(sent.reads):
        try:
            good.append(_read(index, read, latest))
        except Refusal as problem:
            placed = problem.under("input", "lines", str(index))
            bad.append(RejectedLine(index, read.epc, (placed,)))
    return RecordReads(sent.request, sent.actor, location, tuple(good), tuple(bad))


def _read(index: int, read: SentRead, latest: datetime) -> TagRead:
    epc = required_code(read.epc, "epc")
    if read.at > latest:
        raise invalid("Nothing can be read in the future.", "readAt")
    return TagRead(index, epc, read.point, to_milliseconds(read.at))
