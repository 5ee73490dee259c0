"""What orders hear of inventory: that something has become of goods which an order waits for."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final, TypeAlias

from order_svc.domain.errands import AWAITED, AWAITED_LOST
from service_kit.graphql.global_ids import from_global_id
from service_kit.messaging.consumer import Consumer, ConsumerSettings
from service_kit.messaging.due_work import DueItem, DueWork
from service_kit.messaging.envelope import Event, stream_name
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import new_identifier
from service_kit.service.foundation import Foundation
from service_kit.storage.database import Database, Session

NAME: Final = "order_svc.awaited"
INVENTORY: Final = "inventory_svc"
RESERVATION_CHANGED: Final = "reservationChanged"

ORDERS_AT_ONCE: Final = 200
"""Orders that wait, of those which one transaction has looked at after a loss."""

Waiting: TypeAlias = Callable[[str, int, Session], Awaitable[Sequence[tuple[str, Sequence[str]]]]]
"""Gives so many orders that wait, by id after one, each with the reservations it waits for."""


class AwaitedStock:
    """Takes an event as a hint: what the reservation keeps is asked when the order is changed."""

    def __init__(
        self, database: Database, due_work: DueWork, clock: Clock, waiting: Waiting
    ) -> None:
        self._database = database
        self._waiting = waiting
        self._due_work = due_work
        self._clock = clock

    async def handle(self, session: Session, event: Event) -> None:
        """Have an order looked at whose reservation waits for goods in another way."""
        order = event.data.get("orderId")
        if order is not None and "awaited" in event.changes and event.seq > 1:
            order_id = from_global_id(str(order), "Order")
            await self._look(session, order_id, event.entity.id, str(event.seq))

    async def start_afresh(self, session: Session, _stream: str) -> None:
        """Have every order looked at that waits: what was told of some of them is lost.

        However many streams lose something, that is one walk, which begins anew with each.
        """
        await self._walk(session, "")

    async def walk_on(self, item: DueItem) -> None:
        """Have the next of the orders that wait looked at, and then those that come after."""
        await self._database.transaction(lambda session: self._step(session, item))

    async def _step(self, session: Session, item: DueItem) -> None:
        await self._due_work.finish(session, item)
        found = await self._waiting(str(item.payload["after"]), ORDERS_AT_ONCE, session)
        for order_id, reservations in found:
            for reservation_id in reservations:
                await self._look(session, order_id, reservation_id, "lost")
        if len(found) == ORDERS_AT_ONCE:
            await self._walk(session, found[-1][0])

    async def _walk(self, session: Session, after: str) -> None:
        item = DueItem(AWAITED_LOST, AWAITED_LOST, self._clock.now(), {"after": after})
        await self._due_work.schedule(session, item)

    async def _look(self, session: Session, order_id: str, reservation_id: str, why: str) -> None:
        payload: dict[str, Any] = {"orderId": order_id, "reservationId": reservation_id}
        identifier = f"{reservation_id}.awaited.{why}"
        item = DueItem(identifier, AWAITED, self._clock.now(), payload)
        await self._due_work.schedule(session, item)


def awaited_stock(foundation: Foundation, stock: AwaitedStock) -> Consumer:
    """Give the consumer of inventory's log; it has as many partitions as this service's own."""
    streams = [stream_name(INVENTORY, each) for each in range(foundation.partitions)]
    return Consumer(
        NAME,
        foundation.bus,
        foundation.database,
        streams,
        stock.handle,
        owner=new_identifier(),
        on_reset=stock.start_afresh,
        settings=ConsumerSettings(events_at_once=500),
        types=frozenset({RESERVATION_CHANGED}),
    )
