"""The price book, inside one transaction or none."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from order_svc.domain.prices.price import Price
from order_svc.mongo import indexes
from retail_kit.money import Money
from service_kit.runtime.identifiers import derived_identifier
from service_kit.storage.database import Database, ReplaceOne, Session
from service_kit.storage.schema_versions import Upcasts

UPCASTS = Upcasts(current=1)


class MongoPrices:
    """The prices as one transaction sees them; without a session, as they are now."""

    def __init__(self, database: Database, session: Session | None = None) -> None:
        self._session = session
        self._prices = database.collection(indexes.PRICES.name)

    async def prices_of(self, channel: str, skus: Collection[str]) -> Mapping[str, Money]:
        """The unit prices of those SKUs that have one on the channel."""
        found = await self.get_many({(channel, sku) for sku in skus})
        return {sku: price.unit_price for (_, sku), price in found.items()}

    async def get_many(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Price]:
        """The prices that exist, by channel and SKU."""
        if not keys:
            return {}
        wanted = [derived_identifier(*key) for key in keys]
        found = await self._prices.find({"_id": {"$in": wanted}}, session=self._session)
        prices = (_price_of(document) for document in found)
        return {(price.channel, price.sku): price for price in prices}

    async def save(self, prices: Sequence[Price]) -> None:
        """Keep new and changed prices."""
        documents = [_price_document(price) for price in prices]
        await self._prices.bulk_write(
            [ReplaceOne({"_id": one["_id"]}, one, upsert=True) for one in documents],
            session=self._session,
        )


def _price_document(price: Price) -> dict[str, Any]:
    return UPCASTS.stamp(
        {
            "_id": derived_identifier(price.channel, price.sku),
            "channel": price.channel,
            "sku": price.sku,
            "minor": price.unit_price.minor,
            "currency": price.unit_price.currency,
            "version": price.version,
        }
    )


def _price_of(document: dict[str, Any]) -> Price:
    document = UPCASTS.upcast(document)
    unit_price = Money(document["minor"], document["currency"])
    return Price(document["channel"], document["sku"], unit_price, document["version"])
