"""The orders that wait for goods on their way, and those that nobody has begun to pick."""

from collections.abc import Sequence
from typing import Any

from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.mongo.indexes import FULFILMENTS, ORDERS
from service_kit.storage.database import Database, Session


class MongoAwaiting:
    """Finds orders with the reservations by which they may turn out to wait otherwise."""

    def __init__(self, database: Database) -> None:
        self._orders = database.collection(ORDERS.name)
        self._fulfilments = database.collection(FULFILMENTS.name)

    async def page(
        self, after: str, limit: int, session: Session
    ) -> Sequence[tuple[str, Sequence[str]]]:
        """Give orders, by their id, each with its reservations; from the first after an id on."""
        found = await self._after(after, {"awaits": {"$exists": True}}, limit, session)
        return [(each["_id"], each["awaits"]) for each in found]

    async def untouched(
        self, sku: str | None, after: str, limit: int, session: Session
    ) -> Sequence[tuple[str, Sequence[str]]]:
        """Give orders in the same way of which units of an item, or of any, are not being picked.

        The reservations are those of the locations that have not begun.
        """
        wanted = {"allocated": {"$exists": True} if sku is None else sku}
        found = await self._after(after, wanted, limit, session)
        keepers: dict[str, set[str]] = {each["_id"]: set() for each in found}
        there = await self._fulfilments.find(
            {"orderId": {"$in": list(keepers)}, "state": FulfilmentState.ASSIGNED.value},
            projection={"orderId": 1, "reservationId": 1},
            session=session,
        )
        for fulfilment in there:
            keepers[fulfilment["orderId"]].add(fulfilment["reservationId"])
        return [(order_id, sorted(keepers[order_id])) for order_id in keepers]

    async def _after(
        self, after: str, wanted: dict[str, Any], limit: int, session: Session
    ) -> Sequence[dict[str, Any]]:
        return await self._orders.find(
            {**wanted, "_id": {"$gt": after}},
            projection={"awaits": 1},
            sort=(("_id", 1),),
            limit=limit,
            session=session,
        )
