"""What orders hear of inventory: what has become of goods that an order waits for, or has to."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, Final, Protocol

from order_svc.domain.errands import AWAITED, AWAITED_LOST, HELD_BACK
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
ITEM_CHANGED: Final = "itemChanged"
RELEASE_AT: Final = "releaseAt"

ORDERS_AT_ONCE: Final = 200
"""Orders of a walk that one transaction has looked at."""


class Waiting(Protocol):
    """Gives so many orders, by id after one, each with reservations to be asked about."""

    async def page(
        self, after: str, limit: int, session: Session
    ) -> Sequence[tuple[str, Sequence[str]]]:
        """Those that wait."""

    async def untouched(
        self, sku: str | None, after: str, limit: int, session: Session
    ) -> Sequence[tuple[str, Sequence[str]]]:
        """Those with units of an item, or of any, that no location has begun to pick."""


class AwaitedStock:
    """Takes an event as a hint: what the reservation keeps is asked when the order is changed.

    An order that was being placed when an item changed is looked at `again_after` that.
    """

    def __init__(
        self,
        database: Database,
        due_work: DueWork,
        clock: Clock,
        waiting: Waiting,
        again_after: timedelta,
    ) -> None:
        self._database = database
        self._waiting = waiting
        self._due_work = due_work
        self._clock = clock
        self._again_after = again_after

    async def handle(self, session: Session, event: Event) -> None:
        """Have orders looked at whose goods are waited for in another way, or have to be now."""
        if event.type == ITEM_CHANGED:
            await self._hold_back(session, event)
            return
        order = event.data.get("orderId")
        if order is not None and "awaited" in event.changes and event.seq > 1:
            order_id = from_global_id(str(order), "Order")
            await self._look(session, order_id, event.entity.id, str(event.seq))

    async def start_afresh(self, session: Session, _stream: str) -> None:
        """Have every order looked at that waits, or may have to: what was told of some is lost.

        However many streams lose something, those are two walks, which begin anew with each.
        """
        now = self._clock.now()
        for kind in (AWAITED_LOST, HELD_BACK):
            await self._due_work.schedule(session, DueItem(kind, kind, now, {"after": ""}))

    async def walk_on(self, item: DueItem) -> None:
        """Have the next of the orders of a walk looked at, and then those that come after."""
        await self._database.transaction(lambda session: self._step(session, item))

    async def _hold_back(self, session: Session, event: Event) -> None:
        """Have what nobody has begun to pick looked at, if an item has a release date now."""
        released = event.changes.get(RELEASE_AT)
        if released is None or released.after is None:
            return
        now, sku = self._clock.now(), event.entity.id
        for round_, due_at in enumerate((now, now + self._again_after)):
            name = f"{HELD_BACK}.{sku}.{event.seq}.{round_}"
            walk = DueItem(name, HELD_BACK, due_at, {"sku": sku, "after": ""})
            await self._due_work.schedule(session, walk)

    async def _step(self, session: Session, item: DueItem) -> None:
        await self._due_work.finish(session, item)
        found = await self._next(session, item)
        why = "lost" if item.identifier == item.kind else item.identifier
        for order_id, reservations in found:
            for reservation_id in reservations:
                await self._look(session, order_id, reservation_id, why)
        if len(found) == ORDERS_AT_ONCE:
            payload = {**item.payload, "after": found[-1][0]}
            walk = DueItem(item.identifier, item.kind, self._clock.now(), payload)
            await self._due_work.schedule(session, walk)

    async def _next(self, session: Session, item: DueItem) -> Sequence[tuple[str, Sequence[str]]]:
        after, sku = str(item.payload["after"]), item.payload.get("sku")
        if item.kind == AWAITED_LOST:
            return await self._waiting.page(after, ORDERS_AT_ONCE, session)
        named = None if sku is None else str(sku)
        return await self._waiting.untouched(named, after, ORDERS_AT_ONCE, session)

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
        types=frozenset({RESERVATION_CHANGED, ITEM_CHANGED}),
    )
