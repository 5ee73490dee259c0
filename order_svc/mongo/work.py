"""The unit of work: one transaction, with its repositories, its outbox and its due work."""

from collections.abc import Sequence
from datetime import datetime

from order_svc.domain.effects import Effect
from order_svc.domain.errands import AWAITED, PLACEMENT, kind_of, to_payload
from order_svc.mongo.customers import MongoCustomers
from order_svc.mongo.orders import MongoOrders
from order_svc.mongo.prices import MongoPrices
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.envelope import text_of
from service_kit.messaging.transactions import Storage, Transaction
from service_kit.runtime.json_values import JSON
from service_kit.storage.database import Session


def placement_item(order_id: str) -> str:
    """The identifier of the due work that recovers the placement of an order."""
    return f"{order_id}.recovery"


class MongoWork(Transaction):
    """One transaction, with the repositories of orders."""

    def __init__(self, storage: Storage, session: Session) -> None:
        super().__init__(storage, session)
        self._orders = MongoOrders(storage.database, session)
        self._customers = MongoCustomers(storage.database, session)
        self._prices = MongoPrices(storage.database, session)

    @property
    def orders(self) -> MongoOrders:
        return self._orders

    @property
    def customers(self) -> MongoCustomers:
        return self._customers

    @property
    def prices(self) -> MongoPrices:
        return self._prices

    async def schedule_recovery(self, order_id: str, due_at: datetime) -> None:
        """See to it that a placement is ended, if nobody ends it before that moment."""
        item = DueItem(placement_item(order_id), PLACEMENT, due_at, {"orderId": order_id})
        await self._schedule(item)

    async def placement_ended(self, order_id: str) -> None:
        """No recovery is needed any more."""
        await self._cancel(placement_item(order_id))

    async def schedule_look(self, order_id: str, reservation_id: str, due_at: datetime) -> None:
        """See to it that an order is brought up to what a reservation keeps for it by then."""
        identifier = f"{reservation_id}.awaited.{text_of(due_at)}"
        payload: dict[str, JSON] = {"orderId": order_id, "reservationId": reservation_id}
        await self._schedule(DueItem(identifier, AWAITED, due_at, payload))

    async def schedule_effects(self, effects: Sequence[Effect], due_at: datetime) -> None:
        """See to it that the effects are done."""
        for effect in effects:
            item = DueItem(effect.key, kind_of(effect), due_at, to_payload(effect))
            await self._schedule(item)

    async def effect_ended(self, key: str) -> bool:
        """The effect is done with this transaction; False if it was done before."""
        return await self._cancel(key)
