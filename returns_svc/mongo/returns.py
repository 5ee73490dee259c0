"""Returns inside one transaction: saved only if nobody else changed them since they were read."""

from returns_svc.domain.requests.return_request import Return
from returns_svc.mongo import indexes
from returns_svc.mongo.return_documents import return_document, return_of
from returns_svc.ports import StaleReturn
from service_kit.storage.database import Database, Session


class MongoReturns:
    """The returns as one transaction sees them."""

    def __init__(self, database: Database, session: Session) -> None:
        self._session = session
        self._returns = database.collection(indexes.RETURNS.name)

    async def get(self, return_id: str) -> Return | None:
        """The return as it is now."""
        document = await self._returns.find_one({"_id": return_id}, session=self._session)
        return None if document is None else return_of(document)

    async def add(self, found: Return) -> None:
        """Keep a new return."""
        await self._returns.insert_one(return_document(found), session=self._session)

    async def save(self, before: Return, after: Return) -> None:
        """Keep a changed return; raises StaleReturn unless `before` is what is stored."""
        result = await self._returns.replace_one(
            {"_id": before.id, "version": before.version},
            return_document(after),
            session=self._session,
        )
        if result.matched_count == 0:
            raise StaleReturn(before.id)
