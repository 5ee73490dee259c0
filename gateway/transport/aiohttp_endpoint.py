"""POST to one address over the connections of aiohttp, without a session.

aiohttp's connector opens, pools and closes the connections, TLS and name resolution included, and
its response protocol parses what comes. A `ClientSession` above them would merge headers, keep
cookies, follow redirects, time, trace and wrap each answer: nothing of that is wanted here, and it
costs more than all the rest. What aiohttp does not document (the protocol of a connection, and two
arguments of `connect`) is used in this module alone.
"""

from collections.abc import Mapping

import aiohttp
from aiohttp.client_proto import ResponseHandler
from aiohttp.connector import Connection
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from gateway.ports import SubgraphResponse
from gateway.transport.client import (
    FIRST_FINAL_STATUS,
    FIRST_STATUS,
    KEEP_ALIVE_SECONDS,
    AnswerTooLarge,
    BrokenExchange,
    HttpLimits,
)
from gateway.transport.request_head import RequestHead
from gateway.transport.sending import is_still_sending, send

_SCHEMES = ("http", "https")
_UNTIMED = aiohttp.ClientTimeout()
"""For the connector: whoever asks has a deadline for the whole request."""

_SWITCHED = 101


class AiohttpEndpoint:
    """An address and the connections to it."""

    def __init__(self, url: URL, limits: HttpLimits) -> None:
        """Raises aiohttp's NonHttpUrlClientError and InvalidUrlClientError."""
        if url.scheme not in _SCHEMES:
            raise aiohttp.NonHttpUrlClientError(url)
        if not url.raw_host:
            raise aiohttp.InvalidUrlClientError(url)
        self._head = RequestHead(url, _credentials(url))
        self._most = limits.response_bytes
        self._connector = aiohttp.TCPConnector(
            limit=limits.connections, keepalive_timeout=KEEP_ALIVE_SECONDS
        )
        self._initiator = aiohttp.ClientRequest("POST", url.with_user(None))
        """Tells the connector where to connect to; it is never sent."""

    async def post(self, headers: Mapping[str, str], body: bytes) -> SubgraphResponse:
        """Send one request; raises AnswerTooLarge, OSError and aiohttp's errors.

        Whatever goes wrong, cancelling included, closes the connection.
        """
        request = self._head.of(headers, body) + body
        connection = await self._connected()
        try:
            answer = await self._exchange(connection, request)
        except BaseException:
            _abort(connection)
            raise
        if connection.transport is not None and is_still_sending(connection.transport):
            _abort(connection)
        else:
            connection.release()
        return answer

    async def close(self) -> None:
        """Close every connection."""
        await self._connector.close()

    async def _connected(self) -> Connection:
        """Take a connection on which nothing came unasked; all that are kept may have to go."""
        for _ in range(self._connector.limit):
            connection = await self._connector.connect(self._initiator, [], _UNTIMED)
            protocol = connection.protocol
            if protocol is None or not protocol.should_close:
                return connection
            _abort(connection)
        return await self._connector.connect(self._initiator, [], _UNTIMED)

    async def _exchange(self, connection: Connection, request: bytes) -> SubgraphResponse:
        protocol, transport = connection.protocol, connection.transport
        if protocol is None or transport is None or protocol.should_close:
            raise BrokenExchange("the server closed the connection, or spoke unasked")
        protocol.set_response_params(read_until_eof=True, auto_decompress=False)
        send(transport, request)
        status, content = await self._begun(protocol)
        return SubgraphResponse(status, await self._read(content))

    async def _begun(self, protocol: ResponseHandler) -> tuple[int, aiohttp.StreamReader]:
        """Wait for the answer's head, after those that only say that it is to come."""
        while True:
            try:
                message, content = await protocol.read()
            except HttpProcessingError as error:
                raise aiohttp.ClientResponseError(
                    self._initiator.request_info, (), status=error.code, message=error.message
                ) from error
            if message.code < FIRST_STATUS:
                raise BrokenExchange("not HTTP")
            if message.code >= FIRST_FINAL_STATUS or message.code == _SWITCHED:
                return message.code, content

    async def _read(self, content: aiohttp.StreamReader) -> bytes:
        """Read to the end."""
        if content.is_eof():  # it came together with its head, as most do
            body = content.read_nowait()
            if len(body) > self._most:
                raise AnswerTooLarge
            return body
        chunks: list[bytes] = []
        size = 0
        async for chunk in content.iter_any():
            size += len(chunk)
            if size > self._most:
                raise AnswerTooLarge
            chunks.append(chunk)
        return b"".join(chunks)


def _credentials(url: URL) -> dict[str, str]:
    """Give the header for what stands before the @ of an address."""
    if url.user is None and url.password is None:
        return {}
    return {"Authorization": aiohttp.encode_basic_auth(url.user or "", url.password or "")}


def _abort(connection: Connection) -> None:
    """Close a connection at once, whatever is still to be sent."""
    if connection.transport is not None:
        connection.transport.abort()
    connection.close()
