"""A file of stock on its way: what it is, and how far it has been applied."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final, NamedTuple

from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.feeds.whole_file import Unnamed, Wholeness
from inventory_svc.domain.stock.commands import FeedMode
from service_kit.commands.denials import invalid

FILE_WORK: Final = "stock-file"
"""The kind of due work that applies the lines of a file."""
TOP_WORK: Final = "stock-file-top-sellers"
"""The kind of due work that applies those lines of a file that cannot wait."""
UNNAMED_WORK: Final = "stock-file-unnamed"
"""The kind of due work that sets to zero what a file leaves out that is the whole truth."""
TIDY_WORK: Final = "stock-file-parts"
"""The kind of due work that deletes the parts of a file that has ended."""
KEPT_FOR: Final = timedelta(days=7)
"""How long a file waits for people: to be closed, decided about, or resumed."""
LARGEST_PART: Final = 512 * 1024
"""Bytes of a part of a file, as it is packed."""
MOST_PARTS: Final = 100_000
MOST_TOP_SELLERS: Final = 5_000


class FileState(StrEnum):
    """Where a file stands."""

    OPEN = "OPEN"
    APPLYING = "APPLYING"
    HELD = "HELD"
    DONE = "DONE"
    FAILED = "FAILED"


class FilePass(StrEnum):
    """A file is read for the best sellers first, for all others, and for what it leaves out."""

    TOP_SELLERS = "TOP_SELLERS"
    OTHERS = "OTHERS"
    UNNAMED = "UNNAMED"

    @property
    def number(self) -> int:
        """Its place in the order of the readings."""
        return list(FilePass).index(self)


class Closing(NamedTuple):
    """What is known once all of a file has arrived; `lines` only of some that are whole."""

    parts: int
    top_sellers: tuple[str, ...]
    at: datetime
    lines: int | None = None


class LineCounts(NamedTuple):
    """How many lines were written, said what was known, and were refused."""

    applied: int
    unchanged: int
    rejected: int


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A file. `next_line` is the first that the current `reading` has not applied yet.

    `top_sellers` are those of the time at which it was closed. The counts are of lines. `told_at`
    is the youngest count among the good ones. One that is `whole` has its `lines` counted as it is
    read, and then says what is `unnamed`.
    """

    identifier: str
    name: str
    mode: FeedMode
    format: FileFormat
    compression: Compression
    actor: str
    opened_at: datetime
    source: str | None = None
    counted_at: datetime | None = None
    state: FileState = FileState.OPEN
    parts: int = 0
    reading: FilePass = FilePass.TOP_SELLERS
    next_line: int = 0
    applied: int = 0
    unchanged: int = 0
    rejected: int = 0
    top_sellers: tuple[str, ...] = ()
    closed_at: datetime | None = None
    ended_at: datetime | None = None
    failure: str | None = None
    told_at: datetime | None = None
    whole: Wholeness | None = None
    lines: int | None = None
    unnamed: Unnamed | None = None
    held_at: datetime | None = None
    version: int = 1

    @property
    def as_of(self) -> datetime:
        """When lines were counted that do not say it, or by when the goods of deltas had moved."""
        return self.counted_at or self.closed_at or self.opened_at

    def closed(self, closing: Closing) -> "FeedFile":
        """Give it as it is once all of it has arrived; without top sellers nothing goes first."""
        best, lines = closing.top_sellers, closing.lines
        if lines is not None and self.whole is None:
            raise invalid("Only a file that is the whole truth says this.", "input", "lines")
        return replace(
            self,
            state=FileState.APPLYING,
            parts=closing.parts,
            top_sellers=best,
            reading=FilePass.TOP_SELLERS if best else FilePass.OTHERS,
            closed_at=closing.at,
            whole=None if self.whole is None else replace(self.whole, lines=lines),
        )

    def advanced(self, next_line: int, counts: LineCounts, told_at: datetime | None) -> "FeedFile":
        """Give it with so many lines more; `told_at` is the youngest count among them."""
        moments = [at for at in (self.told_at, told_at) if at is not None]
        return replace(
            self,
            next_line=next_line,
            applied=self.applied + counts.applied,
            unchanged=self.unchanged + counts.unchanged,
            rejected=self.rejected + counts.rejected,
            told_at=max(moments, default=None),
        )

    def read_through(self, lines: int, now: datetime) -> "FeedFile":
        """Give it at the end of a reading of so many lines: the next one begins, or it is done."""
        if self.reading is FilePass.TOP_SELLERS:
            return replace(self, reading=FilePass.OTHERS, next_line=0)
        if self.whole is not None:
            return replace(self, reading=FilePass.UNNAMED, next_line=0, lines=lines)
        return replace(self.done(now), lines=lines)

    def found_unnamed(self, unnamed: Unnamed, now: datetime) -> "FeedFile":
        """Give it once that is known; held, if it may not be whole."""
        if not unnamed.held_for:
            return replace(self, unnamed=unnamed)
        return replace(self, unnamed=unnamed, state=FileState.HELD, held_at=now)

    def zeroed(self, next_line: int, counts: LineCounts) -> "FeedFile":
        """Give it with so many of the positions set to zero that it does not name."""
        found = self.unnamed
        return replace(
            self,
            next_line=next_line,
            unnamed=None if found is None else found.advanced(counts.applied, counts.unchanged),
            rejected=self.rejected + counts.rejected,
        )

    def decided(self, now: datetime, *, is_whole: bool) -> "FeedFile":
        """Give one that was held when somebody knows whether it is whole."""
        if self.state is not FileState.HELD:
            raise invalid("Nobody has to decide about this file.", "input", "feedId")
        return replace(self, state=FileState.APPLYING) if is_whole else self.done(now)

    def done(self, now: datetime) -> "FeedFile":
        """Give it at its end."""
        return replace(self, state=FileState.DONE, ended_at=now, top_sellers=())

    def failed(self, why: str, now: datetime) -> "FeedFile":
        """Give it as it is when it cannot be read on; what was applied stands."""
        return replace(self, state=FileState.FAILED, failure=why, ended_at=now)

    def resumed(self) -> "FeedFile":
        """Give one that has failed as it was when it did."""
        return replace(self, state=FileState.APPLYING, failure=None, ended_at=None)

    def given_up(self, at: datetime) -> "FeedFile":
        """Give it as people see it while nobody applies it, because that failed too often."""
        return replace(self, state=FileState.FAILED, failure=_GIVEN_UP, ended_at=at)


_GIVEN_UP = "It was tried too often without coming further. Operators have it among parked work."
