"""What the gateway needs from outside: ways to ask a subgraph, and a log of events."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from service_kit.identity.caller import Caller
from service_kit.messaging.log_head import LogHead


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


class SubgraphStreams(Protocol):
    """A way to subscribe at subgraphs by name."""

    def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Give each answer as it comes, until the subgraph ends; raises SubgraphUnreachable."""


class PolicyDecider(Protocol):
    """Decides the policies that `@policy` names: from the token, or by asking somebody else."""

    async def granted(self, caller: Caller, policies: frozenset[str]) -> frozenset[str]:
        """Give those of the policies that the caller has; whatever is raised means an error."""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One event of one partition of a log: positions count up by one, without gaps."""

    partition: int
    position: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class LogBounds:
    """The oldest and the newest position that a partition still has; 0 and 0 if it has none."""

    first: int
    last: int


class LogUnavailable(Exception):
    """The log did not answer; asking again is harmless. The text is for the log of errors."""


class EventLog(Protocol):
    """The partitioned logs of services, by the name of the stream."""

    async def bounds(self, stream: str, partitions: int) -> Sequence[LogBounds]:
        """Give what each partition has; raises LogUnavailable."""

    async def head(self, stream: str) -> LogHead:
        """Give what the log's writer has said of it last; raises LogUnavailable."""

    async def read(
        self, stream: str, after: Mapping[int, int], *, count: int, wait_seconds: float | None
    ) -> Sequence[LogEntry]:
        """Give entries after each partition's position, in each partition's order.

        `wait_seconds` None answers at once; else it waits so long for the first one. At most
        `count` of each partition; raises LogUnavailable.
        """
