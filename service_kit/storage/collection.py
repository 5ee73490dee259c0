"""One collection, with the fair gate before every call that stands alone."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias, TypeVar

from pymongo import IndexModel, ReturnDocument
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.operations import DeleteMany, DeleteOne, InsertOne, ReplaceOne, UpdateMany, UpdateOne
from pymongo.results import BulkWriteResult, DeleteResult, UpdateResult

from service_kit.storage.gate import FairGate, through

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
        async with through(self._gate):
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
        at_most: timedelta | None = None,
    ) -> Document | None:
        """Change the first match and give it as it is after, or `before`, the change.

        Raises Blocked when a transaction under way keeps it from that for longer than `at_most`.
        """
        options: dict[str, Any] = (
            {} if at_most is None else {"maxTimeMS": int(at_most.total_seconds() * 1000)}
        )
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
                **options,
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
