"""Whether a log goes on where its readers are, or is another one by now, or has lost their place.

A Valkey that was wiped is filled again up to where it was: readers wait. A log whose database was
lost too begins anew: then no position of the old one will ever come, and readers start over.
"""

import asyncio
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog

from gateway.ports import EventLog, LogBounds, LogUnavailable
from gateway.subscriptions.cursor import Positions
from service_kit.messaging.log_head import (
    LOOK_AGAIN_SECONDS,
    Doubts,
    LogHead,
    OtherPartitions,
    Unsaid,
)

_LOOK_EVERY_SECONDS = 2.0
_READER = "reader"

_log = structlog.get_logger("gateway.subscriptions")


class Follower(Protocol):
    """Who has seen positions ahead of the reader (`floor`), of a log that may be another one."""

    @property
    def floor(self) -> Positions | None: ...

    @property
    def identity(self) -> str | None: ...

    def __hash__(self) -> int: ...


T = TypeVar("T", bound=Follower)


@dataclass(frozen=True, slots=True)
class Lost(Generic[T]):
    """Who is lost: everybody, who then goes on at `ends`, or a few followers alone."""

    ends: list[int] | None
    followers: Sequence[T] = ()


class Continuity(Generic[T]):
    """Looks now and then at what the log's writer says of it."""

    def __init__(self, log: EventLog, stream: str, partitions: int) -> None:
        self.identity: str | None = None
        self.behind: Sequence[int] = ()
        """Events of each partition that were not read yet, when it looked last."""
        self._log = log
        self._stream = stream
        self._partitions = partitions
        self._doubts = Doubts()
        self._next_look = 0.0
        self._unsaid = Unsaid()

    def is_of(self, identity: str | None) -> bool:
        """Whether an identity may be this log's; what is not known may be."""
        return LogHead(self.identity).is_of(identity)

    async def begin(self) -> list[int]:
        """Learn which log it is, and give its end, filled again or not; raises LogUnavailable.

        While its writer has not said where it ends, since the head is lost with the streams, nobody
        knows: what is filled again would look new. Then wait a while.
        """
        bounds, head = await self._bounds(), await self._head()
        while not head.is_whole(self._partitions):
            if not self._unsaid.may_be_waited_for(asyncio.get_running_loop().time()):
                raise LogUnavailable(f"Nobody has said where the log of {self._stream} ends.")
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
            bounds, head = await self._bounds(), await self._head()
        self._unsaid.is_over()
        self.identity = head.identity
        self._doubts = Doubts()
        return head.ends([one.last for one in bounds])

    async def has_lost(self, asking: Hashable, positions: Sequence[int]) -> bool:
        """Whether positions are lost, for who asks again and again; raises LogUnavailable."""
        head = await self._head()
        return bool(self._doubts.confirmed(asking, positions, head, await self._bounds()))

    def forget(self, holder: Hashable) -> None:
        """Hold nothing of somebody who left."""
        self._doubts.forget(holder)

    async def lost(self, positions: Sequence[int], followers: Iterable[T]) -> Lost[T] | None:
        """Say who is lost, if it is time to look; raises LogUnavailable."""
        now = asyncio.get_running_loop().time()
        if now < self._next_look:
            return None
        self._next_look = now + _LOOK_EVERY_SECONDS
        head, bounds = await self._head(), await self._bounds()  # who is filled since, is whole
        self.behind = [
            max(0, one.last - position) for one, position in zip(bounds, positions, strict=True)
        ]
        if not head.is_of(self.identity):
            return self._anew(head, bounds) if head.is_whole(self._partitions) else None
        self.identity = head.identity or self.identity
        apart = [one for one in followers if one.floor is not None or one.identity is not None]
        strangers = [one for one in apart if not self.is_of(one.identity)]
        return self._astray(positions, head, bounds, apart) or (
            Lost(None, strangers) if strangers else None
        )

    def _astray(
        self,
        positions: Sequence[int],
        head: LogHead,
        bounds: Sequence[LogBounds],
        apart: Sequence[T],
    ) -> Lost[T] | None:
        """Look closer where a position is not what the writer has said."""
        places: dict[T | str, Sequence[int]] = {_READER: positions}
        places.update((one, one.floor) for one in apart if one.floor is not None)
        if not any(self._doubts.worth_asking(place, head) for place in places.values()):
            return None
        lost = [
            holder
            for holder, place in places.items()
            if self._doubts.confirmed(holder, place, head, bounds)
        ]
        if _READER in lost:
            return self._anew(head, bounds)
        return Lost(None, [one for one in apart if one in lost]) if lost else None

    def _anew(self, head: LogHead, bounds: Sequence[LogBounds]) -> Lost[T]:
        self.identity = head.identity
        self._doubts = Doubts()
        return Lost(head.ends([one.last for one in bounds]))

    async def _head(self) -> LogHead:
        head = await self._log.head(self._stream)
        try:
            head.require_count(self._stream, self._partitions)
        except OtherPartitions as error:
            _log.error("log_has_other_partitions", reason=str(error))
            raise LogUnavailable(str(error)) from error
        return head

    async def _bounds(self) -> Sequence[LogBounds]:
        return await self._log.bounds(self._stream, self._partitions)
