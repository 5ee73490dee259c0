"""MongoDB as the services see it: collections, and transactions that are safe to repeat."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar
from weakref import WeakKeyDictionary

from pymongo import AsyncMongoClient, IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.errors import (
    BulkWriteError,
    ConnectionFailure,
    DuplicateKeyError,
    PyMongoError,
)
from pymongo.monitoring import CommandListener
from pymongo.operations import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.read_concern import ReadConcern
from pymongo.results import BulkWriteResult, DeleteResult, UpdateResult
from pymongo.write_concern import WriteConcern

from service_kit.storage.gate import FairGate

__all__ = [
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
    "StorageError",
    "StorageUnavailable",
    "UpdateMany",
    "UpdateOne",
    "connect",
]

T = TypeVar("T")
Document: TypeAlias = dict[str, Any]
Session: TypeAlias = AsyncClientSession
Filter: TypeAlias = Mapping[str, Any]
Change: TypeAlias = Mapping[str, Any] | Sequence[Mapping[str, Any]]
"""An update document, or the stages of an update pipeline."""
SortKeys: TypeAlias = Sequence[tuple[str, int]]
Write: TypeAlias = (
    InsertOne[Document] | UpdateOne | UpdateMany | ReplaceOne[Document] | DeleteOne | DeleteMany
)

StorageError = PyMongoError
"""Any failure of the driver or the server."""
StorageUnavailable = ConnectionFailure
"""The server could not be reached; the same call may be made again."""
DuplicateKey = DuplicateKeyError
"""A write broke a unique index."""

_TRANSIENT = "TransientTransactionError"
_UNKNOWN_COMMIT = "UnknownTransactionCommitResult"
_FIRST_PAUSE = 0.002
_LONGEST_PAUSE = 0.2


class Contended(Exception):
    """A transaction met other writers until its time was up; it has had no effect."""


@dataclass(slots=True)
class _Permit:
    """What a task holds while it is inside the gate."""

    gate: FairGate
    held: bool = True


_permit: ContextVar[_Permit | None] = ContextVar("_permit", default=None)


@asynccontextmanager
async def _through(gate: FairGate) -> AsyncIterator[None]:
    """Pass the gate; a task already inside it goes on under the permit it holds.

    Otherwise a call without session inside a transaction could wait for ever: all permits may
    be held by transactions that wait likewise.
    """
    outer = _permit.get()
    if outer is not None and outer.held and outer.gate is gate:
        yield
        return
    async with gate:
        permit = _Permit(gate)
        token = _permit.set(permit)
        try:
            yield
        finally:
            permit.held = False
            _permit.reset(token)


class Collection:
    """One collection. A call without session passes the gate by itself."""

    def __init__(self, collection: AsyncCollection[Document], gate: FairGate) -> None:
        self._collection = collection
        self._gate = gate

    @property
    def name(self) -> str:
        return self._collection.name

    @property
    def driver(self) -> AsyncCollection[Document]:
        """The driver's own collection, for what is not wrapped here; no gate before it."""
        return self._collection

    async def _gated(self, session: Session | None, call: Callable[[], Awaitable[T]]) -> T:
        if session is not None:
            return await call()
        async with _through(self._gate):
            return await call()

    async def find_one(
        self,
        filter: Filter,  # noqa: A002  # the driver's word
        *,
        projection: Mapping[str, Any] | Sequence[str] | None = None,
        sort: SortKeys | None = None,
        session: Session | None = None,
    ) -> Document | None:
        """Give the first match or None."""
        return await self._gated(
            session,
            lambda: self._collection.find_one(filter, projection, sort=sort, session=session),
        )

    async def find(
        self,
        filter: Filter,  # noqa: A002
        *,
        projection: Mapping[str, Any] | Sequence[str] | None = None,
        sort: SortKeys | None = None,
        skip: int = 0,
        limit: int = 0,
        session: Session | None = None,
    ) -> list[Document]:
        """Give all matches, at most `limit` if it is not 0."""

        async def read() -> list[Document]:
            cursor = self._collection.find(
                filter, projection, sort=sort, skip=skip, limit=limit, session=session
            )
            async with cursor:
                return await cursor.to_list()

        return await self._gated(session, read)

    async def aggregate(
        self, pipeline: Sequence[Mapping[str, Any]], *, session: Session | None = None
    ) -> list[Document]:
        """Give all that the pipeline yields."""

        async def read() -> list[Document]:
            cursor = await self._collection.aggregate(pipeline, session=session)
            async with cursor:
                return await cursor.to_list()

        return await self._gated(session, read)

    async def count(
        self,
        filter: Filter,  # noqa: A002
        *,
        limit: int | None = None,
        session: Session | None = None,
    ) -> int:
        """Count the matches, and stop at `limit`."""
        bound = {} if limit is None else {"limit": limit}
        return await self._gated(
            session,
            lambda: self._collection.count_documents(filter, session=session, **bound),
        )

    async def insert_one(self, document: Document, *, session: Session | None = None) -> None:
        """Insert, or raise DuplicateKey."""
        await self._gated(session, lambda: self._collection.insert_one(document, session=session))

    async def insert_many(
        self, documents: Sequence[Document], *, session: Session | None = None
    ) -> None:
        """Insert in order; none given is nothing done."""
        if documents:
            await self._gated(
                session, lambda: self._collection.insert_many(documents, session=session)
            )

    async def update_one(
        self,
        filter: Filter,  # noqa: A002
        change: Change,
        *,
        upsert: bool = False,
        session: Session | None = None,
    ) -> UpdateResult:
        """Change the first match; `matched_count` tells a guarded write whether it happened."""
        return await self._gated(
            session,
            lambda: self._collection.update_one(filter, change, upsert=upsert, session=session),
        )

    async def update_many(
        self,
        filter: Filter,  # noqa: A002
        change: Change,
        *,
        session: Session | None = None,
    ) -> UpdateResult:
        """Change all matches."""
        return await self._gated(
            session, lambda: self._collection.update_many(filter, change, session=session)
        )

    async def replace_one(
        self,
        filter: Filter,  # noqa: A002
        document: Document,
        *,
        upsert: bool = False,
        session: Session | None = None,
    ) -> UpdateResult:
        """Put `document` in the place of the first match."""
        return await self._gated(
            session,
            lambda: self._collection.replace_one(filter, document, upsert=upsert, session=session),
        )

    async def delete_one(
        self,
        filter: Filter,  # noqa: A002
        *,
        session: Session | None = None,
    ) -> DeleteResult:
        """Delete the first match."""
        return await self._gated(
            session, lambda: self._collection.delete_one(filter, session=session)
        )

    async def delete_many(
        self,
        filter: Filter,  # noqa: A002
        *,
        session: Session | None = None,
    ) -> DeleteResult:
        """Delete all matches."""
        return await self._gated(
            session, lambda: self._collection.delete_many(filter, session=session)
        )

    async def find_one_and_update(
        self,
        filter: Filter,  # noqa: A002
        change: Change,
        *,
        sort: SortKeys | None = None,
        upsert: bool = False,
        before: bool = False,
        projection: Mapping[str, Any] | Sequence[str] | None = None,
        session: Session | None = None,
    ) -> Document | None:
        """Change the first match and give it as it is after, or `before`, the change."""
        wanted = ReturnDocument.BEFORE if before else ReturnDocument.AFTER
        found: Document | None = await self._gated(
            session,
            lambda: self._collection.find_one_and_update(
                filter,
                change,
                projection,
                sort=sort,
                upsert=upsert,
                return_document=wanted,
                session=session,
            ),
        )
        return found

    async def create_indexes(self, indexes: Sequence[IndexModel]) -> None:
        """Create the indexes that do not exist."""
        await self._gated(None, lambda: self._collection.create_indexes(indexes))

    async def bulk_write(
        self, writes: Sequence[Write], *, ordered: bool = True, session: Session | None = None
    ) -> BulkWriteResult | None:
        """Send several writes in one call; none given is nothing done."""
        if not writes:
            return None
        return await self._gated(
            session,
            lambda: self._collection.bulk_write(writes, ordered=ordered, session=session),
        )


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
        async with _through(self.gate):
            if name not in await self._database.list_collection_names(filter={"name": name}):
                try:
                    await self._database.create_collection(name)
                except PyMongoError as error:
                    if getattr(error, "code", None) not in (48, None):  # 48: created meanwhile
                        raise

    async def transaction(self, callback: Callable[[Session], Awaitable[T]]) -> T:
        """Run `callback` in one transaction and give its result.

        The callback runs again, on a fresh snapshot, whenever another writer was first; so it
        must have no effect but its writes. Contended is raised when the patience is spent.
        """
        async with _through(self.gate), self._client.start_session() as session:
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
        async with _through(self.gate):
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
