"""A stream of answers over HTTP: server-sent events (graphql-sse), or multipart (Apollo Client)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass

import structlog
from starlette.responses import Response
from starlette.types import Message, Receive, Scope, Send

from gateway.execution.answer import Answer
from gateway.server.drain import Drain
from gateway.server.negotiation import StreamForm
from gateway.server.schema import Answered
from service_kit.runtime.http import drop_of

_LAST_SECONDS = 1.0
"""How long a client may take for the last of it while the process ends."""

_log = structlog.get_logger("gateway.server")

_BOUNDARY = b"\r\n--graphql"
_PART = b"\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"


@dataclass(frozen=True, slots=True)
class _Words:
    """How one form says what there is to say.

    `end` follows the last answer; a stream that breaks off without it makes clients come again.
    In multipart the boundary ends each part: clients wait for it before they take the part.
    """

    media_type: str
    begin: bytes
    answer: Callable[[Answer], bytes]
    heartbeat: bytes
    end: bytes


_WORDS: Mapping[StreamForm, _Words] = {
    StreamForm.SSE: _Words(
        media_type="text/event-stream; charset=utf-8",
        begin=b"",
        answer=lambda answer: b"event: next\ndata: " + answer.encoded + b"\n\n",
        heartbeat=b":\n\n",
        end=b"event: complete\ndata:\n\n",
    ),
    StreamForm.MULTIPART: _Words(
        media_type='multipart/mixed;boundary="graphql";subscriptionSpec=1.0',
        begin=_BOUNDARY,
        answer=lambda answer: _PART + b'{"payload":' + answer.encoded + b"}" + _BOUNDARY,
        heartbeat=_PART + b"{}" + _BOUNDARY,
        end=b"--\r\n",
    ),
}


class StreamResponse(Response):
    """Sends answers as they come, heartbeats in between, until the client goes or the end."""

    def __init__(
        self,
        form: StreamForm,
        answers: AsyncGenerator[Answered, None],
        pace: "Pace",
        drain: Drain,
        headers: Mapping[str, str],
        *,
        by_visitor: bool = False,
    ) -> None:
        self.by_visitor = by_visitor
        own = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if form is StreamForm.MULTIPART:
            own["Content-Encoding"] = "identity"  # else compression would hold parts back
        self._words = _WORDS[form]
        super().__init__(headers={**headers, **own}, media_type=self._words.media_type)
        del self.headers["content-length"]
        self._answers = answers
        self._pace = pace
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the whole stream; drop the connection of a client that does not read."""
        body = _Body(send, self._pace.write_seconds)
        try:
            await body.begin(self.raw_headers)
            # A first sign of life: proxies and clients see at once that the stream is open.
            await body.write(self._words.begin + self._words.heartbeat)
            if await self._sent(body, receive):
                await body.write(self._words.end)
            await body.end()
        except TimeoutError:
            _log.warning("client_does_not_read", seconds=body.write_seconds)
            drop = drop_of(scope)
            if drop is not None:
                drop()
                await _left(receive)
        finally:
            await self._answers.aclose()

    async def _sent(self, body: "_Body", receive: Receive) -> bool:
        """Send everything; False if the client or this process went before the end."""
        sending = asyncio.ensure_future(self._send_all(body))
        beating = asyncio.ensure_future(self._beat(body))
        draining = asyncio.ensure_future(self._drain.wait())
        tasks = (sending, beating, draining, asyncio.ensure_future(_left(receive)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if draining in done:
                body.write_seconds = min(body.write_seconds, _LAST_SECONDS)
            if beating in done:
                beating.result()
            return sending in done and sending.result()
        finally:
            for task in tasks:
                task.cancel()
            # All of them, whatever one has failed with: a heartbeat would go on for ever.
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _send_all(self, body: "_Body") -> bool:
        async with aclosing(self._answers):
            async for answered in self._answers:
                await body.write(self._words.answer(answered.answer))
        return True

    async def _beat(self, body: "_Body") -> None:
        while True:
            quiet_left = self._pace.heartbeat_seconds - body.quiet_for()
            if quiet_left > 0:
                await asyncio.sleep(quiet_left)
            else:
                await body.write(self._words.heartbeat)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long a stream may be quiet, and how long a client may take for what was sent."""

    heartbeat_seconds: float
    write_seconds: float


class _Body:
    """The body of a response, written part by part, each within `write_seconds`."""

    def __init__(self, send: Send, write_seconds: float) -> None:
        self.write_seconds = write_seconds
        self._send = send
        self._is_busy = False
        self._written_at = 0.0

    async def begin(self, headers: list[tuple[bytes, bytes]]) -> None:
        """Send the headers; raises TimeoutError."""
        await self._sent({"type": "http.response.start", "status": 200, "headers": headers})

    async def write(self, part: bytes) -> None:
        """Write a part; waits while the client does not read, and raises TimeoutError."""
        self._is_busy = True
        await self._sent({"type": "http.response.body", "body": part, "more_body": True})
        self._is_busy = False
        self._written_at = asyncio.get_running_loop().time()

    async def end(self) -> None:
        """Say that there is no more; raises TimeoutError."""
        await self._sent({"type": "http.response.body", "body": b"", "more_body": False})

    async def _sent(self, message: Message) -> None:
        async with asyncio.timeout(self.write_seconds):
            await self._send(message)

    def quiet_for(self) -> float:
        """How many seconds ago the last part was written; none while one is being written."""
        return 0.0 if self._is_busy else asyncio.get_running_loop().time() - self._written_at


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
