"""The response that holds an answer: its headers are written once for each media type."""

from functools import lru_cache
from http import HTTPStatus

from starlette.responses import Response

from gateway.execution.answer import Answer
from gateway.server.negotiation import GRAPHQL_RESPONSE
from gateway.server.refusals import SAFE_HEADERS


class AnswerResponse(Response):
    """An answer in the negotiated media type, with the status that type asks for."""

    def __init__(self, given: Answer, accepted: str) -> None:
        refused = accepted == GRAPHQL_RESPONSE and not given.was_run
        self.status_code = int(HTTPStatus.BAD_REQUEST if refused else HTTPStatus.OK)
        self.background = None
        self.body = given.encoded
        length = (b"content-length", b"%d" % len(self.body))
        self.raw_headers = [*_SAFE, length, _content_type(accepted)]


_SAFE = [(name.lower().encode(), value.encode()) for name, value in SAFE_HEADERS.items()]


@lru_cache(maxsize=8)
def _content_type(accepted: str) -> tuple[bytes, bytes]:
    return b"content-type", f"{accepted}; charset=utf-8".encode()
