"""What the gateway needs from outside: a way to ask a subgraph."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

from service_kit.identity.caller import Caller


@dataclass(frozen=True, slots=True)
class SubgraphRequest:
    """One GraphQL request to one subgraph.

    `body` is the whole JSON document (query, operationName, variables); `caller` is whom the
    subgraph shall believe to be asking; `headers` are passed on as they are.
    """

    subgraph: str
    body: bytes
    caller: Caller | None = None
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SubgraphResponse:
    """What came back: an HTTP status and a body that may or may not be GraphQL's JSON."""

    status: int
    body: bytes


class SubgraphUnreachable(Exception):
    """No whole answer came: refused, cut off, too late or too large. The text is for the log."""


class SubgraphTransport(Protocol):
    """A way to reach subgraphs by name."""

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        """Ask, and wait for the answer; raises SubgraphUnreachable."""
