"""What the use-cases ask of feeds and their files."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from inventory_svc.domain.feeds.feed_file import Closing, FeedFile
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey, RejectionState
from inventory_svc.domain.stock.position import PositionKey
from service_kit.commands.idempotency import IdempotentRequest


@dataclass(frozen=True, slots=True)
class RejectionsWanted:
    """A page of refused lines of feeds, after one of them."""

    limit: int
    feed: str | None = None
    source: str | None = None
    state: RejectionState = RejectionState.OPEN
    after: RejectionKey | None = None


class FeedRejections(Protocol):
    """The refused lines of feeds."""

    async def named(self, feed: str, numbers: Sequence[int]) -> Mapping[int, FeedRejection]:
        """Give refused lines of a feed by their number."""

    async def page(self, wanted: RejectionsWanted) -> Sequence[FeedRejection]:
        """Give refused lines, feed by feed in the order of their numbers."""


class FeedFiles(Protocol):
    """The files of stock, whole or on their way."""

    async def open(self, request: IdempotentRequest, file: FeedFile) -> FeedFile:
        """Begin a file; the same for the same key."""

    async def add_part(
        self, request: IdempotentRequest, identifier: str, number: int, content: bytes
    ) -> FeedFile:
        """Keep a part; refuse NOT_FOUND, or INVALID_INPUT when the file is closed."""

    async def close(
        self, request: IdempotentRequest, identifier: str, closing: Closing
    ) -> FeedFile:
        """Have the file applied; refuse NOT_FOUND, or INVALID_INPUT for other parts than these."""

    async def decide(
        self, request: IdempotentRequest, identifier: str, now: datetime, *, is_whole: bool
    ) -> FeedFile:
        """Go on with a file that is held; refuse NOT_FOUND, or INVALID_INPUT for any other."""

    async def resume(self, request: IdempotentRequest, identifier: str) -> FeedFile:
        """Go on with a file that failed; refuse NOT_FOUND, or INVALID_INPUT if that cannot be."""

    async def find(self, identifier: str) -> FeedFile | None:
        """Give a file as it stands."""

    async def page(self, before: tuple[datetime, str] | None, limit: int) -> Sequence[FeedFile]:
        """Give files as people see them, the latest first, before one of them."""

    async def look_up(self, identifier: str) -> FeedFile | None:
        """Give a file as people see it: failed, too, from when it was given up."""

    async def tidy_later(self, file: FeedFile, at: datetime) -> None:
        """Have a file tidied at a later time."""

    async def forget_parts(self, identifier: str) -> None:
        """Delete the parts of a file that has ended."""

    def content(self, file: FeedFile) -> AsyncIterator[bytes]:
        """Give the parts of a file, one after the other; raise UnreadableFile without one."""

    async def save(self, before: FeedFile, after: FeedFile) -> FeedFile | None:
        """Write how far a file has come; None when somebody else has moved it meanwhile."""


class Listing(NamedTuple):
    """Names the positions that one survey found a file not to name."""

    feed: str
    name: str


class UnnamedPositions(Protocol):
    """The positions that files do not name which are the whole truth, listed page by page."""

    async def keep(self, listing: Listing, page: int, positions: Sequence[PositionKey]) -> None:
        """Write a page; the same page again changes nothing."""

    async def page(self, listing: Listing, page: int) -> Sequence[PositionKey]:
        """Give a page."""

    async def forget(self, feed: str) -> None:
        """Delete all that was listed for a file."""
