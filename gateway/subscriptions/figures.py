"""What is counted of a stream, by plain additions: this runs for every delivery."""

import asyncio
from bisect import bisect_left
from collections.abc import Callable, Sequence
from datetime import datetime
from time import perf_counter
from typing import Any

from gateway.subscriptions.happening import Happening

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Counts:
    """A histogram; `buckets` count what is at most the bound at the same place, the last any."""

    __slots__ = ("buckets", "total")

    def __init__(self) -> None:
        self.buckets = [0] * (len(SECONDS) + 1)
        self.total = 0.0

    def add(self, seconds: float, times: int = 1) -> None:
        """Count a duration so many times."""
        self.buckets[bisect_left(SECONDS, seconds)] += times
        self.total += seconds * times

    def cumulative(self) -> Sequence[tuple[str, float]]:
        """Give each upper bound, as Prometheus writes it, with the count up to it."""
        bounds, reached, found = [*map(str, SECONDS), "+Inf"], 0, []
        for bound, count in zip(bounds, self.buckets, strict=True):
            reached += count
            found.append((bound, float(reached)))
        return found


class StreamFigures:
    """Counts of one stream: events read, deliveries, listeners cut off, resets, reads that failed.

    `lag` is from when an event occurred to its delivery; `resolving` is what subgraphs take.
    """

    def __init__(self) -> None:
        self.events_read = 0
        self.deliveries = 0
        self.cut_off = 0
        self.resets = 0
        self.failed_reads = 0
        self.lag = Counts()
        self.resolving = Counts()

    def delivered(self, happening: Happening | None, times: int, now: datetime) -> None:
        """Count an item that was handed to so many."""
        self.deliveries += times
        if happening is not None and times and happening.occurred is not None:
            lag = (now - happening.occurred).total_seconds()
            self.lag.add(max(0.0, lag), times)

    def timing(self) -> Callable[["asyncio.Task[Any]"], None]:
        """Begin to measure; the result ends it."""
        began = perf_counter()
        return lambda _: self.resolving.add(perf_counter() - began)
