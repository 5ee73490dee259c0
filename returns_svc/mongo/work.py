"""The unit of work: one transaction, with its repositories, its outbox and its due work."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from returns_svc.domain.errands import EXPIRY, Errand, kind_of, to_payload
from returns_svc.mongo.declarations import MongoDeclarations
from returns_svc.mongo.policies import MongoPolicies
from returns_svc.mongo.returns import MongoReturns
from returns_svc.ports import Work
from service_kit.commands.denials import unavailable
from service_kit.commands.idempotency import Outcomes
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.envelope import Event
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.tracing import current_traceparent
from service_kit.storage.database import Contended, Database, Session
from service_kit.storage.idempotency import MongoOutcomes

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Storage:
    """What every transaction of this service writes to."""

    database: Database
    outcomes: MongoOutcomes
    outbox: Outbox
    due_work: DueWork


class MongoWork:
    """One transaction."""

    def __init__(self, storage: Storage, session: Session) -> None:
        self._storage = storage
        self._session = session
        self._returns = MongoReturns(storage.database, session)
        self._declarations = MongoDeclarations(storage.database, storage.due_work, session)
        self._policies = MongoPolicies(storage.database, session)
        self._outcomes = storage.outcomes.bind(session)

    @property
    def returns(self) -> MongoReturns:
        return self._returns

    @property
    def declarations(self) -> MongoDeclarations:
        return self._declarations

    @property
    def policies(self) -> MongoPolicies:
        return self._policies

    @property
    def outcomes(self) -> Outcomes:
        return self._outcomes

    async def publish(self, events: Sequence[Event]) -> None:
        """Put the events into the outbox, with the trace they belong to."""
        traceparent = current_traceparent()
        traced = [replace(event, traceparent=traceparent) for event in events]
        await self._storage.outbox.append(self._session, traced)

    async def schedule(self, errands: Sequence[Errand], due_at: datetime) -> None:
        """See to it that the errands are done."""
        for errand in errands:
            item = DueItem(errand.key, kind_of(errand), due_at, to_payload(errand))
            await self._storage.due_work.schedule(self._session, item)

    async def schedule_expiry(self, return_id: str, due_at: datetime) -> None:
        """See to it that somebody looks whether the goods have come."""
        item = DueItem(f"{return_id}.expiry", EXPIRY, due_at, {"returnId": return_id})
        await self._storage.due_work.schedule(self._session, item)


class MongoUnitOfWork:
    """Runs functions in transactions."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage

    async def run(self, callback: Callable[[Work], Awaitable[T]]) -> T:
        """Run a function in one transaction, again if another writer was first.

        Refused UNAVAILABLE when others were first for too long; then nothing was written.
        """
        try:
            return await self._storage.database.transaction(
                lambda session: callback(MongoWork(self._storage, session))
            )
        except Contended as error:
            raise unavailable() from error
