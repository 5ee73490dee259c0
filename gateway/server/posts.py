"""The short way of what nearly every client sends: an operation posted as JSON for a JSON answer.

It does what the view does for such a request, in the same order and by the same functions, without
the layers that also serve pages, streams and GET.
"""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeAlias

from starlette.types import Receive, Scope

from gateway.server.answers import AnswerResponse
from gateway.server.negotiation import media_type, stream_form
from gateway.server.refusals import try_again
from gateway.server.request_body import posted, read_body, require_json, says_json
from gateway.server.schema import GatewaySchema, NotReady, RequestContext
from service_kit.runtime.deadline import Deadline

Headers: TypeAlias = Mapping[str, str]
ContextOf: TypeAlias = Callable[[Headers], Awaitable[RequestContext]]


class Post:
    """One such request: its headers, and the media type that is accepted."""

    def __init__(self, headers: Headers, accepted: str) -> None:
        self.headers = headers
        self.accepted = accepted


def plain_post(scope: Scope) -> Post | None:
    """Give the request if it is such a one, as its headers say."""
    if scope["method"] != "POST":
        return None
    # The first of several headers of a name counts, as it does for Starlette.
    sent = reversed(list(scope["headers"]))
    headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in sent}
    accept = headers.get("accept")
    accepted = media_type(accept)
    if accepted is None or stream_form(accept) is not None:
        return None
    return Post(headers, accepted) if says_json(headers.get("content-type")) else None


class Posts:
    """Answers them; `body_bytes` and `body_time` bound what is read."""

    def __init__(
        self,
        schema: GatewaySchema,
        context_of: ContextOf,
        body_bytes: int,
        body_time: Deadline,
    ) -> None:
        self._schema = schema
        self._context_of = context_of
        self._body_bytes = body_bytes
        self._body_time = body_time

    async def answer(self, post: Post, receive: Receive) -> AnswerResponse:
        """Give the answer; raises HttpRefusal."""
        headers = post.headers
        context = await self._context_of(headers)
        require_json(headers.get("content-type"), headers.get("content-encoding"))
        announced = headers.get("content-length", "")
        body = await read_body(receive, announced, self._body_bytes, self._body_time)
        asked = posted(body)
        try:
            given = await self._schema.answer(
                asked.query, asked.variables, context, asked.operation_name
            )
        except NotReady as error:
            raise try_again(error) from error
        return AnswerResponse(given, post.accepted)
