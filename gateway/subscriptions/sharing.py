"""What subgraphs say of one event, asked once by all who may hear the same."""

import asyncio
from collections.abc import Hashable

from gateway.ports import (
    SubgraphRequest,
    SubgraphResponse,
    SubgraphTransport,
    SubgraphUnreachable,
)

_OK = 200
_MOST_ANSWERS = 16
"""How many answers are kept with one event."""


class SharedAnswers:
    """A transport for one event: asks nothing again that `known` holds for the same `rights`.

    What failed is nobody else's: it may have been the token of who asked.
    """

    def __init__(
        self,
        transport: SubgraphTransport,
        known: "dict[Hashable, asyncio.Task[SubgraphResponse]]",
        rights: Hashable,
    ) -> None:
        self._transport = transport
        self._known = known
        self._rights = rights

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Give the answer, which may be to somebody else; raises SubgraphUnreachable."""
        key = (self._rights, request.subgraph, request.body)
        known = self._known.get(key)
        if known is not None:
            try:
                response = await asyncio.shield(known)
            except SubgraphUnreachable:
                pass
            else:
                if response.status == _OK:
                    return response
        if len(self._known) >= _MOST_ANSWERS:
            return await self._transport.send(request)
        # A task of its own: who asks first may go away before the others.
        task = self._known[key] = asyncio.create_task(self._send(request))
        return await asyncio.shield(task)

    async def _send(self, request: SubgraphRequest) -> SubgraphResponse:
        return await self._transport.send(request)
