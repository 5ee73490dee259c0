"""Files that are the whole truth: what they leave out is not there, if they can be believed."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final, NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.feeds.file_lines import FileLine
from inventory_svc.domain.stock.position import PositionKey

FEW_POSITIONS: Final = 20
"""So many positions can be set to zero at a place without anybody being asked."""
MOST_UNNAMED: Final = 20
"""Percent of the positions in stock, unless the file says how many."""
_ALL: Final = 100


class WholeOf(StrEnum):
    """Of what a file is the whole truth."""

    SOURCE = "SOURCE"
    NAMED_LOCATIONS = "NAMED_LOCATIONS"


class HoldReason(StrEnum):
    """Why a file is not believed to be whole."""

    OTHER_LINES = "OTHER_LINES"
    UNPLACED_LINES = "UNPLACED_LINES"
    MUCH_UNNAMED = "MUCH_UNNAMED"


@dataclass(frozen=True, slots=True)
class Wholeness:
    """What a file claims to be, and what would make that doubtful.

    `most_unnamed` is in percent of the positions in stock; `lines` is how many its sender counts.
    """

    of: WholeOf
    most_unnamed: int = MOST_UNNAMED
    lines: int | None = None


@dataclass(frozen=True, slots=True)
class Unnamed:
    """The positions in stock that a file does not name, listed as `listing`.

    `zeroed` and `kept` are how many of them have been set to zero so far, and how many have not
    been, since they were counted later. Of `unplaced` lines nobody knows which positions they name.
    The positions are numbered on from the lines of the file: from `first` on.
    """

    listing: str
    first: int
    positions: int
    in_stock: int
    unplaced: int
    held_for: tuple[HoldReason, ...] = ()
    zeroed: int = 0
    kept: int = 0

    def advanced(self, zeroed: int, kept: int) -> "Unnamed":
        """Give it with so many positions more."""
        return replace(self, zeroed=self.zeroed + zeroed, kept=self.kept + kept)


class Tally(NamedTuple):
    """How many positions of a place are in stock, and how many of these a file does not name."""

    in_stock: int = 0
    unnamed: int = 0

    def with_one(self, *, unnamed: bool) -> "Tally":
        """Give it with a position more."""
        return Tally(self.in_stock + 1, self.unnamed + unnamed)

    def exceeds(self, percent: int) -> bool:
        """Whether more would be set to zero than may be without asking."""
        return self.unnamed > FEW_POSITIONS and self.unnamed * 100 > percent * self.in_stock


def total_of(tallies: Iterable[Tally]) -> Tally:
    """Add up what was counted at several places."""
    counted = list(tallies)
    return Tally(sum(each.in_stock for each in counted), sum(each.unnamed for each in counted))


def doubts(
    whole: Wholeness, lines: int, unplaced: int, tallies: Iterable[Tally]
) -> Iterator[HoldReason]:
    """Say why a file should not be believed; nothing when it would set nothing to zero."""
    counted = list(tallies)
    total = total_of(counted)
    if not total.unnamed:
        return
    if whole.lines not in (None, lines):
        yield HoldReason.OTHER_LINES
    if unplaced:
        yield HoldReason.UNPLACED_LINES
    says_nothing = not lines and whole.most_unnamed < _ALL
    if says_nothing or any(each.exceeds(whole.most_unnamed) for each in (total, *counted)):
        yield HoldReason.MUCH_UNNAMED


class NamedPositions:
    """The positions that the lines of a file speak of, be they good or refused.

    They are kept as numbers, and one part of them at a time: memory is bounded however long the
    file is. Two positions of one number would both count as named, which does no harm.
    """

    def __init__(self, part: int, parts: int) -> None:
        self._part = part
        self._parts = parts
        self._numbers: set[int] = set()
        self.locations: set[str] = set()
        self.unplaced = 0

    def hear(self, line: FileLine) -> None:
        """Take down what a line speaks of."""
        named = tuple(_named_by(line))
        self.unplaced += not named
        for key in named:
            self.locations.add(key.location)
            if self.is_asked_of(key):
                self._numbers.add(hash(key.identifier))

    def is_asked_of(self, key: PositionKey) -> bool:
        """Whether a position belongs to the part that is kept."""
        return hash(key.identifier) % self._parts == self._part

    def __contains__(self, key: PositionKey) -> bool:
        return hash(key.identifier) in self._numbers


def _named_by(line: FileLine) -> Iterator[PositionKey]:
    """Give the positions that a line may mean; of an unreadable condition, those of all."""
    sku, location = (str(line.told.get(name) or "").strip() for name in ("sku", "locationCode"))
    if line.problem is not None or not sku or not location:
        return
    condition = str(line.told.get("condition") or Condition.NEW.value).strip().upper()
    known = Condition.__members__.get(condition)
    for each in Condition if known is None else (known,):
        yield PositionKey(sku, location, each)
