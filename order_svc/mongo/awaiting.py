"""The orders that wait for goods on their way."""

from collections.abc import Sequence

from order_svc.mongo.indexes import ORDERS
from service_kit.storage.database import Database, Session


class MongoAwaiting:
    """Finds every order that waits, with each reservation that it waits for."""

    def __init__(self, database: Database) -> None:
        self._orders = database.collection(ORDERS.name)

    async def everyone(self, session: Session) -> Sequence[tuple[str, str]]:
        """Give an order and a reservation for each pair of them."""
        wanted = {"awaits": {"$exists": True}}
        found = await self._orders.find(wanted, projection={"awaits": 1}, session=session)
        return [(each["_id"], awaited) for each in found for awaited in each["awaits"]]
