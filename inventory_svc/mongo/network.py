"""The network directory, kept in the process and confirmed against MongoDB twice a second."""

import asyncio
from collections.abc import Iterable
from typing import Protocol

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.mongo.alert_documents import alert_rule_from_document
from inventory_svc.mongo.collections import (
    ALERT_RULES,
    CHANNELS,
    LOCATION_GROUPS,
    LOCATIONS,
    NETWORK_VERSION,
    SOURCES,
)
from inventory_svc.mongo.feed_documents import source_from_document
from inventory_svc.mongo.reference_documents import (
    channel_from_document,
    group_from_document,
    location_from_document,
)
from service_kit.storage.database import Database, Session

CONFIRMED_FOR_SECONDS = 0.5
VERSION_DOCUMENT = "network"


class Silence(Protocol):
    """Knows of which locations nobody has told for too long."""

    async def shown(self, directory: NetworkDirectory) -> NetworkDirectory:
        """Give the network without selling from those."""


class MongoNetwork:
    """Gives a snapshot that was current at most half a second ago, and never refuses from it."""

    def __init__(self, database: Database, silence: Silence | None = None) -> None:
        self._database = database
        self._locations = database.collection(LOCATIONS.name)
        self._channels = database.collection(CHANNELS.name)
        self._groups = database.collection(LOCATION_GROUPS.name)
        self._alert_rules = database.collection(ALERT_RULES.name)
        self._sources = database.collection(SOURCES.name)
        self._silence = silence
        self._version = database.collection(NETWORK_VERSION.name)
        self._directory: NetworkDirectory | None = None
        self._confirmed_at = float("-inf")
        self._forgotten = 0
        self._reading = asyncio.Lock()

    async def directory(
        self,
        *,
        channels: Iterable[str] = (),
        locations: Iterable[str] = (),
        groups: Iterable[str] = (),
        sources: Iterable[str] = (),
    ) -> NetworkDirectory:
        """Give a snapshot, the current one if a recent one lacks a code that is named."""
        now = asyncio.get_running_loop().time()
        found = await self._confirmed_since(now - CONFIRMED_FOR_SECONDS)
        if not found.knows(channels, locations, groups, sources):
            found = await self._confirmed_since(now)
        return await self._shown(found)

    async def current(self) -> NetworkDirectory:
        """Give the network as it is now."""
        return await self._shown(await self._confirmed_since(asyncio.get_running_loop().time()))

    async def as_seen(self, known: NetworkDirectory, session: Session) -> NetworkDirectory:
        """Give the network as a transaction sees it: `known`, if nothing has changed since.

        What was stale stays so.
        """
        if await self._latest_version(session) == known.version:
            return known
        self.forget()
        return (await self._read(session)).with_stale(known.stale_since)

    def forget(self) -> None:
        """Confirm at the next use, since the network has changed."""
        self._forgotten += 1
        self._confirmed_at = float("-inf")

    async def _shown(self, directory: NetworkDirectory) -> NetworkDirectory:
        return directory if self._silence is None else await self._silence.shown(directory)

    async def _confirmed_since(self, moment: float) -> NetworkDirectory:
        known = self._known_since(moment)
        if known is not None:
            return known
        async with self._reading:
            return self._known_since(moment) or await self._confirmed()

    def _known_since(self, moment: float) -> NetworkDirectory | None:
        return self._directory if self._confirmed_at >= moment else None

    async def _confirmed(self) -> NetworkDirectory:
        asked_at, forgotten = asyncio.get_running_loop().time(), self._forgotten
        version = await self._latest_version()
        if self._directory is None or self._directory.version != version:
            self._directory = await self._database.transaction(self._read)
        # What was read before a change of this process must not pass for confirmed after it.
        if self._forgotten == forgotten:
            self._confirmed_at = asked_at
        return self._directory

    async def _read(self, session: Session) -> NetworkDirectory:
        version = await self._latest_version(session)
        locations = await self._locations.find({}, session=session)
        channels = await self._channels.find({}, session=session)
        groups = await self._groups.find({}, session=session)
        sources = await self._sources.find({}, session=session)
        alert_rules = await self._alert_rules.find({}, session=session)
        return NetworkDirectory(
            {document["_id"]: location_from_document(document) for document in locations},
            {document["_id"]: channel_from_document(document) for document in channels},
            version,
            {document["_id"]: group_from_document(document) for document in groups},
            {document["_id"]: alert_rule_from_document(document) for document in alert_rules},
            {document["_id"]: source_from_document(document) for document in sources},
        )

    async def _latest_version(self, session: Session | None = None) -> int:
        found = await self._version.find_one({"_id": VERSION_DOCUMENT}, session=session)
        return 0 if found is None else int(found["version"])
