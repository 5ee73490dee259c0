"""Subscribing at subgraphs: by SSE (distinct connections), or by graphql-transport-ws."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

import aiohttp
import orjson
from aiohttp.http_exceptions import HttpProcessingError

from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphUnreachable
from gateway.transport.reasons import reason_of
from service_kit.identity.tokens import CallerSigner
from service_kit.runtime.telemetry import outgoing_headers

_OK = 200
_CONNECT_SECONDS = 10
_SILENCE_SECONDS = 90
"""A subgraph that sends nothing for so long, not even a heartbeat, is given up."""

_MOST_BYTES = 4 << 20
_FAILURES = (
    aiohttp.ClientError,
    TimeoutError,
    OSError,
    HttpProcessingError,  # a line is longer than may be
    ValueError,  # what should be JSON is none
)
_PROTOCOL = "graphql-transport-ws"
_SSE_HEADERS = {"Content-Type": "application/json", "Accept": "text/event-stream"}


class SubgraphSubscriptions:
    """Holds one connection per subscription; close it when done.

    `websockets` gives, by subgraph, the addresses of those that are asked by WebSocket.
    """

    def __init__(
        self,
        urls: Mapping[str, str],
        signer: CallerSigner | None = None,
        websockets: Mapping[str, str] | None = None,
    ) -> None:
        self._urls = dict(urls)
        self._signer = signer
        self._websockets = dict(websockets or {})
        self._session: aiohttp.ClientSession | None = None

    def use(self, urls: Mapping[str, str]) -> None:
        """Know these addresses from now on, and go on knowing those of subgraphs that are gone."""
        self._urls.update(urls)

    async def subscribe(self, request: SubgraphRequest) -> AsyncGenerator[SubgraphResponse, None]:
        """Give each answer as it comes; raises SubgraphUnreachable."""
        try:
            events = (
                self._by_websocket(request) if self._is_socket(request) else self._by_sse(request)
            )
            async with aclosing(events):
                async for event in events:
                    yield SubgraphResponse(_OK, event)
        except _FAILURES as error:
            raise SubgraphUnreachable(f"{request.subgraph}: {reason_of(error)}") from error

    async def close(self) -> None:
        """Close every connection."""
        if self._session is not None:
            await self._session.close()

    def _is_socket(self, request: SubgraphRequest) -> bool:
        return request.subgraph in self._websockets

    async def _by_sse(self, request: SubgraphRequest) -> AsyncGenerator[bytes, None]:
        url = self._urls.get(request.subgraph)
        if not url:
            raise SubgraphUnreachable(f"{request.subgraph}: no address is known")
        headers = {**self._headers(request), **_SSE_HEADERS}
        async with self._opened().post(
            url, data=request.body, headers=headers, allow_redirects=False
        ) as response:
            if response.content_type != "text/event-stream":
                # An answer instead of a stream: the reason why there is none.
                if not response.content_type.endswith("json"):
                    found = f"status {response.status}, {response.content_type}"
                    raise SubgraphUnreachable(f"{request.subgraph}: no stream of events: {found}")
                yield await _whole(response)
                return
            async for kind, data in _sse_events(response):
                if kind == "complete":
                    return
                if kind == "next":
                    yield data
            raise SubgraphUnreachable(f"{request.subgraph}: the stream broke off")

    async def _by_websocket(self, request: SubgraphRequest) -> AsyncGenerator[bytes, None]:
        headers = self._headers(request)
        async with self._opened().ws_connect(
            self._websockets[request.subgraph],
            protocols=(_PROTOCOL,),
            headers=headers,
            heartbeat=_SILENCE_SECONDS / 3,
            max_msg_size=_MOST_BYTES,
        ) as socket:
            init = {"type": "connection_init", "payload": dict(headers)}
            await socket.send_str(orjson.dumps(init).decode())
            async for message in socket:
                if message.type is not aiohttp.WSMsgType.TEXT:
                    break
                told = orjson.loads(message.data)
                match told.get("type") if isinstance(told, dict) else None:
                    case "connection_ack":
                        await socket.send_str(_subscribe(request.body))
                    case "ping":
                        await socket.send_str('{"type":"pong"}')
                    case "next":
                        yield orjson.dumps(told.get("payload"))
                    case "error":
                        yield orjson.dumps({"data": None, "errors": told.get("payload")})
                        return
                    case "complete":
                        return
            raise SubgraphUnreachable(f"{request.subgraph}: closed with {socket.close_code}")

    def _headers(self, request: SubgraphRequest) -> dict[str, str]:
        headers = {**request.headers, **outgoing_headers()}
        if self._signer is not None and request.caller is not None:
            token = self._signer.sign_for_stream(request.caller, request.subgraph)
            headers["Authorization"] = f"Bearer {token}"
        return headers

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0),
                timeout=aiohttp.ClientTimeout(
                    total=None, sock_connect=_CONNECT_SECONDS, sock_read=_SILENCE_SECONDS
                ),
                cookie_jar=aiohttp.DummyCookieJar(),
                read_bufsize=_MOST_BYTES,
            )
        return self._session


def _subscribe(body: bytes) -> str:
    message: dict[str, Any] = {"id": "1", "type": "subscribe", "payload": orjson.loads(body)}
    return orjson.dumps(message).decode()


async def _whole(response: aiohttp.ClientResponse) -> bytes:
    """Read to the end, in however many pieces it comes; raises ClientPayloadError if too long."""
    found = bytearray()
    async for chunk in response.content.iter_any():
        found += chunk
        _require_bounded(found)
    return bytes(found)


def _require_bounded(found: bytearray) -> None:
    if len(found) > _MOST_BYTES:
        raise aiohttp.ClientPayloadError(f"more than {_MOST_BYTES} bytes in one piece")


async def _sse_events(
    response: aiohttp.ClientResponse,
) -> AsyncGenerator[tuple[str, bytes], None]:
    """Give the kind and the data of each event; comments are the sender's heartbeats."""
    kind, data = "message", bytearray()
    async for raw in response.content:
        line = raw.rstrip(b"\r\n")
        if not line:
            if data or kind != "message":
                yield kind, bytes(data)
            kind, data = "message", bytearray()
            continue
        name, _, value = line.partition(b":")
        value = value.removeprefix(b" ")
        if name == b"event":
            kind = value.decode()
        elif name == b"data":
            data += (b"\n" if data else b"") + value
            _require_bounded(data)
