"""MongoDB as the services see it: collections, and transactions that are safe to repeat."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from bson import Binary
from pymongo import AsyncMongoClient
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    ExecutionTimeout,
    PyMongoError,
)
from pymongo.monitoring import CommandListener
from pymongo.operations import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from service_kit.storage.collection import Change, Collection, Document, Session, Write
from service_kit.storage.gate import FairGate, through

__all__ = [
    "Blocked",
    "BulkWriteError",
    "Change",
    "Collection",
    "Contended",
    "Database",
    "DeleteMany",
    "DeleteOne",
    "Document",
    "DuplicateKey",
    "InsertOne",
    "ReplaceOne",
    "Session",
    "SessionName",
    "StorageError",
    "StorageUnavailable",
    "UpdateMany",
    "UpdateOne",
    "Write",
    "connect",
    "session_name",
]

T = TypeVar("T")

StorageError = PyMongoError
"""Any failure of the driver or the server."""
StorageUnavailable = ConnectionFailure
"""The server could not be reached; the same call may be made again."""
Blocked = ExecutionTimeout
"""An operation took longer than it was given, which another's transaction may be the cause of."""
SessionName: TypeAlias = Binary
"""What a session is called in the whole deployment; documents may hold it."""
DuplicateKey = DuplicateKeyError
"""A write broke a unique index."""

_TRANSIENT = "TransientTransactionError"
_UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.2


class Contended(Exception):
    """A transaction met other writers until its time was up; it has had no effect."""


class Database:
    """One service's database; made by `connect`."""

    def __init__(
        self,
        client: AsyncMongoClient[Document],
        name: str,
        gate: FairGate,
        *,
        patience: float,
    ) -> None:
        self._client = client
        self._database = client[name]
        self._patience = patience
        self._collections: dict[str, Collection] = {}
        self._after_commit: WeakKeyDictionary[Session, list[Callable[[], None]]] = (
            WeakKeyDictionary()
        )
        self.gate = gate

    @property
    def name(self) -> str:
        return self._database.name

    def collection(self, name: str) -> Collection:
        """Give a collection; it need not exist yet."""
        if name not in self._collections:
            self._collections[name] = Collection(self._database[name], self.gate)
        return self._collections[name]

    async def create_collection(self, name: str) -> None:
        """Create a collection unless it exists."""
        async with through(self.gate):
            if name not in await self._database.list_collection_names(filter={"name": name}):
                try:
                    await self._database.create_collection(name)
                except PyMongoError as error:
                    if getattr(error, "code", None) not in (48, None):  # 48: created meanwhile
                        raise

    async def transaction(
        self, callback: Callable[[Session], Awaitable[T]], *, session: Session | None = None
    ) -> T:
        """Run `callback` in one transaction and give its result.

        The callback runs again, on a fresh snapshot, whenever another writer was first; so it
        must have no effect but its writes. Contended is raised when the patience is spent. A
        `session` of one's own is for one transaction at a time.
        """
        if session is None:
            async with through(self.gate), self._client.start_session() as one_off:
                return await self._told(one_off, callback)
        async with through(self.gate):
            return await self._told(session, callback)

    def session(self) -> Session:
        """Give a session of one's own; the database's end is its end."""
        return self._client.start_session()

    async def end_transaction_of(self, session: SessionName) -> None:
        """Abort what somebody who is believed dead has under way, so that it blocks nobody.

        MongoDB itself waits for the end of a transaction whose client has gone for a minute.
        """
        async with through(self.gate):
            await self._client.admin.command("killSessions", [{"id": session}])

    async def _told(self, session: Session, callback: Callable[[Session], Awaitable[T]]) -> T:
        hooks = self._after_commit[session] = []
        result = await self._run_until_committed(session, callback, hooks)
        for hook in hooks:
            hook()
        return result

    def after_commit(self, session: Session, hook: Callable[[], None]) -> None:
        """Have `hook` called once the session's transaction is committed; not if it is not."""
        self._after_commit[session].append(hook)

    async def ping(self) -> None:
        """Raise StorageError unless the server answers."""
        async with through(self.gate):
            await self._client.admin.command("ping")

    async def drop(self) -> None:
        """Delete the whole database; for tests and resets."""
        await self._client.drop_database(self._database.name)

    async def close(self) -> None:
        """Close all connections."""
        await self._client.close()

    async def _run_until_committed(
        self,
        session: Session,
        callback: Callable[[Session], Awaitable[T]],
        hooks: list[Callable[[], None]],
    ) -> T:
        loop = asyncio.get_running_loop()
        last_moment = loop.time() + self._patience
        attempt = 0
        while True:
            attempt += 1
            hooks.clear()
            try:
                return await self._attempt(session, callback, last_moment)
            except PyMongoError as error:
                if not error.has_error_label(_TRANSIENT):
                    raise
                pause = _pause_before(attempt)
                if loop.time() + pause > last_moment:
                    raise Contended(f"Gave up after {attempt} attempts.") from error
                await asyncio.sleep(pause)

    async def _attempt(
        self,
        session: Session,
        callback: Callable[[Session], Awaitable[T]],
        last_moment: float,
    ) -> T:
        await session.start_transaction(
            read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
        )
        try:
            result = await callback(session)
        except BaseException:
            if session.in_transaction:
                await session.abort_transaction()
            raise
        while True:
            try:
                await session.commit_transaction()
            except PyMongoError as error:
                late = asyncio.get_running_loop().time() > last_moment
                if late or not error.has_error_label(_UNKNOWN_COMMIT):
                    raise
            else:
                return result


def session_name(session: Session) -> SessionName:
    """Give a session's name."""
    name: SessionName = session.session_id["id"]
    return name


def _pause_before(attempt: int) -> float:
    """Give a random pause in seconds whose ceiling doubles with each attempt."""
    ceiling = min(_FIRST_PAUSE * 2 ** min(attempt, 10), _LONGEST_PAUSE)
    return random.uniform(0, ceiling)  # noqa: S311  # spreads writers, keeps no secret


def connect(
    url: str,
    database_name: str,
    *,
    pool_size: int = 32,
    gate: FairGate | None = None,
    listeners: Sequence[CommandListener] = (),
    patience: float = 15.0,
    process: str = "tutti",
) -> Database:
    """Give a database without touching the network yet; `patience` is a transaction's, in s."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(
        url,
        tz_aware=True,
        maxPoolSize=pool_size,
        w="majority",
        readConcernLevel="majority",
        serverSelectionTimeoutMS=10_000,
        connectTimeoutMS=5_000,
        event_listeners=list(listeners),
        appname=process,
    )
    return Database(client, database_name, gate or FairGate(pool_size), patience=patience)
