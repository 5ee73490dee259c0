"""A stream of answers over HTTP: server-sent events (graphql-sse), or multipart (Apollo Client)."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from gateway.execution.answer import Answer
from gateway.server.drain import Drain
from gateway.server.negotiation import StreamForm
from gateway.server.schema import Answered

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
_ENDED: Any = object()


class StreamResponse(Response):
    """Sends answers as they come, heartbeats in between, until the client goes or the end."""

    def __init__(
        self,
        form: StreamForm,
        answers: AsyncGenerator[Answered, None],
        heartbeat_seconds: float,
        drain: Drain,
        headers: Mapping[str, str],
    ) -> None:
        own = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        if form is StreamForm.MULTIPART:
            own["Content-Encoding"] = "identity"  # else compression would hold parts back
        self._words = _WORDS[form]
        super().__init__(headers={**headers, **own}, media_type=self._words.media_type)
        del self.headers["content-length"]
        self._answers = answers
        self._heartbeat_seconds = heartbeat_seconds
        self._drain = drain

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:  # noqa: ARG002
        """Send the whole stream."""

        async def write(part: bytes, *, more: bool = True) -> None:
            await send({"type": "http.response.body", "body": part, "more_body": more})

        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        # A first sign of life: proxies and clients see at once that the stream is open.
        await write(self._words.begin + self._words.heartbeat)
        async for part in self._parts(receive):
            await write(part)
        await write(b"", more=False)

    async def _parts(self, receive: Receive) -> AsyncGenerator[bytes, None]:
        leaving = asyncio.ensure_future(_left(receive))
        draining = asyncio.ensure_future(self._drain.wait())
        next_answer: asyncio.Task[Any] | None = None
        try:
            async with aclosing(self._answers):
                while True:
                    next_answer = next_answer or asyncio.ensure_future(_next(self._answers))
                    done, _ = await asyncio.wait(
                        {next_answer, leaving, draining},
                        timeout=self._heartbeat_seconds,
                        return_when=asyncio.FIRST_COMPLETED,
                    )
                    if next_answer in done:
                        answered, next_answer = next_answer.result(), None
                        if answered is _ENDED:
                            yield self._words.end
                            return
                        yield self._words.answer(answered.answer)
                    elif done:
                        await _cancelled(next_answer)
                        return
                    else:
                        yield self._words.heartbeat
        finally:
            for waiting in (leaving, draining, next_answer):
                if waiting is not None:
                    await _cancelled(waiting)


async def _next(answers: AsyncGenerator[Answered, None]) -> Any:
    return await anext(answers, _ENDED)


async def _cancelled(task: "asyncio.Future[Any]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _left(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
