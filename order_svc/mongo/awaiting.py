"""The orders that wait for goods on their way."""

from collections.abc import Sequence

from order_svc.mongo.indexes import ORDERS
from service_kit.storage.database import Database, Session


class MongoAwaiting:
    """Finds the orders that wait, with the reservations that they wait for."""

    def __init__(self, database: Database) -> None:
        self._orders = database.collection(ORDERS.name)

    async def page(
        self, after: str, limit: int, session: Session
    ) -> Sequence[tuple[str, Sequence[str]]]:
        """Give orders, by their id, each with its reservations; from the first after an id on."""
        found = await self._orders.find(
            {"awaits": {"$exists": True}, "_id": {"$gt": after}},
            projection={"awaits": 1},
            sort=(("_id", 1),),
            limit=limit,
            session=session,
        )
        return [(each["_id"], each["awaits"]) for each in found]
