"""A histogram of durations for Prometheus, counted by plain additions: every request adds some."""

from bisect import bisect_left
from collections.abc import Iterator, Sequence

from prometheus_client.core import HistogramMetricFamily, Metric
from prometheus_client.registry import Collector, CollectorRegistry

BOUNDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
"""Upper bounds of the buckets, in seconds; one more has none."""


class Durations(Collector):
    """Durations in seconds by the values of its labels; those of one event loop add to it."""

    def __init__(
        self, name: str, text: str, labels: Sequence[str], registry: CollectorRegistry
    ) -> None:
        self._name, self._text, self._labels = name, text, labels
        self._counts: dict[tuple[str, ...], _Counts] = {}
        registry.register(self)

    def add(self, seconds: float, *values: str) -> None:
        """Count a duration; the values are those of the labels, in order."""
        counts = self._counts.get(values)
        if counts is None:
            counts = self._counts[values] = _Counts()
        counts.buckets[bisect_left(BOUNDS, seconds)] += 1
        counts.seconds += seconds

    def collect(self) -> Iterator[Metric]:
        """Read the counts."""
        family = HistogramMetricFamily(self._name, self._text, labels=self._labels)
        for values, counts in self._counts.items():
            family.add_metric(values, counts.cumulative(), counts.seconds)
        yield family


class _Counts:
    """What belongs to one choice of values."""

    __slots__ = ("buckets", "seconds")

    def __init__(self) -> None:
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0

    def cumulative(self) -> list[tuple[str, float]]:
        """Give each upper bound, as Prometheus writes it, with the count up to it."""
        reached, found = 0, []
        for bound, count in zip([*map(str, BOUNDS), "+Inf"], self.buckets, strict=True):
            reached += count
            found.append((bound, float(reached)))
        return found
