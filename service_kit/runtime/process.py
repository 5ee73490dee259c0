"""Serving an ASGI app until the process is told to stop."""

import socket

import uvicorn
from starlette.types import ASGIApp

from service_kit.runtime.http import DroppingProtocol
from service_kit.runtime.websocket import PushingProtocol

GRACE_SECONDS = 20
"""How long requests under way may take to end after SIGTERM."""

SOCKET_MESSAGE_BYTES = 1 << 20
"""The largest message that a WebSocket may send; a larger one closes it with 1009."""


class DrainingServer(uvicorn.Server):
    """Lets the app end what would go on for ever, before it waits for requests to end.

    `app.state.drain`, where there is one, is awaited first.
    """

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop accepting, let everything end, close."""
        drain = getattr(getattr(self.config.app, "state", None), "drain", None)
        if drain is not None:
            await drain()
        await super().shutdown(sockets)


def server_for(
    app: ASGIApp, *, host: str, port: int, log_level: str = "info", grace: int = GRACE_SECONDS
) -> uvicorn.Server:
    """Give a server that is not started yet."""
    return DrainingServer(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http=DroppingProtocol,
            log_config=None,
            log_level=log_level.lower(),
            access_log=False,
            server_header=False,
            date_header=True,
            lifespan="on",
            timeout_keep_alive=75,
            ws=PushingProtocol,
            ws_max_size=SOCKET_MESSAGE_BYTES,
            # Many small messages: compressing each costs more than it saves, in memory above all.
            ws_per_message_deflate=False,
            timeout_graceful_shutdown=grace,
        )
    )


def serve(app: ASGIApp, *, host: str, port: int, log_level: str = "info") -> None:
    """Serve until SIGTERM or SIGINT, then let the requests under way end."""
    server_for(app, host=host, port=port, log_level=log_level).run()
