"""Any transport, with its times and failures counted."""

from time import perf_counter

from prometheus_client import CollectorRegistry

from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphTransport
from service_kit.runtime.durations import Durations


class MeasuredTransport:
    """Passes requests on and observes how long each took, by subgraph and outcome."""

    def __init__(self, transport: SubgraphTransport, registry: CollectorRegistry) -> None:
        self._transport = transport
        self._seconds = Durations(
            "gateway_subgraph_seconds",
            "Time for a subgraph's answer, by subgraph and status.",
            ("subgraph", "status"),
            registry,
        )

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Ask; raises SubgraphUnreachable."""
        started, status = perf_counter(), "unreachable"
        try:
            response = await self._transport.send(request)
            status = str(response.status)
            return response  # there is no handler to stand before
        finally:
            self._seconds.add(perf_counter() - started, request.subgraph, status)
