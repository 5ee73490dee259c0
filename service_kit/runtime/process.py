"""Serving an ASGI app until the process is told to stop."""

import uvicorn
from starlette.types import ASGIApp

GRACE_SECONDS = 20
"""How long requests under way may take to end after SIGTERM."""


def server_for(
    app: ASGIApp, *, host: str, port: int, log_level: str = "info", grace: int = GRACE_SECONDS
) -> uvicorn.Server:
    """Give a server that is not started yet."""
    return uvicorn.Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            loop="uvloop",
            http="httptools",
            log_config=None,
            log_level=log_level.lower(),
            access_log=False,
            server_header=False,
            date_header=True,
            lifespan="on",
            timeout_keep_alive=75,
            timeout_graceful_shutdown=grace,
        )
    )


def serve(app: ASGIApp, *, host: str, port: int, log_level: str = "info") -> None:
    """Serve until SIGTERM or SIGINT, then let the requests under way end."""
    server_for(app, host=host, port=port, log_level=log_level).run()
