"""What Prometheus is told of live subscriptions, read when it asks."""

from collections.abc import Iterator

from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector

from gateway.subscriptions.live import LiveEvents


class LiveMetrics(Collector):
    """Listeners, events read, deliveries, what waits, who was cut off, and two durations."""

    def __init__(self, live: LiveEvents) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        """Read the figures."""
        gauges = (
            _gauge("listeners", "Subscriptions served from a stream."),
            _gauge("waiting", "Items of a stream that wait to be delivered."),
        )
        counters = (
            _counter("events_read", "Events read from a stream."),
            _counter("deliveries", "Items handed to subscriptions of a stream."),
            _counter("cut_off", "Subscriptions ended because they took items too slowly."),
            _counter("resets", "Times that a stream, or a client's cursor in it, had to be reset."),
            _counter("failed_reads", "Reads of a stream that failed, and were tried again."),
        )
        durations = (
            _histogram("lag_seconds", "From an event's commit to its delivery."),
            _histogram("resolving_seconds", "Time that subgraphs take to resolve an event."),
        )
        behind = GaugeMetricFamily(
            "gateway_live_behind",
            "Events of a partition that are in the log and not read yet.",
            labels=["stream", "partition"],
        )
        for name, reader in self._live.readers.items():
            figures = reader.figures
            for partition, events in enumerate(reader.behind):
                behind.add_metric([name, str(partition)], events)
            for gauge, value in zip(gauges, (len(reader), reader.waiting), strict=True):
                gauge.add_metric([name], value)
            counts = (
                figures.events_read,
                figures.deliveries,
                figures.cut_off,
                figures.resets,
                figures.failed_reads,
            )
            for counter, count in zip(counters, counts, strict=True):
                counter.add_metric([name], count)
            for histogram, one in zip(durations, (figures.lag, figures.resolving), strict=True):
                histogram.add_metric([name], one.cumulative(), one.total)
        yield from (*gauges, behind, *counters, *durations)


def _gauge(name: str, text: str) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"gateway_live_{name}", text, labels=["stream"])


def _counter(name: str, text: str) -> CounterMetricFamily:
    return CounterMetricFamily(f"gateway_live_{name}", text, labels=["stream"])


def _histogram(name: str, text: str) -> HistogramMetricFamily:
    return HistogramMetricFamily(f"gateway_live_{name}", text, labels=["stream"])
