"""Feed the stock: snapshots or deltas, each line for itself, in commits of bounded size."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from inventory_svc.domain.stock.commands import FeedMode, FeedStock
from inventory_svc.ports import Catalogue, Freshness, Network, StockCommits
from inventory_svc.use_cases.feeds.feed_lines import (
    FeedScope,
    NumberedLine,
    StockLine,
    scope_of,
    sorted_lines,
)
from service_kit.commands.idempotency import IdempotentRequest
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
    clock: Clock,
    freshness: Freshness | None = None,
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
    for each in decided:
        if each.outcome.refusals:
            raise each.outcome.refusals[0]
        results.extend(results_from_json(each.outcome.values["results"]))
    if scope.source is not None and freshness is not None:
        as_of = _told_at(feed, results, now)
        if as_of is not None:
            await freshness.told(scope.source, as_of)
    return results


def _told_at(feed: StockFeed, results: Sequence[LineResult], now: datetime) -> datetime | None:
    """Give the moment of which the good lines speak: the youngest count, or now."""
    good = [result.index for result in results if result.status is not LineStatus.REJECTED]
    counted = (feed.lines[index].snapshot_at or now for index in good)
    return min(now, max(counted)) if good else None


def _commands(feed: StockFeed, scope: FeedScope) -> Iterator[FeedStock]:
    """Cut the feed into commands whose keys are derived from its own."""
    for start in range(0, len(feed.lines), LINES_PER_COMMIT):
        part = feed.lines[start : start + LINES_PER_COMMIT]
        numbered = [NumberedLine(start + at, line) for at, line in enumerate(part)]
        good, bad = sorted_lines(numbered, scope)
        mutation = f"{feed.request.mutation}/{start // LINES_PER_COMMIT}"
        request = replace(feed.request, mutation=mutation)
        yield FeedStock(request, feed.actor, feed.mode, good, bad, feed.name, feed.source)
