"""HTTP connections that the app may drop, where a client does not even read."""

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

Drop: TypeAlias = Callable[[], None]
"""Ends a connection at once; what was not sent yet is lost."""

_EXTENSION = "tutti.drop"


class DroppingProtocol(HttpToolsProtocol):
    """Offers `drop` to the app, as an extension of its scope."""

    def on_message_begin(self) -> None:
        """Offer it with each request."""
        super().on_message_begin()
        scope: dict[str, Any] = self.scope  # type: ignore[assignment]  # it may have extensions
        scope.setdefault("extensions", {})[_EXTENSION] = {"drop": self.transport.abort}

    def handle_websocket_upgrade(self) -> None:
        """Undo the circle that holds this one when a WebSocket takes its place."""
        super().handle_websocket_upgrade()
        self.parser = None  # type: ignore[assignment]  # as when the connection is lost


def drop_of(scope: Mapping[str, Any]) -> Drop | None:
    """Give the connection's `drop`; None from a server that has none."""
    offered = (scope.get("extensions") or {}).get(_EXTENSION)
    drop: Drop | None = None if offered is None else offered["drop"]
    return drop
