"""What Prometheus is told of connections that stay, read when it asks."""

from collections.abc import Callable, Iterator

from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector


class OpenMetrics(Collector):
    """Open WebSockets, streams over HTTP, and operations of sockets."""

    def __init__(
        self, sockets: Callable[[], int], streams: Callable[[], int], operations: Callable[[], int]
    ) -> None:
        self._counts = (
            ("gateway_open_sockets", "WebSockets that are open.", sockets),
            ("gateway_open_streams", "Streams over HTTP that are open.", streams),
            ("gateway_open_operations", "Operations of WebSockets under way.", operations),
        )

    def collect(self) -> Iterator[Metric]:
        """Read the counts."""
        for name, text, count in self._counts:
            yield GaugeMetricFamily(name, text, value=count())
