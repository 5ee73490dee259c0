"""A worker does due work: it claims what has fallen due, keeps the claim, repeats what fails.

An item may be begun twice, when a worker dies; it is finished once.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

import structlog

from service_kit.messaging.due_work import (
    DUE_WORK,
    LONG_AGO,
    PARKED,
    UPCASTS,
    WAITING,
    ClaimLost,
    DueItem,
    item_of,
)
from service_kit.messaging.leases import after
from service_kit.runtime.clock import Clock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.runtime.identifiers import new_identifier
from service_kit.runtime.steps import to_its_end
from service_kit.storage.database import Contended, Database, StorageError

CRASH_POINTS = ("due_work.claimed", "due_work.handled")

_LONG_AFTER = datetime(9999, 1, 1, tzinfo=UTC)
_UNCLAIMED = {"$expr": {"$lte": ["$claimUntil", "$$NOW"]}}
_KNOWN = {"schemaVersion": {"$not": {"$gt": UPCASTS.current}}}
"""Items of a newer release are left to its processes, which run beside this one for a while."""
_ERROR_LENGTH = 500

_log = structlog.get_logger(__name__)

Handler: TypeAlias = Callable[[DueItem], Awaitable[None]]
"""Does the work; may be called again for the same item, so it must be safe to repeat."""


@dataclass(frozen=True, slots=True)
class DueWorkSettings:
    """How a worker behaves; the pauses are domain time, everything else is real time."""

    claim: timedelta = timedelta(seconds=30)
    poll: timedelta = timedelta(seconds=1)
    attempts: int = 8
    first_pause: timedelta = timedelta(seconds=1)
    longest_pause: timedelta = timedelta(minutes=10)
    at_once: int = 8
    grace: timedelta = timedelta(seconds=5)


class DueWorker:
    """Runs due items with the handlers of their kinds; kinds without one are left alone."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        handlers: Mapping[str, Handler],
        owner: str,
        *,
        settings: DueWorkSettings | None = None,
        reached: Reached = pass_by,
    ) -> None:
        self._collection = database.collection(DUE_WORK.name)
        self._clock = clock
        self._handlers = dict(handlers)
        self._owner = owner
        self._settings = settings or DueWorkSettings()
        self._reached = reached
        self._wake = asyncio.Event()
        self._resting_until = _LONG_AFTER

    def wake(self, due_at: datetime = LONG_AGO) -> None:
        """Look at once, unless what falls due then is seen in time without that."""
        if due_at < self._resting_until or due_at <= self._clock.now():
            self._wake.set()

    async def run(self) -> None:
        """Run items as they fall due, several at once, until cancelled.

        What is under way then gets `grace` to end; the rest is begun again by another worker.
        """
        room = asyncio.Semaphore(self._settings.at_once)
        under_way: set[asyncio.Task[None]] = set()
        try:
            while True:
                await room.acquire()
                work = asyncio.create_task(self._work_or_leave(await self._next_item()))
                under_way.add(work)
                work.add_done_callback(under_way.discard)
                work.add_done_callback(lambda _: room.release())
        finally:
            await _end(under_way, self._settings.grace)

    async def run_due_once(self) -> int:
        """Run what is due now, one after another, and say how many items that were."""
        count = 0
        while (item := await self._claim(self._due())) is not None:
            await self._work(item)
            count += 1
        return count

    async def run_now(self, identifier: str) -> bool:
        """Run one item whether it is due or not; True if it was run and succeeded."""
        item = await self._claim({"_id": identifier})
        return item is not None and await self._work(item)

    async def _next_item(self) -> DueItem:
        while True:
            self._wake.clear()
            self._resting_until = _LONG_AFTER
            try:
                item, pause = await to_its_end(self._look())
                if item is not None:
                    return item
            except StorageError as error:
                _log.warning("due_work.failed", error=str(error))
                pause = self._settings.poll.total_seconds()
            self._resting_until = self._clock.now() + timedelta(seconds=pause)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wake.wait()

    async def _look(self) -> tuple[DueItem | None, float]:
        """Claim what is due, or give the seconds to wait."""
        item = await self._claim(self._due())
        return (item, 0.0) if item is not None else (None, await self._pause())

    async def _pause(self) -> float:
        """Give the seconds until the next item falls due, at most the poll."""
        poll = self._settings.poll.total_seconds()
        now = self._clock.now()
        following = await self._collection.find_one(
            {"state": WAITING, "nextAt": {"$gt": now}},
            projection=["nextAt"],
            sort=[("nextAt", 1)],
        )
        if following is None:
            return poll
        wait: timedelta = following["nextAt"] - now
        return min(poll, wait.total_seconds())

    def _due(self) -> dict[str, Any]:
        return {"nextAt": {"$lte": self._clock.now()}}

    async def _claim(self, which: Mapping[str, Any]) -> DueItem | None:
        document = await self._collection.find_one_and_update(
            {
                "state": WAITING,
                "kind": {"$in": list(self._handlers)},
                **which,
                **_UNCLAIMED,
                **_KNOWN,
            },
            [
                {
                    "$set": {
                        "claim": {"$literal": f"{self._owner}/{new_identifier()}"},
                        "claimUntil": after(self._settings.claim),
                        "attempts": {"$add": ["$attempts", 1]},
                    }
                }
            ],
            sort=[("nextAt", 1)],
        )
        if document is None:
            return None
        self._reached("due_work.claimed")
        return item_of(document)

    async def _work_or_leave(self, item: DueItem) -> None:
        """Work; if the database cannot be told the end, the claim runs out and all is repeated."""
        try:
            await self._work(item)
        except (StorageError, Contended) as error:
            _log.warning("due_work.end_unknown", identifier=item.identifier, error=str(error))

    async def _work(self, item: DueItem) -> bool:
        """Run a claimed item to its end, its backoff or its parking; True if it succeeded."""
        try:
            await self._handle(item)
        except asyncio.CancelledError:
            await self._update(item, {"claimUntil": LONG_AGO, "claim": ""})
            raise
        except ClaimLost:
            return False
        except Exception as error:  # noqa: BLE001  # whatever it was, it is kept and shown
            await self._failed(item, error)
            return False
        self._reached("due_work.handled")
        await self._collection.delete_one({"_id": item.identifier, "claim": item.claim})
        return True

    async def _handle(self, item: DueItem) -> None:
        if item.attempts > self._settings.attempts:
            raise RuntimeError("The workers that began it died.")
        keeper = asyncio.create_task(self._keep(item))
        try:
            await self._handlers[item.kind](item)
        finally:
            keeper.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await keeper

    async def _keep(self, item: DueItem) -> None:
        """Prolong the claim while the handler is at work."""
        while True:
            await asyncio.sleep(self._settings.claim.total_seconds() / 3)
            with contextlib.suppress(StorageError):
                await self._collection.update_one(
                    {"_id": item.identifier, "claim": item.claim},
                    [{"$set": {"claimUntil": after(self._settings.claim)}}],
                )

    async def _failed(self, item: DueItem, error: Exception) -> None:
        text = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
        attempts = await self._attempts(item)
        parked = attempts >= self._settings.attempts
        pause = timedelta(0) if parked else self._pause_after(attempts)
        _log.warning(
            "due_work.parked" if parked else "due_work.will_be_repeated",
            identifier=item.identifier,
            kind=item.kind,
            attempts=attempts,
            error=text,
        )
        await self._update(
            item,
            {
                "state": PARKED if parked else WAITING,
                "nextAt": self._clock.now() + pause,
                "claim": "",
                "claimUntil": LONG_AGO,
                "error": text,
            },
        )

    async def _attempts(self, item: DueItem) -> int:
        """Say how often it was begun since it last came further."""
        document = await self._collection.find_one(
            {"_id": item.identifier, "claim": item.claim}, projection=["attempts"]
        )
        return item.attempts if document is None else int(document["attempts"])

    def _pause_after(self, attempts: int) -> timedelta:
        pause: timedelta = self._settings.first_pause * 2 ** min(attempts - 1, 30)
        return min(pause, self._settings.longest_pause)

    async def _update(self, item: DueItem, fields: Mapping[str, Any]) -> None:
        await self._collection.update_one(
            {"_id": item.identifier, "claim": item.claim}, {"$set": dict(fields)}
        )


async def _end(tasks: set[asyncio.Task[None]], grace: timedelta) -> None:
    """Let tasks end by themselves for a while, then cancel them."""
    if tasks:
        _, late = await asyncio.wait(tasks, timeout=grace.total_seconds())
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
