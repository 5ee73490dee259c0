"""Room for connections that stay: WebSockets, and streams over HTTP."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import Unavailable


class Places:
    """So many connections may stay at a time; whoever comes then is told to try again."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken = 0

    def require_one(self) -> None:
        """Raise Unavailable unless there is room for one more."""
        if self._taken >= self._most:
            raise Unavailable("This gateway has as many open connections as it may; try again.")

    @contextmanager
    def taken(self) -> Iterator[None]:
        """Take a place for as long as a connection stays; whether there is one was asked before."""
        self._taken += 1
        try:
            yield
        finally:
            self._taken -= 1
