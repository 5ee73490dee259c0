"""Reads for queries: without a transaction, in batches, never more than the caller may see."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from returns_svc.domain.policies.policy import ReturnPolicy
from returns_svc.domain.requests.return_request import Return
from returns_svc.domain.rights.visibility import Visibility
from returns_svc.mongo import indexes
from returns_svc.mongo.policies import MongoPolicies
from returns_svc.mongo.return_documents import return_of
from returns_svc.ports import Page, ReturnFilter
from service_kit.storage.database import Database

_Conditions = list[dict[str, Any]]


class MongoReturnReader:
    """The returns as they are now."""

    def __init__(self, database: Database) -> None:
        self._returns = database.collection(indexes.RETURNS.name)
        self._policies = MongoPolicies(database)

    async def returns(self, ids: Collection[str]) -> Mapping[str, Return]:
        """The returns that exist, by id."""
        documents = await self._returns.find({"_id": {"$in": list(ids)}})
        return {document["_id"]: return_of(document) for document in documents}

    async def return_by_rma(self, rma: str) -> Return | None:
        """The return with that number."""
        document = await self._returns.find_one({"rma": rma})
        return None if document is None else return_of(document)

    async def list_returns(
        self, visibility: Visibility, wanted: ReturnFilter, page: Page
    ) -> Sequence[Return]:
        """The newest first."""
        conditions = _conditions(visibility, wanted)
        if page.after is not None:
            conditions.append({"_id": {"$lt": page.after}})
        documents = await self._returns.find(
            _all_of(conditions), sort=[("_id", -1)], limit=page.limit
        )
        return [return_of(document) for document in documents]

    async def count_returns(self, visibility: Visibility, wanted: ReturnFilter, most: int) -> int:
        """How many there are, counted up to `most`."""
        return await self._returns.count(_all_of(_conditions(visibility, wanted)), limit=most)

    async def returns_of_orders(self, order_ids: Collection[str]) -> Mapping[str, Sequence[Return]]:
        """The returns of orders, by order id, the oldest first."""
        documents = await self._returns.find(
            {"orderId": {"$in": list(order_ids)}}, sort=[("_id", 1)]
        )
        found: dict[str, list[Return]] = {}
        for document in documents:
            found.setdefault(document["orderId"], []).append(return_of(document))
        return found

    async def returns_of_lines(self, line_ids: Collection[str]) -> Mapping[str, Sequence[Return]]:
        """The returns of order lines, by line id, the oldest first."""
        wanted = set(line_ids)
        documents = await self._returns.find(
            {"lines.orderLineId": {"$in": sorted(wanted)}}, sort=[("_id", 1)]
        )
        found: dict[str, list[Return]] = {}
        for one in map(return_of, documents):
            for line in one.lines:
                if line.order_line_id in wanted:
                    found.setdefault(line.order_line_id, []).append(one)
        return found

    async def policies(self) -> Sequence[ReturnPolicy]:
        """Every policy."""
        return await self._policies.all()


def _all_of(conditions: _Conditions) -> dict[str, Any]:
    return {"$and": conditions} if conditions else {}


def _conditions(visibility: Visibility, wanted: ReturnFilter) -> _Conditions:
    conditions = _visible(visibility)
    given = {
        "orderId": wanted.order_id,
        "customerId": wanted.customer_id,
        "customerRef": wanted.customer_ref,
        "channel": wanted.channel,
        "locationCodes": wanted.location_code,
        "expectedAt": wanted.expected_at,
    }
    conditions += [{name: value} for name, value in given.items() if value is not None]
    if wanted.states:
        conditions.append({"state": {"$in": sorted(wanted.states)}})
    return conditions


def _visible(visibility: Visibility) -> _Conditions:
    if visibility.everything:
        return []
    customers = {"$in": sorted(visibility.customers)}
    return [
        {
            "$or": [
                {"customerId": customers},
                {"customerRef": customers},
                {"locationCodes": {"$in": sorted(visibility.locations)}},
                {"channelCode": {"$in": sorted(visibility.channels)}},
            ]
        }
    ]
