"""From a wall clock's time to the instant, on the two odd days of the year too."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_RESOLUTION = timedelta(seconds=1)


class NaiveInstant(ValueError):
    """A moment was given without its time zone."""


def require_aware(at: datetime) -> datetime:
    """Return the moment in UTC; one without a time zone is a NaiveInstant."""
    if at.tzinfo is None:
        raise NaiveInstant(f"has no time zone: {at.isoformat()}")
    return at.astimezone(UTC)


def instant_of(day: date, at: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """Find the UTC instant at which the zone's wall clock shows that time.

    A time shown twice is its first showing, or with `last` its second; a time that the clock
    skips is the instant of the jump.
    """
    local = datetime.combine(day, at, zone)
    before = local.replace(fold=0).astimezone(UTC)
    after = local.replace(fold=1).astimezone(UTC)
    if before <= after:
        return after if last else before
    return _jump_between(after, before, zone)


def _jump_between(earlier: datetime, later: datetime, zone: ZoneInfo) -> datetime:
    old_offset = earlier.astimezone(zone).utcoffset()
    while later - earlier > _RESOLUTION:
        middle = earlier + (later - earlier) // 2
        middle = middle.replace(microsecond=0)
        if middle <= earlier:
            break
        if middle.astimezone(zone).utcoffset() == old_offset:
            earlier = middle
        else:
            later = middle
    return later.replace(microsecond=0)
