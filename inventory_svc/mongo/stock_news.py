"""Which positions have changed, from the log, and up to when that is known of all of them.

The log comes by Valkey; how far it must have come is asked of MongoDB. Whoever has followed it up
to every position that was given, and has seen the rows that waited for one, has heard of every
commit from before that question.
"""

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import orjson

from inventory_svc.domain.stock.events import POSITION_CHANGED
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.stock_documents import position_key
from service_kit.messaging.cursor import Positions
from service_kit.messaging.event_log import EventLog
from service_kit.messaging.outbox import OUTBOX
from service_kit.messaging.positions import POSITIONS as GIVEN
from service_kit.storage.database import Database

ASK_EVERY_SECONDS = 0.2
MOST_WAITING = 500
"""Rows of the outbox that are looked at; when more wait for the relay, nothing is confirmed."""

_MARK = f'"{POSITION_CHANGED}"'.encode()
NEVER = float("-inf")


class Sighting(NamedTuple):
    """A position was changed by a commit, which gave it this version."""

    position: PositionKey
    version: int


class NewsLost(Exception):
    """The log does not go on where it was left: begin anew."""


class _Question(NamedTuple):
    asked_at: float
    asked_on: datetime | None
    given: Positions


class StockNews:
    """Follows the log of one service; `after` is how far.

    `confirmed_at`, in the seconds of the event loop: every commit from before then has been seen.
    `confirmed_on` is the same moment by the clock of the database.
    """

    def __init__(self, database: Database, log: EventLog) -> None:
        self._outbox = database.collection(OUTBOX.name)
        self._given = database.collection(GIVEN.name)
        self._log = log
        self._names = [f"{log.service}:{partition}" for partition in range(log.partitions)]
        self._question: _Question | None = None
        self._wake = asyncio.Event()
        self._asked_at = NEVER
        self._server_time: datetime | None = None
        self.after: Positions = ()
        self.confirmed_at = NEVER
        self.confirmed_on: datetime | None = None

    async def begin(self, after: Positions | None = None) -> None:
        """Follow from these positions on, or from where the log is now."""
        given = await self._positions_given()
        self._question, self._asked_at = None, NEVER
        self.confirmed_at, self.confirmed_on = NEVER, None
        self.after = given if after is None else after
        if len(self.after) != len(given) or not _has_reached(given, self.after):
            raise NewsLost

    def wake(self) -> None:
        """Have `next` confirm at once."""
        self._wake.set()

    async def next(self, confirm_every: float = ASK_EVERY_SECONDS) -> list[Sighting]:
        """Give what is new, waiting a moment for it; nothing is new once in a while.

        How far the log goes is asked so often, in seconds, and when woken.
        Raises BusUnavailable, StorageError, or NewsLost.
        """
        mark = self._log.mark()
        seen = await self._read()
        if not seen and await self._is_told(mark):
            seen = await self._read()
        now = asyncio.get_running_loop().time()
        due = self._wake.is_set() or now - self._asked_at >= confirm_every
        self._wake.clear()
        if due and self._question is None:
            seen += await self._ask(now)
        self._confirm_if_reached()
        return seen

    async def _is_told(self, mark: int) -> bool:
        """Whether the log goes on within a moment, and before somebody wants it confirmed."""
        told = asyncio.create_task(self._log.news(mark, ASK_EVERY_SECONDS))
        woken = asyncio.create_task(self._wake.wait())
        try:
            done, _ = await asyncio.wait((told, woken), return_when=asyncio.FIRST_COMPLETED)
            return told in done and told.result()
        finally:
            for wait in (told, woken):
                wait.cancel()
            await asyncio.wait((told, woken))

    async def _read(self) -> list[Sighting]:
        found = await self._log.read(self.after)
        after, seen = list(self.after), list[Sighting]()
        for partition, entry in found:
            if entry.position <= after[partition]:
                continue
            if entry.position != after[partition] + 1:
                raise NewsLost
            after[partition] = entry.position
            seen.extend(_sightings([entry.payload]))
        self.after = tuple(after)
        return seen

    async def _ask(self, now: float) -> list[Sighting]:
        """Look at the rows without positions first: then none slips through in between."""
        self._asked_at = now
        waiting = await self._outbox.find(
            {"pending": True, "partition": {"$gte": 0}},
            projection=["events"],
            limit=MOST_WAITING + 1,
        )
        asked_on = self._server_time
        given = await self._positions_given()
        if not _has_reached(given, self.after):
            raise NewsLost  # the log that was read is not this database's any more
        if len(waiting) <= MOST_WAITING:
            self._question = _Question(now, asked_on, given)
        return list(_sightings(text.encode() for row in waiting for text in row["events"]))

    def _confirm_if_reached(self) -> None:
        question = self._question
        if question is not None and _has_reached(self.after, question.given):
            self.confirmed_at, self.confirmed_on = question.asked_at, question.asked_on
            self._question = None

    async def _positions_given(self) -> Positions:
        found = await self._given.aggregate(
            [{"$match": {"_id": {"$in": self._names}}}, {"$set": {"now": "$$NOW"}}]
        )
        given = {document["_id"]: document for document in found}
        self._server_time = min((document["now"] for document in found), default=None)
        return tuple(given[name]["given"] if name in given else 0 for name in self._names)


def _has_reached(here: Sequence[int], there: Sequence[int]) -> bool:
    return all(mine >= other for mine, other in zip(here, there, strict=True))


def _sightings(payloads: Iterable[bytes]) -> Iterator[Sighting]:
    for payload in payloads:
        if _MARK not in payload:
            continue
        event: dict[str, Any] = orjson.loads(payload)
        if event["type"] == POSITION_CHANGED:
            yield Sighting(position_key(event["entity"]["id"]), int(event["seq"]))
