"""One kept-alive connection of the lean HTTP client: one request at a time, parsed by llhttp."""

import asyncio
from collections.abc import Callable
from typing import cast

import httptools

from gateway.ports import SubgraphResponse
from gateway.transport.client import (
    FIRST_FINAL_STATUS,
    FIRST_STATUS,
    AnswerTooLarge,
    BrokenExchange,
)
from gateway.transport.sending import is_still_sending, send


class Connection(asyncio.Protocol):
    """Asks a server, one request after the other; `released` is when it was last used."""

    def __init__(self, most: int, closed: Callable[["Connection"], None]) -> None:
        self.released = 0.0
        self._most = most
        self._closed = closed
        self._transport: asyncio.Transport | None = None
        self._answer: asyncio.Future[SubgraphResponse] | None = None
        self._parser = httptools.HttpResponseParser(self)
        self._reset()

    @property
    def is_usable(self) -> bool:
        """Whether another request may be sent."""
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, deadline: float) -> SubgraphResponse:
        """Send the bytes of a request and give the answer; `deadline` is a time of the loop.

        Whatever goes wrong, cancelling included, closes the connection. Raises AnswerTooLarge,
        BrokenExchange, TimeoutError.
        """
        transport = self._transport
        if transport is None:
            raise BrokenExchange("closed before it was asked")
        loop = asyncio.get_running_loop()
        answer: asyncio.Future[SubgraphResponse] = loop.create_future()
        self._answer = answer
        timer = loop.call_at(deadline, self._fail, TimeoutError())
        try:
            send(transport, request)
            return await answer
        except BaseException:
            self.abort()
            raise
        finally:
            timer.cancel()
            self._answer = None

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep where to write."""
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        """Parse what comes; nothing may come unasked."""
        if self._answer is None:
            self.abort()
            return
        try:
            self._parser.feed_data(data)
        except AnswerTooLarge as error:
            self._fail(error)
        except (httptools.HttpParserError, httptools.HttpParserUpgrade) as error:
            cause = error.__context__
            too_large = isinstance(cause, AnswerTooLarge)
            self._fail(AnswerTooLarge() if too_large else BrokenExchange("not HTTP"))

    def connection_lost(self, exc: Exception | None) -> None:
        """Finish an answer that only the end of the connection ends; fail any other."""
        if exc is None and self._ends_with_connection:
            self._finish()
        self._fail(BrokenExchange("closed before the answer was whole"))
        self._transport = None
        self._closed(self)

    def on_message_begin(self) -> None:
        """Stop at a second answer to one request."""
        if self._answer is None or self._answer.done():
            self.abort()

    def on_header(self, name: bytes, value: bytes) -> None:
        """Note how long the body is going to be."""
        lowered = name.lower()
        if lowered == b"content-length":
            self._has_length = True
            if int(value) > self._most:
                raise AnswerTooLarge
        elif lowered == b"transfer-encoding":
            self._has_length = True

    def on_headers_complete(self) -> None:
        """Note what the answer is, and whether it has an end of its own."""
        self._status = self._parser.get_status_code()
        if self._status < FIRST_STATUS:
            raise BrokenExchange
        self._keeps_alive = self._parser.should_keep_alive()
        self._ends_with_connection = not self._has_length and not self._keeps_alive

    def on_body(self, body: bytes) -> None:
        """Keep a part of the body."""
        self._size += len(body)
        if self._size > self._most:
            raise AnswerTooLarge
        self._parts.append(body)

    def on_message_complete(self) -> None:
        """Finish the answer, unless it only says that the answer is to come."""
        if self._status < FIRST_FINAL_STATUS:
            self._reset()
        else:
            self._finish()

    def _finish(self) -> None:
        answer, parts = self._answer, self._parts
        if answer is not None and not answer.done():
            body = parts[0] if len(parts) == 1 else b"".join(parts)
            answer.set_result(SubgraphResponse(self._status, body))
        transport = self._transport
        if not self._keeps_alive or (transport is not None and is_still_sending(transport)):
            self.abort()
        self._reset()

    def _fail(self, error: Exception) -> None:
        self.abort()
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)

    def _reset(self) -> None:
        self._parts: list[bytes] = []
        self._size = 0
        self._status = 0
        self._has_length = False
        self._keeps_alive = False
        self._ends_with_connection = False
