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


@dataclass(frozen=True, slots=True)
class Way:
    """A part of the log: after some positions, up to others."""

    after: Positions
    until: Positions

    def holds(self, past: Past) -> bool:
        """Whether an entry lies on it."""
        return self.after[past.partition] < past.position <= self.until[past.partition]

    def at(self, here: Sequence[int]) -> Positions:
        """Give where one stands on it when the log was looked through up to some positions."""
        return tuple(map(max, self.after, map(min, here, self.until)))

    def ends_at(self, here: Sequence[int]) -> bool:
        """Whether nothing of it is left then."""
        return all(map(int.__ge__, self.at(here), self.until))


@dataclass(eq=False, slots=True)
class Ride:
    """One who comes along: what is wanted, on which way, and how many items at most.

    Once it is off, everything of its way up to where it `stands` was looked through.
    """

    interest: Interest
    way: Way
    most: int
    off: "asyncio.Future[None]"
    found: list[Occurrence] = field(default_factory=list)
    stands: Positions = ()

    def get_off(self, here: Sequence[int]) -> None:
        """End the ride."""
        if not self.off.done():  # else its client has gone
            self.stands = self.way.at(here)
            self.off.set_result(None)


class Convoy:
    """Goes from the hindmost of its riders to where the foremost wants to go, in a `log`.

    Who comes while it is under way takes the next one.
    """

    def __init__(self, backlog: Backlog, log: Callable[[], LogName]) -> None:
        self._backlog = backlog
        self._log = log
        self._waiting: list[Ride] = []
        self._under_way: asyncio.Task[None] | None = None

    async def ride(self, interest: Interest, way: Way, most: int) -> Ride:
        """Give the next `most` items, or those up to the way's end; raises LogUnavailable.

        It ends early, perhaps with nothing, where the log has a gap or has nothing yet.
        """
        ride = Ride(interest, way, most, asyncio.get_running_loop().create_future())
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
        log = self._log()
        index: ListenerIndex[Ride] = ListenerIndex()
        for one in riders:
            index.add(one)
        end = [max(each) for each in zip(*(one.way.until for one in riders), strict=True)]
        here = [min(each) for each in zip(*(one.way.after for one in riders), strict=True)]
        while len(index) and self._log() == log:
            behind = {each: at for each, at in enumerate(here) if at < end[each]}
            found = await self._backlog.after(behind) if behind else []
            for past in found:
                if past.position != here[past.partition] + 1:
                    found = []  # whoever gets off here meets the gap and tells of it
                    break
                here[past.partition] = past.position
                self._serve(past, index, log, here)
            for one in index:
                if one.off.done() or one.way.ends_at(here):
                    index.remove(one)
                    one.get_off(here)
            if not found:
                break
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
                if not one.way.holds(past):
                    continue
                item = self._backlog.wanted(past, one.interest, log, one.way.at(here))
                if item is not None:
                    one.found.append(item)
                if len(one.found) >= one.most:
                    index.remove(one)
                    one.get_off(here)
