"""Subgraphs inside this process, for tests and tools."""

from collections.abc import Awaitable, Callable, Mapping

from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphUnreachable

SubgraphFunction = Callable[[SubgraphRequest], Awaitable[SubgraphResponse]]


class InProcessTransport:
    """Asks a function per subgraph and remembers what was asked."""

    def __init__(self, subgraphs: Mapping[str, SubgraphFunction]) -> None:
        self._subgraphs = dict(subgraphs)
        self.requests: list[SubgraphRequest] = []

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Call the subgraph's function; an unknown name is unreachable."""
        self.requests.append(request)
        subgraph = self._subgraphs.get(request.subgraph)
        if subgraph is None:
            raise SubgraphUnreachable(f"{request.subgraph}: no such subgraph")
        return await subgraph(request)
