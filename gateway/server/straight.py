"""The way past the router, for the one path that nearly every request is for."""

from starlette.types import ASGIApp, Receive, Scope, Send


class Straight:
    """ASGI middleware: a path's requests go to its own app, all others on to the router.

    The app must raise nothing and need nothing that a router adds to a scope.
    """

    def __init__(self, app: ASGIApp, path: str, own: ASGIApp) -> None:
        self._app = app
        self._path = path
        self._own = own

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_own = scope["type"] != "lifespan" and scope["path"] == self._path
        # Below a root path the router says what the path is.
        app = self._own if is_own and not scope.get("root_path") else self._app
        await app(scope, receive, send)
