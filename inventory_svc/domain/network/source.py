"""Sources: who tells of the stock of which locations, and how fresh that must be."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from inventory_svc.domain.naming import code_problems, required_code
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll

SILENCE_WORK = "stock-source-silent"
"""The kind of due work that looks whether a source has fallen silent."""
LONGEST_SILENCE = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class StockSource:
    """One system that feeds the stock of its locations.

    What it told counts for `fresh_for` from then on; for ever when that is None.
    """

    code: str
    name: str
    locations: frozenset[str] = frozenset()
    fresh_for: timedelta | None = None
    version: int = 0

    def stale_from(self, told_at: datetime | None) -> datetime | None:
        """Give when what it told no longer counts; None for never, or if it never told."""
        if told_at is None or self.fresh_for is None:
            return None
        return told_at + self.fresh_for

    def stale_since(self, told_at: datetime | None, now: datetime) -> datetime | None:
        """Give since when what it told no longer counts; None while it does."""
        ends = self.stale_from(told_at)
        return ends if ends is not None and ends <= now else None


def stale_locations(
    sources: Iterable[StockSource], told_at: Mapping[str, datetime], now: datetime
) -> dict[str, datetime]:
    """Give the locations of which a source has been silent for too long, and since when."""
    stale: dict[str, datetime] = {}
    for source in sources:
        since = source.stale_since(told_at.get(source.code), now)
        if since is not None:
            for location in source.locations:
                stale[location] = min(since, stale.get(location, since))
    return stale


def checked_source(source: StockSource) -> StockSource:
    """Give the source in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(source))
    if problems:
        raise RefusedAll(problems)
    return replace(source, code=required_code(source.code, "code"), name=source.name.strip())


def _problems(source: StockSource) -> Iterator[Refusal]:
    try:
        required_code(source.code, "code")
    except Refusal as refusal:
        yield refusal
    if not source.name.strip():
        yield invalid("A name is required.", "name")
    if source.fresh_for is not None and not timedelta(0) < source.fresh_for <= LONGEST_SILENCE:
        longest = int(LONGEST_SILENCE.total_seconds())
        yield invalid(f"It is between 1 and {longest} seconds.", "freshForSeconds")
    yield from code_problems(source.locations, "locationCodes")
