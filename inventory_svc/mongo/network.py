"""The network directory, kept in the process and confirmed against MongoDB twice a second."""

import asyncio

from inventory_svc.domain.network.directory import NetworkDirectory
from inventory_svc.mongo.collections import CHANNELS, LOCATIONS, NETWORK_VERSION
from inventory_svc.mongo.reference_documents import channel_from_document, location_from_document
from service_kit.storage.database import Database, Session

CONFIRMED_FOR_SECONDS = 0.5
VERSION_DOCUMENT = "network"


class MongoNetwork:
    """Gives a snapshot that was current at most half a second ago."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._locations = database.collection(LOCATIONS.name)
        self._channels = database.collection(CHANNELS.name)
        self._version = database.collection(NETWORK_VERSION.name)
        self._directory: NetworkDirectory | None = None
        self._confirmed_at = float("-inf")
        self._reading = asyncio.Lock()

    async def directory(self) -> NetworkDirectory:
        """Give the current snapshot."""
        fresh = self._fresh()
        if fresh is not None:
            return fresh
        async with self._reading:
            return self._fresh() or await self._confirmed()

    def forget(self) -> None:
        """Confirm at the next use, since this process has changed the network."""
        self._confirmed_at = float("-inf")

    def _fresh(self) -> NetworkDirectory | None:
        age = asyncio.get_running_loop().time() - self._confirmed_at
        return self._directory if age < CONFIRMED_FOR_SECONDS else None

    async def _confirmed(self) -> NetworkDirectory:
        asked_at = asyncio.get_running_loop().time()
        found = await self._version.find_one({"_id": VERSION_DOCUMENT})
        version = 0 if found is None else int(found["version"])
        if self._directory is None or self._directory.version != version:
            self._directory = await self._database.transaction(self._read)
        self._confirmed_at = asked_at
        return self._directory

    async def _read(self, session: Session) -> NetworkDirectory:
        found = await self._version.find_one({"_id": VERSION_DOCUMENT}, session=session)
        locations = await self._locations.find({}, session=session)
        channels = await self._channels.find({}, session=session)
        return NetworkDirectory(
            {document["_id"]: location_from_document(document) for document in locations},
            {document["_id"]: channel_from_document(document) for document in channels},
            0 if found is None else int(found["version"]),
        )
