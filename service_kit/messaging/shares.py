"""Several processes divide a set of jobs: each holds its fair share of the leases."""

import asyncio
import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import ceil

from service_kit.messaging.leases import Lease, Leases
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.storage.database import StorageError

CRASH_POINTS = ("shares.taken",)


@dataclass(frozen=True, slots=True)
class Turnover:
    """What one look at the leases has changed."""

    gained: tuple[Lease, ...]
    lost: tuple[Lease, ...]


class Shares:
    """One process's part of the jobs of a group; call `look` well within each `duration`.

    A look that fails may have changed `held` already: go by that, not by the turnover alone.
    """

    def __init__(
        self,
        leases: Leases,
        group: str,
        jobs: Sequence[str],
        owner: str,
        duration: timedelta,
        *,
        reached: Reached = pass_by,
    ) -> None:
        self._leases = leases
        self._jobs = {f"{group}/job/{job}": job for job in jobs}
        self._group = group
        self._owner = owner
        self._duration = duration
        self._reached = reached
        self._above: dict[str, int] = {}
        self._member: Lease | None = None
        self.held: dict[str, Lease] = {}

    async def look(self) -> Turnover:
        """Renew what is held, give back what is too much, take what is free and due."""
        before = dict(self.held)
        await self._renew()
        holders = await self._leases.holders(f"{self._group}/")
        share = ceil(len(self._jobs) / self._members(holders))
        await self._give_back(share)
        await self._take(share, holders)
        return Turnover(
            gained=tuple(lease for job, lease in self.held.items() if before.get(job) != lease),
            lost=tuple(lease for job, lease in before.items() if self.held.get(job) != lease),
        )

    async def leave(self) -> None:
        """Give everything back, so that the others need not wait."""
        members = [self._member] if self._member else []
        with contextlib.suppress(StorageError, TimeoutError):  # if not, the leases run out
            async with asyncio.timeout(2):
                for lease in [*self.held.values(), *members]:
                    await self._leases.release(lease)
        self.forget()

    def forget(self) -> None:
        """Hold nothing any more, without telling the others."""
        self.held.clear()
        self._member = None

    def outbid(self, job: str, fence: int) -> None:
        """Take the job, from now on, under a fence above one that is known to have been used."""
        self._above[job] = max(fence, self._above.get(job, 0))

    async def _renew(self) -> None:
        if self._member is None:
            self._member = await self._leases.acquire(
                f"{self._group}/member/{self._owner}", self._owner, self._duration
            )
        mine = [*self.held.values(), *([self._member] if self._member else [])]
        kept = await self._leases.renew_all(mine, self._duration)
        self.held = {job: lease for job, lease in self.held.items() if lease.name in kept}
        if self._member and self._member.name not in kept:
            self._member = None

    def _members(self, holders: dict[str, str]) -> int:
        prefix = f"{self._group}/member/"
        return max(1, sum(name.startswith(prefix) for name in holders))

    async def _give_back(self, share: int) -> None:
        for job in list(self.held)[share:]:
            await self._leases.release(self.held.pop(job))

    async def _take(self, share: int, holders: dict[str, str]) -> None:
        free = [name for name in self._jobs if holders.get(name, self._owner) == self._owner]
        for name in free:
            job = self._jobs[name]
            if len(self.held) >= share:
                return
            if job in self.held:
                continue
            lease = await self._leases.acquire(
                name, self._owner, self._duration, above=self._above.get(job, 0)
            )
            if lease is not None:
                self.held[job] = lease
                self._reached("shares.taken")
