"""A file of stock on its way: what it is, and how far it has been applied."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.stock.commands import FeedMode

FILE_WORK: Final = "stock-file"
"""The kind of due work that applies the lines of a file."""
TOP_WORK: Final = "stock-file-top-sellers"
"""The kind of due work that applies those lines of a file that cannot wait."""
TIDY_WORK: Final = "stock-file-parts"
"""The kind of due work that deletes the parts of a file that has ended."""
CLOSED_WITHIN: Final = timedelta(days=7)
"""How long a file may be on its way."""
LARGEST_PART: Final = 512 * 1024
"""Bytes of a part of a file, as it is packed."""
MOST_PARTS: Final = 100_000
MOST_TOP_SELLERS: Final = 5_000


class FileState(StrEnum):
    """Where a file stands."""

    OPEN = "OPEN"
    APPLYING = "APPLYING"
    DONE = "DONE"
    FAILED = "FAILED"


class FilePass(StrEnum):
    """A file is read for the best sellers first, then for all others."""

    TOP_SELLERS = "TOP_SELLERS"
    OTHERS = "OTHERS"


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A file. `next_line` is the first that the current `reading` has not applied yet.

    `top_sellers` are those of the time at which it was closed. The counts are of lines. `told_at`
    is the youngest count among the good ones.
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
    version: int = 1

    @property
    def as_of(self) -> datetime:
        """The moment at which lines were counted that do not say it themselves."""
        return self.counted_at or self.closed_at or self.opened_at

    def closed(self, parts: int, top_sellers: tuple[str, ...], now: datetime) -> "FeedFile":
        """Give it as it is once all of it has arrived; without top sellers nothing goes first."""
        return replace(
            self,
            state=FileState.APPLYING,
            parts=parts,
            top_sellers=top_sellers,
            reading=FilePass.TOP_SELLERS if top_sellers else FilePass.OTHERS,
            closed_at=now,
        )

    def advanced(
        self,
        next_line: int,
        applied: int,
        unchanged: int,
        rejected: int,
        told_at: datetime | None = None,
    ) -> "FeedFile":
        """Give it with so many lines more; `told_at` is the youngest count among them."""
        moments = [at for at in (self.told_at, told_at) if at is not None]
        return replace(
            self,
            next_line=next_line,
            applied=self.applied + applied,
            unchanged=self.unchanged + unchanged,
            rejected=self.rejected + rejected,
            told_at=max(moments, default=None),
        )

    def read_through(self, now: datetime) -> "FeedFile":
        """Give it at the end of a reading: the other one begins, or it is done."""
        if self.reading is FilePass.TOP_SELLERS:
            return replace(self, reading=FilePass.OTHERS, next_line=0)
        return replace(self, state=FileState.DONE, ended_at=now, top_sellers=())

    def failed(self, why: str, now: datetime) -> "FeedFile":
        """Give it as it is when it cannot be read on; what was applied stands."""
        return replace(self, state=FileState.FAILED, failure=why, ended_at=now, top_sellers=())

    def given_up(self) -> "FeedFile":
        """Give it as people see it while nobody applies it, because that failed too often."""
        return replace(self, state=FileState.FAILED, failure=_GIVEN_UP)


_GIVEN_UP = "It was tried too often without coming further. Operators have it among parked work."
