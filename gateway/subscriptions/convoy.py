"""Those who come back from far behind go through the log together, in one pass for all.

Each subscriber that has heard little holds an old cursor, and after a restart they all come at
once: looking through the log for each of them would cost the log's length times their number.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from gateway.subscriptions.backlog import Backlog, Past
from gateway.subscriptions.cursor import LogName, Positions
from gateway.subscriptions.index import ListenerIndex
from gateway.subscriptions.listener import Interest
from gateway.subscriptions.occurrence import Occurrence


@dataclass(eq=False, slots=True)
class Ride:
    """One who comes along: what is wanted, where from, how many items at most, and what was found.

    `positions` are where it stands once it has got off: everything up to them was looked through.
    """

    interest: Interest
    positions: Positions
    most: int
    off: "asyncio.Future[None]"
    found: list[Occurrence] = field(default_factory=list)

    def get_off(self, here: Sequence[int]) -> None:
        """End the ride."""
        if not self.off.done():  # else its client has gone
            self.positions = tuple(map(max, self.positions, here))
            self.off.set_result(None)


class Convoy:
    """Goes from the hindmost of its riders to where the reader is; who comes later takes the next.

    `edge` gives the reader's positions, `log` the log that they are in.
    """

    def __init__(
        self, backlog: Backlog, edge: Callable[[], Positions], log: Callable[[], LogName]
    ) -> None:
        self._backlog = backlog
        self._edge = edge
        self._log = log
        self._waiting: list[Ride] = []
        self._under_way: asyncio.Task[None] | None = None

    async def ride(self, interest: Interest, positions: Positions, most: int) -> Ride:
        """Give the next `most` items, or those up to the end; raises LogUnavailable.

        It ends early, perhaps with nothing, where the log has a gap or has nothing yet.
        """
        ride = Ride(interest, positions, most, asyncio.get_running_loop().create_future())
        self._waiting.append(ride)
        if self._under_way is None:
            self._under_way = asyncio.create_task(self._go(), name="convoy")
        await ride.off
        return ride

    async def _go(self) -> None:
        try:
            while self._waiting:
                riders, self._waiting = self._waiting, []
                await self._take_along([one for one in riders if not one.off.done()])
        finally:
            self._under_way = None

    async def _take_along(self, riders: Sequence[Ride]) -> None:
        try:
            if riders:
                await self._travel(riders)
        except Exception as error:  # noqa: BLE001  # each of them hears of it
            for one in riders:
                if not one.off.done():
                    one.off.set_exception(error)

    async def _travel(self, riders: Sequence[Ride]) -> None:
        log, end = self._log(), self._edge()
        index: ListenerIndex[Ride] = ListenerIndex()
        for one in riders:
            index.add(one)
        here = list(map(min, *(one.positions for one in riders), end))
        while len(index) and self._log() == log:
            behind = {each: at for each, at in enumerate(here) if at < end[each]}
            found = await self._backlog.after(behind) if behind else []
            for past in found:
                if past.position != here[past.partition] + 1:
                    found = []  # whoever gets off here meets the gap and tells of it
                    break
                here[past.partition] = past.position
                self._serve(past, index, log, here)
            if not found:
                break
            for one in index:
                if one.off.done():  # its client has gone
                    index.remove(one)
            await asyncio.sleep(0)
        for one in index:
            one.get_off(here)

    def _serve(
        self, past: Past, index: ListenerIndex[Ride], log: LogName, here: Sequence[int]
    ) -> None:
        if past.happening is None:
            return
        for name, section in past.happening.sections.items():
            if not index.listens(name):
                continue
            for one in index.listeners_for(name, past.happening, section):
                if past.position <= one.positions[past.partition]:
                    continue  # it was further here when it got on
                stands = tuple(map(max, one.positions, here))
                item = self._backlog.wanted(past, one.interest, log, stands)
                if item is not None:
                    one.found.append(item)
                if len(one.found) >= one.most:
                    index.remove(one)
                    one.get_off(stands)
