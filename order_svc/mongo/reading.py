"""Reads for queries: without a transaction, in batches, never more than the caller may see."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from order_svc.domain.customers.customer import Customer
from order_svc.domain.customers.personal import Destination, Person
from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.history.timeline import TimelineEntry
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import Visibility
from order_svc.mongo import indexes
from order_svc.mongo.customers import MongoCustomers
from order_svc.mongo.fulfilment_documents import fulfilment_of
from order_svc.mongo.order_documents import order_of
from order_svc.mongo.orders import in_order
from order_svc.mongo.personal_documents import destination_of
from order_svc.mongo.timeline_documents import timeline_entry_of
from order_svc.ports import FulfilmentFilter, OrderFilter, Page
from service_kit.storage.database import Database

_Conditions = list[dict[str, Any]]


class MongoOrderReader:
    """The orders as they are now."""

    def __init__(self, database: Database) -> None:
        self._orders = database.collection(indexes.ORDERS.name)
        self._fulfilments = database.collection(indexes.FULFILMENTS.name)
        self._timeline = database.collection(indexes.TIMELINE.name)
        self._refs = database.collection(indexes.ORDER_REFS.name)
        self._destinations = database.collection(indexes.DESTINATIONS.name)
        self._customers = MongoCustomers(database)

    async def orders(self, ids: Collection[str]) -> Mapping[str, Order]:
        """The orders that exist, by id."""
        if not ids:
            return {}
        documents = await self._orders.find({"_id": {"$in": list(ids)}})
        return {order.id: order for order in await self._whole(documents)}

    async def order_by_ref(self, ref: str) -> Order | None:
        """The order with that reference."""
        found = await self._refs.find_one({"_id": ref})
        if found is None:
            return None
        return (await self.orders([found["orderId"]])).get(found["orderId"])

    async def list_orders(
        self, visibility: Visibility, wanted: OrderFilter, page: Page[str]
    ) -> Sequence[Order]:
        """The newest first."""
        conditions = _order_conditions(visibility, wanted)
        if page.after is not None:
            conditions.append({"_id": {"$lt": page.after}})
        documents = await self._orders.find(
            _all_of(conditions), sort=[("_id", -1)], limit=page.limit
        )
        return await self._whole(documents)

    async def count_orders(self, visibility: Visibility, wanted: OrderFilter, most: int) -> int:
        """How many there are, counted up to `most`."""
        return await self._orders.count(_all_of(_order_conditions(visibility, wanted)), limit=most)

    async def list_fulfilments(
        self, visibility: Visibility, wanted: FulfilmentFilter, page: Page[tuple[datetime, str]]
    ) -> Sequence[tuple[Fulfilment, Order]]:
        """The oldest first, each with its order."""
        conditions = _fulfilment_conditions(visibility, wanted)
        if page.after is not None:
            conditions.append(_beyond(*page.after))
        documents = await self._fulfilments.find(
            _all_of(conditions),
            sort=[("createdAt", 1), ("_id", 1)],
            limit=page.limit,
        )
        orders = await self.orders({document["orderId"] for document in documents})
        return [
            (fulfilment_of(document), orders[document["orderId"]])
            for document in documents
            if document["orderId"] in orders
        ]

    async def count_fulfilments(
        self, visibility: Visibility, wanted: FulfilmentFilter, most: int
    ) -> int:
        """How many there are, counted up to `most`."""
        conditions = _fulfilment_conditions(visibility, wanted)
        return await self._fulfilments.count(_all_of(conditions), limit=most)

    async def timeline(self, order_id: str, page: Page[str]) -> Sequence[TimelineEntry]:
        """The oldest first; the place in the list is the entry's id."""
        conditions: _Conditions = [{"orderId": order_id}]
        if page.after is not None:
            conditions.append({"_id": {"$gt": page.after}})
        documents = await self._timeline.find(
            _all_of(conditions), sort=[("_id", 1)], limit=page.limit
        )
        return [timeline_entry_of(document) for document in documents]

    async def orders_of(
        self, customer_ids: Collection[str], sku: str, limit: int
    ) -> Sequence[Order]:
        """The customers' orders with that SKU, the newest first."""
        if not customer_ids:
            return []
        documents = await self._orders.find(
            {"customerId": {"$in": list(customer_ids)}, "lines.sku": sku},
            sort=[("_id", -1)],
            limit=limit,
        )
        return await self._whole(documents)

    async def customers_with_email(self, email: str) -> Collection[str]:
        """The ids of the customers with that e-mail address."""
        return await self._customers.with_email(email)

    async def destinations(self, order_ids: Collection[str]) -> Mapping[str, Destination]:
        """Where orders go, by order id, unless that was erased."""
        documents = await self._destinations.find({"_id": {"$in": list(order_ids)}})
        return {document["_id"]: destination_of(document) for document in documents}

    async def customers(self, ids: Collection[str]) -> Mapping[str, Customer]:
        """The customers that exist, by id."""
        return await self._customers.get_many(ids)

    async def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        """What is personal about customers, by id, unless it was erased."""
        return await self._customers.people(ids)

    async def _whole(self, documents: Sequence[dict[str, Any]]) -> list[Order]:
        """The orders of the documents, in their order, with their fulfilments."""
        ids = [document["_id"] for document in documents if document["version"]]
        found = await self._fulfilments.find({"orderId": {"$in": ids}}) if ids else []
        by_order: dict[str, list[dict[str, Any]]] = {}
        for document in found:
            by_order.setdefault(document["orderId"], []).append(document)
        return [
            order_of(document, in_order(by_order.get(document["_id"], [])))
            for document in documents
        ]


def _all_of(conditions: _Conditions) -> dict[str, Any]:
    return {"$and": conditions} if conditions else {}


def _order_conditions(visibility: Visibility, wanted: OrderFilter) -> _Conditions:
    conditions = _visible(visibility, "locationCodes")
    given = {
        "channel": wanted.channel,
        "customerRef": wanted.customer_ref,
        "customerId": wanted.customer_id,
        "locationCodes": wanted.location_code,
    }
    conditions += [{name: value} for name, value in given.items() if value is not None]
    if wanted.statuses:
        conditions.append({"status": {"$in": sorted(wanted.statuses)}})
    if wanted.at_risk:
        conditions.append({"atRisk": True})
    return conditions


def _fulfilment_conditions(visibility: Visibility, wanted: FulfilmentFilter) -> _Conditions:
    conditions = _visible(visibility, "locationCode")
    given = {"locationCode": wanted.location_code, "locationId": wanted.location_id}
    conditions += [{name: value} for name, value in given.items() if value is not None]
    if wanted.states:
        conditions.append({"state": {"$in": sorted(wanted.states)}})
    return conditions


def _visible(visibility: Visibility, location_field: str) -> _Conditions:
    if visibility.everything:
        return []
    customers = {"$in": sorted(visibility.customers)}
    return [
        {
            "$or": [
                {"customerId": customers},
                {"customerRef": customers},
                {location_field: {"$in": sorted(visibility.locations)}},
                {"channel": {"$in": sorted(visibility.channels)}},
            ]
        }
    ]


def _beyond(moment: datetime, identifier: str) -> dict[str, Any]:
    """Rows after a place in the list of fulfilments."""
    return {
        "$or": [
            {"createdAt": {"$gt": moment}},
            {"createdAt": moment, "_id": {"$gt": identifier}},
        ]
    }
