"""Feed the stock: snapshots or deltas, each line for itself, in commits of bounded size."""

import asyncio
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.refusals import unknown_location, unknown_sku
from inventory_svc.domain.stock.commands import FeedLine, FeedMode, FeedStock, RejectedLine
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports import Catalogue, Network, StockCommits
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.line_results import LineResult, require_bulk_size, results_from_json
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import Clock, to_milliseconds

LINES_PER_COMMIT = 250
CLOCKS_DIFFER_BY = timedelta(seconds=5)
"""How far ahead of ours the clock of a feed's sender may be."""


class StockLine(NamedTuple):
    """One line as it was fed; `snapshot_at` is when a snapshot was counted, now if not said."""

    sku: str
    location: str
    quantity: int
    condition: Condition = Condition.NEW
    snapshot_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What a line may speak of."""

    mode: FeedMode
    skus: Collection[str]
    directory: NetworkDirectory
    now: datetime


@dataclass(frozen=True, slots=True)
class StockFeed:
    """One call of a feed."""

    request: IdempotentRequest
    actor: str
    mode: FeedMode
    lines: Sequence[StockLine]


async def import_stock(
    feed: StockFeed, catalogue: Catalogue, network: Network, commits: StockCommits, clock: Clock
) -> list[LineResult]:
    """Write the good lines and give the fate of all.

    Each commit's worth of lines is idempotent by itself, so a feed that broke off is finished by
    sending it again.
    """
    require_bulk_size(feed.lines)
    known = _Known(
        feed.mode,
        await catalogue.known(sorted({line.sku.strip() for line in feed.lines})),
        await network.directory(locations={line.location.strip() for line in feed.lines}),
        clock.now(),
    )
    decided = await asyncio.gather(*(commits.submit(command) for command in _commands(feed, known)))
    results: list[LineResult] = []
    for each in decided:
        if each.outcome.refusals:
            raise each.outcome.refusals[0]
        results.extend(results_from_json(each.outcome.values["results"]))
    return results


def _commands(feed: StockFeed, known: _Known) -> Iterator[FeedStock]:
    """Cut the feed into commands whose keys are derived from its own."""
    for start in range(0, len(feed.lines), LINES_PER_COMMIT):
        good: list[FeedLine] = []
        bad: list[RejectedLine] = []
        for index in range(start, min(start + LINES_PER_COMMIT, len(feed.lines))):
            line = feed.lines[index]
            problems = tuple(
                problem.under("input", "lines", str(index)) for problem in _problems(line, known)
            )
            if problems:
                bad.append(RejectedLine(index, _ref(line), problems))
            else:
                good.append(_feed_line(index, line, known))
        part = f"{feed.request.mutation}/{start // LINES_PER_COMMIT}"
        request = replace(feed.request, mutation=part)
        yield FeedStock(request, feed.actor, feed.mode, tuple(good), tuple(bad))


def _feed_line(index: int, line: StockLine, known: _Known) -> FeedLine:
    key = PositionKey(line.sku.strip(), line.location.strip(), line.condition)
    counted_at = to_milliseconds(line.snapshot_at or known.now)
    return FeedLine(
        index, key, line.quantity, counted_at if known.mode is FeedMode.SNAPSHOT else None
    )


def _problems(line: StockLine, known: _Known) -> Iterator[Refusal]:
    try:
        sku = required_code(line.sku, "sku")
        location = required_code(line.location, "locationCode")
    except Refusal as refusal:
        yield refusal
        return
    if sku not in known.skus:
        yield unknown_sku(sku, "sku")
    if location not in known.directory.locations:
        yield unknown_location(location, "locationCode")
    lowest = 0 if known.mode is FeedMode.SNAPSHOT else -LARGEST
    if not lowest <= line.quantity <= LARGEST:
        yield invalid(f"A quantity is between {lowest} and {LARGEST}.", "quantity")
    if known.mode is FeedMode.DELTA and line.snapshot_at is not None:
        yield invalid("A delta has no time of counting.", "snapshotAt")
    if line.snapshot_at is not None and line.snapshot_at > known.now + CLOCKS_DIFFER_BY:
        yield invalid("Nothing can be counted in the future.", "snapshotAt")


def _ref(line: StockLine) -> str:
    return PositionKey(line.sku, line.location, line.condition).identifier
