"""Sorting the good lines of a feed from the bad ones before the stock sees them."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import required_code
from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.source import StockSource
from inventory_svc.domain.refusals import (
    location_not_of_source,
    unknown_location,
    unknown_sku,
)
from inventory_svc.domain.stock.commands import FeedLine, FeedMode, RejectedLine
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.use_cases.unit_checks import unit_problems, units_of
from retail_kit.quantities import LARGEST, Unit
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal
from service_kit.messaging.envelope import text_of
from service_kit.runtime.clock import to_milliseconds
from service_kit.runtime.json_values import JSON

CLOCKS_DIFFER_BY = timedelta(seconds=5)
"""How far ahead of ours the clock of a feed's sender may be."""


class StockLine(NamedTuple):
    """One line as it was fed; `snapshot_at` is when a snapshot was counted, now if not said.

    `unit` is what the quantity counts, if the sender says so: it must be the item's own.
    """

    sku: str
    location: str
    quantity: int
    condition: Condition = Condition.NEW
    snapshot_at: datetime | None = None
    unit: Unit | None = None

    @property
    def ref(self) -> str:
        """What the line speaks of."""
        return PositionKey(self.sku, self.location, self.condition).identifier

    def told(self) -> dict[str, JSON]:
        """Give the line in the words of a feed."""
        return {
            "sku": self.sku,
            "locationCode": self.location,
            "condition": self.condition.value,
            "quantity": self.quantity,
            "snapshotAt": None if self.snapshot_at is None else text_of(self.snapshot_at),
            **({} if self.unit is None else {"unit": self.unit.value}),
        }


class NumberedLine(NamedTuple):
    """A line and its place in its feed, from 0."""

    number: int
    line: StockLine


@dataclass(frozen=True, slots=True)
class FeedScope:
    """What the lines of a feed may speak of; `units` of the items whose lines name one."""

    mode: FeedMode
    skus: Collection[str]
    directory: NetworkDirectory
    now: datetime
    source: StockSource | None = None
    units: Mapping[str, Unit] = field(default_factory=dict)


class SortedLines(NamedTuple):
    """The lines of a feed, good and bad."""

    good: tuple[FeedLine, ...]
    bad: tuple[RejectedLine, ...]


async def scope_of(
    lines: Sequence[StockLine],
    mode: FeedMode,
    source: str | None,
    catalogue: Catalogue,
    network: Network,
    now: datetime,
) -> FeedScope:
    """Look up what the lines speak of; refuse UNKNOWN_SOURCE."""
    directory = await network.directory(locations={line.location.strip() for line in lines})
    found = None if source is None else directory.source(source, "input", "source")
    skus = await catalogue.known(sorted({line.sku.strip() for line in lines}))
    return FeedScope(mode, skus, directory, now, found, await units_of(lines, catalogue))


def sorted_lines(lines: Sequence[NumberedLine], scope: FeedScope) -> SortedLines:
    """Check each line for itself."""
    good: list[FeedLine] = []
    bad: list[RejectedLine] = []
    for number, line in lines:
        problems = tuple(
            problem.under("input", "lines", str(number)) for problem in _problems(line, scope)
        )
        if problems:
            bad.append(RejectedLine(number, line.ref, problems, _kept(line, scope)))
        else:
            good.append(_feed_line(number, line, scope))
    return SortedLines(tuple(good), tuple(bad))


def _kept(line: StockLine, scope: FeedScope) -> dict[str, JSON]:
    """Give the words that are kept: whenever the line is corrected, it was counted when it was."""
    if scope.mode is FeedMode.SNAPSHOT and line.snapshot_at is None:
        line = line._replace(snapshot_at=scope.now)
    return line.told()


def _feed_line(index: int, line: StockLine, scope: FeedScope) -> FeedLine:
    key = PositionKey(line.sku.strip(), line.location.strip(), line.condition)
    is_count = scope.mode is FeedMode.SNAPSHOT
    counted_at = to_milliseconds(line.snapshot_at or scope.now) if is_count else None
    return FeedLine(index, key, line.quantity, counted_at, line.unit)


def _problems(line: StockLine, scope: FeedScope) -> Iterator[Refusal]:
    try:
        sku = required_code(line.sku, "sku")
        location = required_code(line.location, "locationCode")
    except Refusal as refusal:
        yield refusal
        return
    if sku not in scope.skus:
        yield unknown_sku(sku, "sku")
    yield from unit_problems(line, scope.units)
    if location not in scope.directory.locations:
        yield unknown_location(location, "locationCode")
    elif scope.source is not None and location not in scope.source.locations:
        yield location_not_of_source(location, scope.source.code, "locationCode")
    lowest = 0 if scope.mode is FeedMode.SNAPSHOT else -LARGEST
    if not lowest <= line.quantity <= LARGEST:
        yield invalid(f"A quantity is between {lowest} and {LARGEST}.", "quantity")
    if scope.mode is FeedMode.DELTA and line.snapshot_at is not None:
        yield invalid("A delta has no time of counting.", "snapshotAt")
    if line.snapshot_at is not None and line.snapshot_at > scope.now + CLOCKS_DIFFER_BY:
        yield invalid("Nothing can be counted in the future.", "snapshotAt")
