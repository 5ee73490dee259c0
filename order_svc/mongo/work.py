"""The unit of work: one transaction, with its repositories, its outbox and its due work."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from order_svc.domain.effects import Effect
from order_svc.domain.errands import PLACEMENT, kind_of, to_payload
from order_svc.domain.refusals import unavailable
from order_svc.mongo.customers import MongoCustomers
from order_svc.mongo.orders import MongoOrders
from order_svc.mongo.prices import MongoPrices
from order_svc.ports import Work
from service_kit.commands.idempotency import Outcomes
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.envelope import Event
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.tracing import current_traceparent
from service_kit.storage.database import Contended, Database, Session
from service_kit.storage.idempotency import MongoOutcomes

T = TypeVar("T")


def placement_item(order_id: str) -> str:
    """The identifier of the due work that recovers the placement of an order."""
    return f"{order_id}.recovery"


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
        self._orders = MongoOrders(storage.database, session)
        self._customers = MongoCustomers(storage.database, session)
        self._prices = MongoPrices(storage.database, session)
        self._outcomes = storage.outcomes.bind(session)

    @property
    def orders(self) -> MongoOrders:
        return self._orders

    @property
    def customers(self) -> MongoCustomers:
        return self._customers

    @property
    def prices(self) -> MongoPrices:
        return self._prices

    @property
    def outcomes(self) -> Outcomes:
        return self._outcomes

    async def publish(self, events: Sequence[Event]) -> None:
        """Put the events into the outbox, with the trace they belong to."""
        traceparent = current_traceparent()
        traced = [replace(event, traceparent=traceparent) for event in events]
        await self._storage.outbox.append(self._session, traced)

    async def schedule_recovery(self, order_id: str, due_at: datetime) -> None:
        """See to it that a placement is ended, if nobody ends it before that moment."""
        item = DueItem(placement_item(order_id), PLACEMENT, due_at, {"orderId": order_id})
        await self._storage.due_work.schedule(self._session, item)

    async def placement_ended(self, order_id: str) -> None:
        """No recovery is needed any more."""
        await self._storage.due_work.cancel(self._session, placement_item(order_id))

    async def schedule_effects(self, effects: Sequence[Effect], due_at: datetime) -> None:
        """See to it that the effects are done."""
        for effect in effects:
            item = DueItem(effect.key, kind_of(effect), due_at, to_payload(effect))
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
