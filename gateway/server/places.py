"""Room for what stays: WebSockets, streams over HTTP, and the operations of sockets."""

from collections.abc import Iterator
from contextlib import contextmanager

from gateway.errors import Unavailable


class Places:
    """So much may stay at a time, of visitors less; whoever comes then is told to try again."""

    def __init__(self, what: str, most: int, *, most_by_visitors: int) -> None:
        self._what = what
        self._most = most
        self._most_by_visitors = most_by_visitors
        self._by_visitors = 0
        self.taken_now = 0

    def require_one(self, *, by_visitor: bool = False) -> None:
        """Raise Unavailable unless there is room for one more."""
        if self.taken_now >= self._most:
            raise Unavailable(f"This gateway has as many {self._what} as it may; try again.")
        if by_visitor:
            self.require_one_of_visitors()

    def require_one_of_visitors(self) -> None:
        """Raise Unavailable unless a visitor may have one more, or one that is taken already."""
        if self._by_visitors >= self._most_by_visitors:
            message = f"This gateway has as many {self._what} of visitors as it may; try again."
            raise Unavailable(message)

    @contextmanager
    def taken(self, *, by_visitor: bool = False) -> Iterator[None]:
        """Take a place for as long as something stays; whether there is one was asked before."""
        self.taken_now += 1
        try:
            if by_visitor:
                with self.known_as_visitors():
                    yield
            else:
                yield
        finally:
            self.taken_now -= 1

    @contextmanager
    def known_as_visitors(self) -> Iterator[None]:
        """Count a place that is taken already as a visitor's: who a socket is, is told later."""
        self._by_visitors += 1
        try:
            yield
        finally:
            self._by_visitors -= 1


class Room:
    """The places of a gateway; visitors may take half of them."""

    def __init__(self, connections: int, operations: int) -> None:
        self.connections = _places("open connections", connections)
        self.operations = _places("operations under way", operations)


def _places(what: str, most: int) -> Places:
    return Places(what, most, most_by_visitors=(most + 1) // 2)
