"""Stretches of time: what is left of one, whether two meet."""

from collections.abc import Iterator, Sequence

from retail_kit.calendars.opening_hours import Period


def without(period: Period, gaps: Sequence[Period]) -> Iterator[Period]:
    """Give what is left of a period, in order; the gaps are in order too."""
    start = period.start
    for gap in gaps:
        if gap.end <= start or gap.start >= period.end:
            continue
        if gap.start > start:
            yield Period(start, gap.start)
        start = gap.end
    if start < period.end:
        yield Period(start, period.end)


def overlap(one: Period, other: Period) -> bool:
    """Tell whether two periods share any time; touching ones do not."""
    return one.start < other.end and other.start < one.end


def covers(whole: Period, part: Period) -> bool:
    """Tell whether a period lies within another."""
    return whole.start <= part.start and part.end <= whole.end
