"""Feed the stock: snapshots or deltas, each line for itself, in commits of bounded size."""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_svc.domain.stock.commands import FeedMode, FeedStock
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Freshness, Network
from inventory_svc.ports.stock import StockCommits
from inventory_svc.use_cases.feeds.feed_lines import (
    FeedScope,
    NumberedLine,
    StockLine,
    scope_of,
    sorted_lines,
)
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    require_bulk_size,
    results_from_json,
)
from service_kit.runtime.clock import Clock

LINES_PER_COMMIT = 250


@dataclass(frozen=True, slots=True)
class StockFeed:
    """One call of a feed, by a source if it says so."""

    request: IdempotentRequest
    actor: str
    mode: FeedMode
    lines: Sequence[StockLine]
    source: str | None = None

    @property
    def name(self) -> str:
        """What its refused lines are kept under."""
        return self.request.identifier


async def import_stock(
    feed: StockFeed,
    catalogue: Catalogue,
    network: Network,
    commits: StockCommits,
    freshness: Freshness,
    clock: Clock,
) -> list[LineResult]:
    """Write the good lines and give the fate of all; refused lines are kept.

    Each commit's worth of lines is idempotent by itself, so a feed that broke off is finished by
    sending it again.
    """
    require_bulk_size(feed.lines)
    now = clock.now()
    scope = await scope_of(feed.lines, feed.mode, feed.source, catalogue, network, now)
    decided = await asyncio.gather(*(commits.submit(command) for command in _commands(feed, scope)))
    results: list[LineResult] = []
    counted: list[datetime] = []
    for each in decided:
        if each.outcome.refusals:
            raise each.outcome.refusals[0]
        written = results_from_json(each.outcome.values["results"])
        counted.extend(_counted(feed, written, _written_at(each.outcome, now)))
        results.extend(written)
    if scope.source is not None and counted:
        await freshness.told(scope.source, max(counted))
    return results


def _written_at(outcome: Outcome, now: datetime) -> datetime:
    """Give when lines were written: long ago, perhaps, if they were sent again."""
    told = outcome.values.get("at")
    return datetime.fromisoformat(told) if isinstance(told, str) else now


def _counted(
    feed: StockFeed, results: Iterable[LineResult], written_at: datetime
) -> Iterator[datetime]:
    """Give the moments of which the good lines speak: of the count, or of the writing."""
    for result in results:
        if result.status is not LineStatus.REJECTED:
            yield min(written_at, feed.lines[result.index].snapshot_at or written_at)


def _commands(feed: StockFeed, scope: FeedScope) -> Iterator[FeedStock]:
    """Cut the feed into commands whose keys are derived from its own."""
    for start in range(0, len(feed.lines), LINES_PER_COMMIT):
        part = feed.lines[start : start + LINES_PER_COMMIT]
        numbered = [NumberedLine(start + at, line) for at, line in enumerate(part)]
        good, bad = sorted_lines(numbered, scope)
        mutation = f"{feed.request.mutation}/{start // LINES_PER_COMMIT}"
        request = replace(feed.request, mutation=mutation)
        yield FeedStock(request, feed.actor, feed.mode, good, bad, feed.name, feed.source)
