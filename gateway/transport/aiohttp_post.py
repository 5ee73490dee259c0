"""A POST by aiohttp without the steps that are for other requests, which cost the most.

aiohttp merges a request's headers three times and writes its body in a task of its own, for both
may be anything. Here the session has all headers, and most bodies are a few bytes.
"""

from io import BytesIO
from typing import TYPE_CHECKING, Any

from aiohttp import ClientRequest, ClientResponse, hdrs
from aiohttp.http import StreamWriter

if TYPE_CHECKING:
    from aiohttp.connector import Connection

SHORT = 1 << 15
"""How many bytes a body has at most that goes out together with its head."""


class Post(ClientRequest):
    """A request to which only the length of its body is to be added: the session has a Host."""

    _short = b""

    def update_headers(self, headers: Any) -> None:
        """Take the headers as they are: the session has copied them for this request."""
        self.headers = headers

    def update_body_from_data(self, body: Any, _stacklevel: int = 3) -> None:
        """Keep a short body; a longer one is written part by part while the answer may come."""
        if len(body) > SHORT:
            super().update_body_from_data(BytesIO(body), _stacklevel)
            return
        self.headers[hdrs.CONTENT_LENGTH] = str(len(body))
        self._short = body

    async def send(self, conn: "Connection") -> ClientResponse:
        """Write head and body at once."""
        protocol = conn.protocol
        if not self._short or protocol is None:
            return await super().send(conn)
        writer = StreamWriter(protocol, self.loop)
        await writer.write_headers(f"POST {self.url.raw_path_qs} HTTP/1.1", self.headers)
        await writer.write_eof(self._short)
        protocol.start_timeout()
        return self.response_class(
            self.method,
            self.original_url,
            writer=None,
            continue100=None,
            timer=self._timer,
            request_info=self.request_info,
            traces=self._traces,
            loop=self.loop,
            session=self.session,
            stream_writer=writer,
        )
