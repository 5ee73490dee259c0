"""Hands out what is ready, a little at a time: whatever else the process does goes on meanwhile."""

import asyncio
from collections import deque

import structlog

from gateway.subscriptions.group import Group
from gateway.subscriptions.listener import Moment
from service_kit.runtime.clock import Clock

AT_ONCE = 100
"""How many deliveries there are between two turns of the loop."""

_log = structlog.get_logger("gateway.subscriptions")


class Courier:
    """Serves groups in turn, so that a large one does not keep the others waiting."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._ready: deque[Group] = deque()
        self._rounds = 0
        self._called = False
        self._task: asyncio.Task[None] | None = None

    def ready(self, group: Group) -> None:
        """Have a group served, by the round under way or by one that begins soon."""
        if group.is_queued:
            return
        group.is_queued = True
        self._ready.append(group)
        if not self._rounds and not self._called:
            self._called = True
            asyncio.get_running_loop().call_soon(self._start)

    def _start(self) -> None:
        self._called = False
        if self._ready and not self._rounds:
            self._task = asyncio.create_task(self.serve(), name="hand out events")

    async def serve(self) -> None:
        """Serve until nothing is ready."""
        self._rounds += 1
        try:
            left, at = AT_ONCE, self._moment()
            while self._ready:
                group = self._ready.popleft()
                if group.is_ready:  # else its members have been cut off meanwhile
                    left -= 1 + await _served(group, max(1, left), at)
                group.is_queued = False
                if group.is_ready:
                    self.ready(group)
                if left <= 0:
                    await asyncio.sleep(0)
                    left, at = AT_ONCE, self._moment()
        finally:
            self._rounds -= 1

    def _moment(self) -> Moment:
        return Moment(self._clock.now(), asyncio.get_running_loop().time())


async def _served(group: Group, most: int, at: Moment) -> int:
    try:
        return await group.hand_out(most, at)
    except Exception:  # noqa: BLE001  # one group's trouble must not stop the others
        _log.exception("event_not_handed_out")
        group.cut_off()
        return 1
