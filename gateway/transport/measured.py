"""Any transport, with its times and failures counted."""

from time import perf_counter

from prometheus_client import CollectorRegistry, Histogram

from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphTransport

_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


class MeasuredTransport:
    """Passes requests on and observes how long each took, by subgraph and outcome."""

    def __init__(self, transport: SubgraphTransport, registry: CollectorRegistry) -> None:
        self._transport = transport
        self._own: dict[tuple[str, str], Histogram] = {}
        self._seconds = Histogram(
            "gateway_subgraph_seconds",
            "Time for a subgraph's answer, by subgraph and status.",
            ("subgraph", "status"),
            buckets=_BUCKETS,
            registry=registry,
        )

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Ask; raises SubgraphUnreachable."""
        started, status = perf_counter(), "unreachable"
        try:
            response = await self._transport.send(request)
            status = str(response.status)
            return response  # there is no handler to stand before
        finally:
            taken = perf_counter() - started
            self._of(request.subgraph, status).observe(taken)

    def _of(self, subgraph: str, status: str) -> Histogram:
        own = self._own.get((subgraph, status))
        if own is None:
            own = self._own[subgraph, status] = self._seconds.labels(subgraph, status)
        return own
