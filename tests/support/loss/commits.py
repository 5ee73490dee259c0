"""Commits of a run, and how far they may go: those who write ask here, those who break tell."""

import asyncio
from abc import ABC, abstractmethod
from collections.abc import Mapping

from tests.support.loss.wishes import Subject


class Commits(ABC):
    """Whatever writes. `committed` counts events that are known to be committed."""

    def __init__(self) -> None:
        self._moved = asyncio.Condition()
        self._follows = 0
        self._stops_at = 0
        self.committed = 0

    @property
    @abstractmethod
    def are_busy(self) -> bool:
        """Whether anything is still to be written."""

    @abstractmethod
    async def prepare(self) -> None:
        """Have everything there that is written to."""

    @abstractmethod
    async def run(self, writers: int, seed: int) -> None:
        """Write all, several commits at a time."""

    @abstractmethod
    async def truth(self) -> Mapping[Subject, int]:
        """What MongoDB holds: the version of every entity."""

    async def follow(self, events: int) -> None:
        """Let what is heard lead the commits on to so many events."""
        async with self._moved:
            self._follows = events
            self._moved.notify_all()

    async def stop_at(self, events: int) -> None:
        """Commit so many events and then wait for the next `stop_at`."""
        async with self._moved:
            self._stops_at = events
            self._moved.notify_all()

    async def until(self, events: int) -> None:
        """Wait until so many events were committed, or there is no more."""
        async with self._moved:
            await self._moved.wait_for(lambda: self.committed >= events or not self.are_busy)

    async def room(self) -> None:
        """Wait until another commit is wanted."""
        async with self._moved:
            await self._moved.wait_for(self._may_go_on)

    async def note(self, events: int) -> None:
        """Count what was committed."""
        async with self._moved:
            self.committed += events
            self._moved.notify_all()

    def _may_go_on(self) -> bool:
        return not self.are_busy or self.committed < min(self._follows, self._stops_at)
