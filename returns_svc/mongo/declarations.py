"""Declarations that orders have not answered, inside one transaction."""

from datetime import datetime
from typing import Any

from returns_svc.domain.errands import DECLARATION
from returns_svc.mongo import indexes
from returns_svc.mongo.return_documents import place_of, return_document, return_of
from returns_svc.ports import Declaration
from service_kit.commands.idempotency import IdempotentRequest, key_reused
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.storage.database import Database, Session
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


class MongoDeclarations:
    """The declarations as one transaction sees them, each with its due work."""

    def __init__(self, database: Database, due_work: DueWork, session: Session) -> None:
        self._session = session
        self._due_work = due_work
        self._declarations = database.collection(indexes.DECLARATIONS_UNDER_WAY.name)

    async def of(self, request: IdempotentRequest) -> Declaration | None:
        """The declaration that this command has begun; its key with another input is refused."""
        found = await self._declarations.find_one(
            {"_id": request.identifier}, session=self._session
        )
        if found is None:
            return None
        declaration = _declaration_of(found)
        if declaration.request.fingerprint != request.fingerprint:
            raise key_reused()
        return declaration

    async def get(self, return_id: str) -> Declaration | None:
        """The declaration of that return."""
        found = await self._declarations.find_one({"returnId": return_id}, session=self._session)
        return None if found is None else _declaration_of(found)

    async def begin(self, declaration: Declaration, due_at: datetime) -> None:
        """Keep it, and see to it that somebody ends it if nobody has by then."""
        await self._declarations.insert_one(_document(declaration), session=self._session)
        return_id = declaration.found.id
        item = DueItem(_item(return_id), DECLARATION, due_at, {"returnId": return_id})
        await self._due_work.schedule(self._session, item)

    async def end(self, declaration: Declaration) -> None:
        """Remove it."""
        identifier = declaration.request.identifier
        await self._declarations.delete_one({"_id": identifier}, session=self._session)
        await self._due_work.cancel(self._session, _item(declaration.found.id))


def _item(return_id: str) -> str:
    return f"{return_id}.declaration"


def _document(declaration: Declaration) -> dict[str, Any]:
    request, place = declaration.request, declaration.place
    return UPCASTS.stamp(
        {
            "_id": request.identifier,
            "returnId": declaration.found.id,
            "scope": request.scope,
            "mutation": request.mutation,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "actor": declaration.actor,
            "found": return_document(declaration.found),
            "place": None if place is None else {"code": place.code, "type": place.type},
        }
    )


def _declaration_of(document: dict[str, Any]) -> Declaration:
    document = UPCASTS.upcast(document)
    request = IdempotentRequest(
        document["scope"], document["mutation"], document["key"], document["fingerprint"]
    )
    return Declaration(
        request, return_of(document["found"]), document["actor"], place_of(document["place"])
    )
