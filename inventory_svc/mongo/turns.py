"""Taking turns at a position that several processes want at once.

Two transactions on one hot document do not wait for each other: the later one fails and starts
over, and of four none gets far. So a process that has met another one draws a ticket, and whoever
draws tickets is served in their order. Only speed rests on this: whoever does not wait, or waits
for somebody who died, is still stopped by the version of the position.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from types import MappingProxyType
from typing import Any

from pymongo import ReturnDocument
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from inventory_svc.mongo.collections import TURNS
from service_kit.storage.database import Database, Document

PATIENCE = timedelta(milliseconds=400)
"""How long a turn may last before the next one goes on without it."""
CROWDED_FOR_SECONDS = 2.0
SHORTEST_PAUSE = 0.002
LONGEST_PAUSE = 0.02
MOST_REMEMBERED = 1000

NOTHING_MORE: Mapping[str, Any] = MappingProxyType({})


class Turns:
    """The tickets of one process, and its memory of where it met others."""

    def __init__(self, database: Database, patience: timedelta = PATIENCE) -> None:
        # A lost ticket costs time and nothing else, so no majority is waited for.
        self._turns = database.collection(TURNS.name).driver.with_options(
            write_concern=WriteConcern(1), read_concern=ReadConcern("local")
        )
        self._patience = patience.total_seconds()
        self._crowded: dict[str, float] = {}

    def met_others(self, key: str) -> None:
        """Remember for a while that other processes want this too."""
        if len(self._crowded) >= MOST_REMEMBERED:
            self._crowded.clear()
        self._crowded[key] = asyncio.get_running_loop().time() + CROWDED_FOR_SECONDS

    def crowded(self, keys: Iterable[str]) -> str | None:
        """Give the first of the keys at which turns are to be taken, if any."""
        if not self._crowded:
            return None
        now = asyncio.get_running_loop().time()
        return min((key for key in keys if self._crowded.get(key, 0.0) > now), default=None)

    @asynccontextmanager
    async def turn(self, key: str | None) -> AsyncIterator[None]:
        """Wait for one's turn and pass it on at the end; at once when there is no key."""
        if key is None:
            yield
            return
        ticket = await self._draw(key)
        try:
            await self._wait(key, ticket)
            yield
        finally:
            await self._pass_on(key, ticket)

    async def _draw(self, key: str) -> int:
        drawn: Document | None = await self._turns.find_one_and_update(
            {"_id": key},
            [
                {
                    "$set": {
                        "drawn": {"$add": [{"$ifNull": ["$drawn", 0]}, 1]},
                        "serving": {"$ifNull": ["$serving", 1]},
                        "since": {"$ifNull": ["$since", "$$NOW"]},
                        "schemaVersion": 1,
                    }
                }
            ],
            upsert=True,
            return_document=ReturnDocument.AFTER,
        )
        return 0 if drawn is None else int(drawn["drawn"])

    async def _wait(self, key: str, ticket: int) -> None:
        """Look more seldom the longer one turn lasts; skip one that lasts too long."""
        loop = asyncio.get_running_loop()
        serving, seen_at = 0, loop.time()
        while True:
            turn: Mapping[str, Any] | None = await self._turns.find_one({"_id": key})
            if turn is None or turn["serving"] >= ticket:
                return
            if turn["serving"] != serving:
                serving, seen_at = turn["serving"], loop.time()
            lasted = loop.time() - seen_at
            if lasted > self._patience:
                await self._serve(key, serving + 1)
                continue
            pause = min(max(lasted / 8, SHORTEST_PAUSE), LONGEST_PAUSE)
            await asyncio.sleep(pause * (ticket - serving))

    async def _pass_on(self, key: str, ticket: int) -> None:
        """Serve the next one; when somebody waits already, the crowd is still there."""
        turn = await self._serve(key, ticket + 1)
        if turn is not None and turn["drawn"] > ticket:
            self.met_others(key)

    async def _serve(self, key: str, ticket: int) -> Document | None:
        """Serve a ticket; nothing happens if that one or a later one has been served."""
        served: Document | None = await self._turns.find_one_and_update(
            {"_id": key, "serving": {"$lt": ticket}},
            [{"$set": {"serving": ticket, "since": "$$NOW"}}],
            return_document=ReturnDocument.AFTER,
        )
        return served
