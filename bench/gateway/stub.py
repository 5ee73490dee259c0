"""The stub subgraphs: one lean process that answers each request from a table of answers.

`python -m bench.gateway.stub PORT PORT PORT PORT` serves the subgraphs of the shop, in order. A
request that is not in the table yet is answered from the shop, and its answer is kept. `GET` gives
the number of requests that came to a port.
"""

import asyncio
import gc
import sys
from typing import cast

import orjson
import uvloop

from bench.gateway.answering import CannotAnswer, subgraph_answer
from bench.gateway.shop import SUBGRAPHS
from devstack.ports import HOST

_END = b"\r\n\r\n"


class Subgraph:
    """One subgraph's answers by request body."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.requests = 0
        self._answers: dict[bytes, bytes] = {}

    def answer(self, body: bytes) -> bytes:
        """Give the whole HTTP response."""
        self.requests += 1
        found = self._answers.get(body)
        if found is None:
            found = self._answers[body] = self._made(body)
        return found

    def count(self) -> bytes:
        """Give the number of requests so far."""
        return _response("200 OK", orjson.dumps(self.requests))

    def _made(self, body: bytes) -> bytes:
        try:
            asked = orjson.loads(body)
            answer = subgraph_answer(self.name, asked["query"], asked.get("variables") or {})
        except (CannotAnswer, LookupError, ValueError) as error:
            print(f"{self.name} cannot answer: {error!r}", file=sys.stderr, flush=True)
            return _response("400 Bad Request", orjson.dumps({"errors": [{"message": "no"}]}))
        return _response("200 OK", orjson.dumps(answer))


class StubProtocol(asyncio.Protocol):
    """HTTP/1.1 as far as gateways speak it: kept-alive, bodies with a length."""

    def __init__(self, subgraph: Subgraph) -> None:
        self._subgraph = subgraph
        self._received = b""
        self._transport: asyncio.WriteTransport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        self._transport = cast("asyncio.WriteTransport", transport)

    def data_received(self, data: bytes) -> None:
        """Answer every request that is whole."""
        self._received += data
        while (answer := self._next()) is not None and self._transport is not None:
            self._transport.write(answer)

    def _next(self) -> bytes | None:
        head, ended, rest = self._received.partition(_END)
        if not ended:
            return None
        if head.startswith(b"GET "):
            self._received = rest
            return self._subgraph.count()
        length = _length(head)
        if length is None:
            self._received = b""
            return _response("411 Length Required", b"")
        if len(rest) < length:
            return None
        self._received = rest[length:]
        return self._subgraph.answer(rest[:length])


def _length(head: bytes) -> int | None:
    for line in head.split(b"\r\n")[1:]:
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return None


def _response(status: str, body: bytes) -> bytes:
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}"
    return head.encode() + _END + body


async def serve(ports: list[int]) -> None:
    """Serve each subgraph at its port until the process ends."""
    loop = asyncio.get_running_loop()
    for name, port in zip(SUBGRAPHS, ports, strict=True):
        subgraph = Subgraph(name)
        await loop.create_server(lambda one=subgraph: StubProtocol(one), HOST, port)  # type: ignore[misc]  # bound now
    gc.freeze()
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(serve([int(port) for port in sys.argv[1:]]))
