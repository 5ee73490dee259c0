"""Outcomes of commands, stored in the transaction of their effect."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from service_kit.commands.idempotency import IdempotentRequest, Outcome, Outcomes, key_reused
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import Clock
from service_kit.storage.database import Database, Document, Session
from service_kit.storage.indexes import CollectionDeclaration, Index
from service_kit.storage.schema_versions import Upcasts

OUTCOMES = CollectionDeclaration(
    "outcomes",
    (Index((("expiresAt", 1),), name="expiry"),),
    retention="Seven days after the command, or as long as the order where money moved.",
)
UPCASTS = Upcasts(current=1)
_PURGED_AT_ONCE = 1000


class MongoOutcomes:
    """Every outcome kept for `keep` of domain time after its command; None keeps for ever."""

    def __init__(
        self, database: Database, clock: Clock, keep: timedelta | None = timedelta(days=7)
    ) -> None:
        self._collection = database.collection(OUTCOMES.name)
        self._clock = clock
        self._keep = keep

    def bind(self, session: Session) -> Outcomes:
        """Give the outcomes as one transaction sees them."""
        return _BoundOutcomes(self, session)

    async def find(
        self, request: IdempotentRequest, session: Session | None = None
    ) -> Outcome | None:
        """Give the recorded outcome or None; refuse IDEMPOTENCY_KEY_REUSED for another input."""
        answer = (await self.find_many([request], session)).get(request.identifier)
        if isinstance(answer, Refusal):
            raise answer
        return answer

    async def find_many(
        self, requests: Sequence[IdempotentRequest], session: Session | None = None
    ) -> dict[str, Outcome | Refusal]:
        """Give, by request identifier, what is recorded, or the refusal of a reused key.

        In a transaction, what is overdue is deleted by the way: its key is free again.
        """
        wanted = {request.identifier: request for request in requests}
        found = await self._collection.find({"_id": {"$in": list(wanted)}}, session=session)
        now = self._clock.now()
        if session is not None:
            await self._free_overdue(found, now, session)
        return {
            document["_id"]: _answer(wanted[document["_id"]], UPCASTS.upcast(document))
            for document in found
            if document["expiresAt"] is None or document["expiresAt"] > now
        }

    async def record_many(
        self,
        outcomes: Mapping[IdempotentRequest, Outcome],
        session: Session,
        *,
        looked_up: bool = False,
    ) -> None:
        """Keep the outcomes; the same key in another transaction makes one of the two retry.

        `looked_up` says that `find_many` was asked for them in this transaction already.
        """
        now = self._clock.now()
        expires_at = None if self._keep is None else now + self._keep
        stamps = {"recordedAt": now, "expiresAt": expires_at}
        if not looked_up:
            overdue = [request.identifier for request in outcomes]
            await self._collection.delete_many(
                {"_id": {"$in": overdue}, "expiresAt": {"$lte": now}}, session=session
            )
        await self._collection.insert_many(
            [_document(request, outcome) | stamps for request, outcome in outcomes.items()],
            session=session,
        )

    async def _free_overdue(
        self, found: Sequence[Document], now: datetime, session: Session
    ) -> None:
        overdue = [
            document["_id"]
            for document in found
            if document["expiresAt"] is not None and document["expiresAt"] <= now
        ]
        if overdue:
            await self._collection.delete_many({"_id": {"$in": overdue}}, session=session)

    async def purge(self) -> int:
        """Delete up to a thousand outcomes whose time is over, and say how many."""
        over = await self._collection.find(
            {"expiresAt": {"$lte": self._clock.now()}},
            projection=["_id"],
            limit=_PURGED_AT_ONCE,
        )
        if not over:
            return 0
        result = await self._collection.delete_many(
            {"_id": {"$in": [document["_id"] for document in over]}}
        )
        return result.deleted_count


class _BoundOutcomes:
    """The outcomes inside one transaction."""

    def __init__(self, outcomes: MongoOutcomes, session: Session) -> None:
        self._outcomes = outcomes
        self._session = session

    async def find(self, request: IdempotentRequest) -> Outcome | None:
        return await self._outcomes.find(request, self._session)

    async def record(self, request: IdempotentRequest, outcome: Outcome) -> None:
        await self._outcomes.record_many({request: outcome}, self._session)


def _answer(request: IdempotentRequest, document: Document) -> Outcome | Refusal:
    if document["fingerprint"] != request.fingerprint:
        return key_reused()
    refusals = tuple(
        Refusal(
            part["code"],
            part["message"],
            path=part["path"],
            params=part["params"],
            retryable=part["retryable"],
        )
        for part in document["refusals"]
    )
    return Outcome(document["values"], refusals)


def _document(request: IdempotentRequest, outcome: Outcome) -> dict[str, Any]:
    return UPCASTS.stamp(
        {
            "_id": request.identifier,
            "scope": request.scope,
            "mutation": request.mutation,
            "key": request.key,
            "fingerprint": request.fingerprint,
            "values": dict(outcome.values),
            "refusals": [
                {
                    "code": refusal.code,
                    "message": refusal.message,
                    "path": list(refusal.path),
                    "params": dict(refusal.params),
                    "retryable": refusal.retryable,
                }
                for refusal in outcome.refusals
            ],
        }
    )
