"""Cursors as subscriptions use them: positions belong to a log, and a bad one is a client's."""

from dataclasses import dataclass

from gateway.errors import InvalidCursor
from service_kit.messaging import cursor as texts
from service_kit.messaging.cursor import Cursor, NotACursor, Positions

__all__ = ["Cursor", "LogName", "Positions", "read_cursor", "write_cursor"]


@dataclass(frozen=True, slots=True)
class LogName:
    """A stream, and which log it holds: positions of another identity mean nothing in it.

    None is not known, and may be any.
    """

    stream: str
    identity: str | None = None


def write_cursor(log: LogName, positions: Positions) -> str:
    """Give a cursor's text."""
    return texts.write_cursor(log.stream, Cursor(positions, log.identity))


def read_cursor(text: str, stream: str, partitions: int) -> Cursor:
    """Read a cursor of a stream; raises InvalidCursor."""
    try:
        return texts.read_cursor(text, stream, partitions)
    except NotACursor as error:
        raise InvalidCursor(str(error)) from error
