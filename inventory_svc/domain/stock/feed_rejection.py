"""Lines of feeds that were refused: kept with the reasons until somebody settles them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.commands import FeedMode
from service_kit.commands.refusal import Refusal
from service_kit.runtime.json_values import JSON

_NUMBER_DIGITS = 9


class RejectionState(StrEnum):
    """What has become of a line."""

    OPEN = "OPEN"
    CORRECTED = "CORRECTED"
    DISCARDED = "DISCARDED"


class RejectionKey(NamedTuple):
    """Names a line: its feed, and its place there from 0."""

    feed: str
    number: int

    @property
    def identifier(self) -> str:
        """The key as one text; the lines of a feed sort by their place."""
        return f"{self.feed}{SEPARATOR}{self.number:0{_NUMBER_DIGITS}}"


@dataclass(frozen=True, slots=True)
class FeedRejection:
    """A line as it was sent (`told`), why it was refused, and what has become of it.

    `as_of` is the latest moment at which the goods of a delta can have moved.
    """

    key: RejectionKey
    mode: FeedMode
    told: Mapping[str, JSON]
    refusals: tuple[Refusal, ...]
    rejected_at: datetime
    as_of: datetime
    source: str | None = None
    state: RejectionState = RejectionState.OPEN
    settled_at: datetime | None = None
    settled_by: str | None = None
    version: int = 1

    def settled(self, state: RejectionState, actor: str, now: datetime) -> "FeedRejection":
        """Give it as it is once somebody has corrected or discarded it."""
        return replace(self, state=state, settled_at=now, settled_by=actor)

    def refused_again(
        self, told: Mapping[str, JSON], refusals: tuple[Refusal, ...]
    ) -> "FeedRejection":
        """Give it as it was last sent, with the reasons of then."""
        return replace(self, told=told, refusals=refusals)
