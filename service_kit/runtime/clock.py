"""The time of the domain: UTC, in whole milliseconds, always handed in."""

import time
from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Something that knows what time it is."""

    def now(self) -> datetime:
        """Give the present moment: aware, UTC, truncated to the millisecond."""


def to_milliseconds(at: datetime) -> datetime:
    """Give the same moment in UTC, truncated to the millisecond; a naive one is refused."""
    if at.tzinfo is None:
        raise ValueError("A moment needs a time zone.")
    at = at.astimezone(UTC)
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def wall_milliseconds() -> int:
    """Give the milliseconds since 1970: for names and logs, never for a rule."""
    return time.time_ns() // 1_000_000


class SystemClock:
    """The machine's own clock."""

    def now(self) -> datetime:
        now = datetime.now(UTC)
        return now.replace(microsecond=now.microsecond // 1000 * 1000)


class SettableClock:
    """A clock that stands still until it is told otherwise."""

    def __init__(self, start: datetime) -> None:
        self._at = to_milliseconds(start)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Move to a moment, be it in the past."""
        self._at = to_milliseconds(at)

    def advance(self, by: timedelta) -> datetime:
        """Move forward and give the new moment; moving backward is refused."""
        if by < timedelta(0):
            raise ValueError("A clock does not advance backward; set it.")
        self._at = to_milliseconds(self._at + by)
        return self._at
