"""What Prometheus is told of live subscriptions, read when it asks."""

from collections.abc import Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from gateway.subscriptions.live import LiveEvents


class LiveMetrics(Collector):
    """Listeners and events read, by stream."""

    def __init__(self, live: LiveEvents) -> None:
        self._live = live

    def collect(self) -> Iterator[Metric]:
        """Read the figures."""
        listeners = GaugeMetricFamily(
            "gateway_live_listeners", "Subscriptions served from a stream.", labels=["stream"]
        )
        events = CounterMetricFamily(
            "gateway_live_events_read", "Events read from a stream.", labels=["stream"]
        )
        for name, reader in self._live.readers.items():
            listeners.add_metric([name], len(reader))
            events.add_metric([name], reader.events_read)
        yield listeners
        yield events
