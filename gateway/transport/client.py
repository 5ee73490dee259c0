"""What the transport asks of an HTTP client, and the bounds that any of them keeps."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from gateway.ports import SubgraphResponse

HEADERS = {
    "Content-Type": "application/json",
    "Accept": "application/graphql-response+json, application/json;q=0.9",
    "Accept-Encoding": "identity",
    "User-Agent": "tutti-gateway",
}
"""Headers of every request, unless the client's own are passed on."""

FIRST_STATUS = 100
FIRST_FINAL_STATUS = 200

KEEP_ALIVE_SECONDS = 4
"""How long an idle connection is kept.

Shorter than uvicorn's and Node's five seconds: no request meets a closing socket.
"""


@dataclass(frozen=True, slots=True)
class HttpLimits:
    """Bounds on one request to a subgraph; `connections` counts those open to one subgraph."""

    deadline: timedelta = timedelta(seconds=10)
    response_bytes: int = 32 << 20
    connections: int = 100


class AnswerTooLarge(Exception):
    """An answer has more bytes than it may."""


class BrokenExchange(ConnectionError):
    """The server closed the connection, or what is sent or comes is not HTTP."""


class HttpClient(Protocol):
    """A client of HTTP/1.1 that follows no redirects, keeps no cookies and repeats nothing."""

    async def post(
        self, subgraph: str, url: str, headers: Mapping[str, str], body: bytes
    ) -> SubgraphResponse:
        """Send one request; raises AnswerTooLarge, OSError, TimeoutError or aiohttp's errors."""

    async def close(self) -> None:
        """Close every connection."""
