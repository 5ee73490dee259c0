"""ASGI wrappers in front of GraphQL: who asks, and how much they send."""

from http import HTTPStatus

from starlette.types import ASGIApp, Message, Receive, Scope, Send

from service_kit.graphql.errors import BAD_REQUEST, UNAUTHENTICATED
from service_kit.graphql.http_answers import error_response
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import CallerVerifier, InvalidToken, token_in

_CALLER = "tutti.caller"


def caller_in(scope: Scope) -> Caller:
    """Give the caller that `SignedCallersOnly` has let in."""
    caller: Caller = scope[_CALLER]
    return caller


class SignedCallersOnly:
    """Answers 401 unless the request carries a caller that this service can verify."""

    def __init__(self, app: ASGIApp, verifier: CallerVerifier) -> None:
        self._app = app
        self._verifier = verifier

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            token = token_in(dict(scope["headers"]).get(b"authorization", b""))
            scope[_CALLER] = self._verifier.verify(token)
        except InvalidToken:
            refusal = error_response(
                HTTPStatus.UNAUTHORIZED,
                UNAUTHENTICATED,
                "A signed caller is needed.",
                {"WWW-Authenticate": "Bearer"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, receive, send)


class BoundedBody:
    """Reads the whole body first and answers 413 if it is larger than allowed."""

    def __init__(self, app: ASGIApp, most: int) -> None:
        self._app = app
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        body = await self._read(receive)
        if body is None:
            refusal = error_response(
                HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
                BAD_REQUEST,
                f"A request has at most {self._most} bytes.",
                {"Connection": "close"},
            )
            await refusal(scope, receive, send)
            return
        await self._app(scope, _replayed(body, receive), send)

    async def _read(self, receive: Receive) -> bytes | None:
        """Give the body, or None as soon as it is too large."""
        parts: list[bytes] = []
        size = 0
        while True:
            message = await receive()
            part = message.get("body", b"")
            size += len(part)
            if size > self._most:
                return None
            parts.append(part)
            if not message.get("more_body", False):
                return b"".join(parts)


def _replayed(body: bytes, receive: Receive) -> Receive:
    pending: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return pending.pop() if pending else await receive()

    return replay
