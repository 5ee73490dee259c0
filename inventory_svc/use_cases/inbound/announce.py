"""Take down what is on its way, and the quotas of preorders, each line for itself."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.refusals import (
    unknown_channel,
    unknown_location,
    unknown_sku,
    unknown_supplier,
)
from inventory_svc.domain.stock.commands import AnnouncedLine, AnnounceInbound, RejectedLine
from inventory_svc.domain.stock.inbound.supplier import Supplier
from inventory_svc.domain.stock.inbound.supply import (
    Announcement,
    InboundKey,
    InboundKind,
    SaleWindow,
    named_supply,
)
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network, Suppliers
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.inbound.settle import settle
from inventory_svc.use_cases.unit_checks import unit_problems, units_of
from retail_kit.quantities import LARGEST, Unit
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult, require_bulk_size, results_from_json
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import to_milliseconds

LINES_PER_COMMIT = 250
_LATEST = datetime(9000, 1, 1, tzinfo=UTC)
"""No date is later, so that the delay of a supplier can be added to any."""


@dataclass(frozen=True, slots=True)
class SentSupply:
    """A supply as it was sent; a quota of preorders has a `window`, and nothing else has."""

    kind: InboundKind
    reference: str
    line: str
    sku: str
    location: str
    quantity: int
    expected_at: datetime
    condition: Condition = Condition.NEW
    supplier: str | None = None
    origin: str | None = None
    window: SaleWindow | None = None
    cancelled: bool = False
    ship_before: datetime | None = None
    unit: Unit | None = None

    @property
    def ref(self) -> str:
        """What its line speaks of, good or not."""
        position = PositionKey(self.sku, self.location, self.condition)
        return InboundKey(position, self.kind, self.reference, self.line).identifier


@dataclass(frozen=True, slots=True)
class SuppliesFeed:
    """One call with supplies that are on their way."""

    request: IdempotentRequest
    actor: str
    lines: Sequence[SentSupply]


@dataclass(frozen=True, slots=True)
class AnnouncementSources:
    """What lines are checked against, and where they are written."""

    catalogue: Catalogue
    network: Network
    suppliers: Suppliers
    commits: StockCommits


class _Known(NamedTuple):
    """What a line may speak of."""

    skus: Collection[str]
    directory: NetworkDirectory
    suppliers: Mapping[str, Supplier]
    units: Mapping[str, Unit]


async def announce(feed: SuppliesFeed, sources: AnnouncementSources) -> list[LineResult]:
    """Write the good lines, settle what rested on them, and give the fate of all.

    Refuse INVALID_INPUT for a list of no size.
    """
    require_bulk_size(feed.lines)
    known = await _known(feed.lines, sources)
    commits = sources.commits
    decided = await asyncio.gather(*(commits.submit(each) for each in _commands(feed, known)))
    results: list[LineResult] = []
    unsettled: list[str] = []
    for each in decided:
        if each.outcome.refusals:
            raise each.outcome.refusals[0]
        results.extend(results_from_json(each.outcome.values["results"]))
        named = each.outcome.values["unsettled"]
        unsettled.extend(map(str, named if isinstance(named, list | tuple) else ()))
    await settle(map(named_supply, dict.fromkeys(unsettled)), commits)
    return results


async def _known(lines: Sequence[SentSupply], sources: AnnouncementSources) -> _Known:
    places = {line.location.strip() for line in lines}
    origins = {line.origin for line in lines if line.origin is not None}
    channels = {line.window.channel for line in lines if line.window and line.window.channel}
    named = {line.supplier for line in lines if line.supplier is not None}
    return _Known(
        await sources.catalogue.known(sorted({line.sku.strip() for line in lines})),
        await sources.network.directory(locations=places | origins, channels=channels),
        await sources.suppliers.suppliers(sorted(named)) if named else {},
        await units_of(lines, sources.catalogue),
    )


def _commands(feed: SuppliesFeed, known: _Known) -> Iterator[AnnounceInbound]:
    """Cut the feed into commands whose keys are derived from its own."""
    for start in range(0, len(feed.lines), LINES_PER_COMMIT):
        good: list[AnnouncedLine] = []
        bad: list[RejectedLine] = []
        for index in range(start, min(start + LINES_PER_COMMIT, len(feed.lines))):
            line = feed.lines[index]
            problems = tuple(
                problem.under("input", "lines", str(index)) for problem in _problems(line, known)
            )
            if problems:
                bad.append(RejectedLine(index, line.ref, problems))
            else:
                good.append(AnnouncedLine(index, _announcement(line, known)))
        part = f"{feed.request.mutation}/{start // LINES_PER_COMMIT}"
        request = replace(feed.request, mutation=part)
        yield AnnounceInbound(request, feed.actor, tuple(good), tuple(bad))


def _announcement(line: SentSupply, known: _Known) -> Announcement:
    position = PositionKey(line.sku.strip(), line.location.strip(), line.condition)
    return Announcement(
        InboundKey(position, line.kind, line.reference.strip(), line.line.strip()),
        line.quantity,
        to_milliseconds(line.expected_at),
        _available_from(line, known),
        line.supplier,
        line.origin,
        line.window,
        line.cancelled,
        None if line.ship_before is None else to_milliseconds(line.ship_before),
    )


def _available_from(line: SentSupply, known: _Known) -> datetime:
    supplier = known.suppliers.get(line.supplier or "")
    delay = timedelta(days=0 if supplier is None else supplier.delay_days)
    return to_milliseconds(line.expected_at) + delay


def _problems(line: SentSupply, known: _Known) -> Iterator[Refusal]:
    quota = line.kind is InboundKind.PREORDER
    try:
        sku = required_code(line.sku, "sku")
        location = required_code(line.location, "locationCode")
        required_code(line.reference, "code" if quota else "reference")
        required_code(line.line, "line")
    except Refusal as refusal:
        yield refusal
        return
    if sku not in known.skus:
        yield unknown_sku(sku, "sku")
    yield from unit_problems(line, known.units)
    if location not in known.directory.locations:
        yield unknown_location(location, "locationCode")
    if line.origin is not None and line.origin not in known.directory.locations:
        yield unknown_location(line.origin, "fromLocationCode")
    elif line.origin == location:
        yield invalid("A transfer comes from another location.", "fromLocationCode")
    if line.supplier is not None and line.supplier not in known.suppliers:
        yield unknown_supplier(line.supplier, "supplierCode")
    if not 0 <= line.quantity <= LARGEST:
        yield invalid(f"A quantity is between 0 and {LARGEST}.", "quantity")
    if line.expected_at > _LATEST:
        path = "availableFrom" if quota else "expectedAt"
        yield invalid(f"A date is not later than the year {_LATEST.year - 1}.", path)
    elif line.ship_before is not None and line.ship_before <= _available_from(line, known):
        yield invalid("Goods leave after they have come.", "shipBefore")
    if line.window is not None:
        yield from _window_problems(line.window, known)


def _window_problems(window: SaleWindow, known: _Known) -> Iterator[Refusal]:
    if window.closes_at <= window.opens_at:
        yield invalid("A quota closes after it opens.", "closesAt")
    if window.channel is not None and window.channel not in known.directory.channels:
        yield unknown_channel(window.channel, "channel")
