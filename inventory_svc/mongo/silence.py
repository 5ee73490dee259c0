"""Which locations nobody has told of for too long, asked twice a second while somebody sells."""

import asyncio
from collections.abc import Mapping
from datetime import datetime, timedelta

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.domain.network.source import stale_locations
from inventory_svc.mongo.freshness import MongoFreshness
from service_kit.runtime.clock import Clock

KNOWN_FOR = timedelta(seconds=0.5)


class StaleLocations:
    """Shows a network as it may be sold from, half a second old at most by either clock."""

    def __init__(self, freshness: MongoFreshness, clock: Clock) -> None:
        self._freshness = freshness
        self._clock = clock
        self._asked: NetworkDirectory | None = None
        self._asked_at = float("-inf")
        self._asked_when: datetime | None = None
        self._since: Mapping[str, datetime] = {}
        self._shown: NetworkDirectory | None = None

    async def shown(self, directory: NetworkDirectory) -> NetworkDirectory:
        """Give the network without selling from stale locations; the same object if it can be."""
        if not any(source.fresh_for is not None for source in directory.sources.values()):
            return directory
        now, loop_now = self._clock.now(), asyncio.get_running_loop().time()
        if self._shown is None or self._asked is not directory or self._is_old(now, loop_now):
            silent = await self._freshness.silent(directory.sources.values(), now)
            since = stale_locations(directory.sources.values(), silent, now)
            if self._shown is None or self._asked is not directory or since != self._since:
                self._shown = directory.with_stale(since)
            self._asked, self._since = directory, since
            self._asked_at, self._asked_when = loop_now, now
        return self._shown

    def forget(self) -> None:
        """Ask at the next use, since this process has heard of a source."""
        self._asked_at = float("-inf")

    def _is_old(self, now: datetime, loop_now: float) -> bool:
        return (
            self._asked_when is None
            or abs(now - self._asked_when) > KNOWN_FOR
            or loop_now - self._asked_at > KNOWN_FOR.total_seconds()
        )
