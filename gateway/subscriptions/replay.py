"""What a client missed: from its cursor up to where the reader is, read for it alone."""

import asyncio
from collections.abc import AsyncGenerator

from gateway.ports import LogUnavailable
from gateway.subscriptions.cursor import Cursor, LogName, Positions
from gateway.subscriptions.happening import read_happening
from gateway.subscriptions.listener import Interest, Listener
from gateway.subscriptions.occurrence import Delivery, Occurrence
from gateway.subscriptions.reader import StreamReader

_WAIT_SECONDS = 0.2
_MOST_WAITS = 150


async def replay(
    reader: StreamReader, listener: Listener, since: Cursor
) -> AsyncGenerator[Occurrence, None]:
    """Give what came after `since`, then let the listener join the reader without a seam.

    What the log no longer has is told by a RESET, after which the listener has joined as well.
    Raises LogUnavailable.
    """
    positions = list(since.positions)
    if await is_too_old(reader, since):
        yield _joined_after_reset(reader, listener)
        return
    waited = 0
    while any(map(int.__lt__, positions, reader.positions)):
        found = await reader.entries(positions)
        if not found:
            if await reader.has_lost(listener, positions):
                yield _joined_after_reset(reader, listener)
                return
            waited = await _waited(waited)
        for entry in found:
            if entry.position != positions[entry.partition] + 1:
                yield _joined_after_reset(reader, listener)
                return
            positions[entry.partition] = entry.position
            item = _wanted(listener.interest, reader.log, tuple(positions), entry.payload)
            if item is not None:
                yield item
    # No await since the comparison above: whatever comes from here on, the reader hands out.
    if not reader.is_of(since):
        yield _joined_after_reset(reader, listener)
        return
    reader.join(listener, Cursor(tuple(positions), since.identity))


async def _waited(times: int) -> int:
    """Wait a little: a log that was lost is being filled again, up to where the reader was."""
    if times >= _MOST_WAITS:
        raise LogUnavailable("events between the cursor and the newest one are not there")
    await asyncio.sleep(_WAIT_SECONDS)
    return times + 1


async def is_too_old(reader: StreamReader, since: Cursor) -> bool:
    """Whether a cursor is of another log, or events after it are gone; raises LogUnavailable."""
    bounds = await reader.bounds()
    return not reader.is_of(since) or any(
        one.first and position < one.first - 1
        for one, position in zip(bounds, since.positions, strict=True)
    )


def _joined_after_reset(reader: StreamReader, listener: Listener) -> Occurrence:
    reader.join(listener)
    return Occurrence(Delivery.RESET, reader.log, reader.positions, {})


def _wanted(
    interest: Interest, log: LogName, positions: Positions, payload: bytes
) -> Occurrence | None:
    happening = read_happening(payload)
    section = None if happening is None else happening.sections.get(interest.field)
    if happening is None or section is None or not interest.covers(happening, section):
        return None
    return Occurrence(Delivery.EVENT, log, positions, section.payload, happening)
