"""Inventory over GraphQL: as this service, with an idempotency key in every change."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from returns_svc.domain.errands import Restock
from returns_svc.domain.policies.policy import Place
from returns_svc.ports import InventoryUnavailable
from service_kit.graphql.service_calls import USER_ERRORS, Executes, called
from service_kit.graphql.service_client import ServiceRejected, ServiceUnavailable
from service_kit.runtime.json_values import JSON

PLACE: Final = """
query ReturnsPlace($code: String!) { location(code: $code) { code type } }
"""
CATEGORIES: Final = """
query ReturnsCategories($of: [_Any!]!) {
  _entities(representations: $of) { ... on Item { sku category } }
}
"""
RESTOCK: Final = f"""
mutation ReturnsRestock($input: StockRestockInput!) {{
  stockRestock(input: $input) {{ {USER_ERRORS} }}
}}
"""
OPERATIONS: Final = (PLACE, CATEGORIES, RESTOCK)
"""Everything that is asked of inventory."""


class GraphQLInventory:
    """The stock, as inventory's subgraph offers it to other services."""

    def __init__(self, client: Executes) -> None:
        self._client = client

    async def place(self, code: str) -> Place | None:
        """The location of that code."""
        found = (await self._asked(PLACE, {"code": code}))["location"]
        return None if found is None else Place(found["code"], found["type"])

    async def categories(self, skus: Collection[str]) -> Mapping[str, str | None]:
        """The categories of the SKUs; one that is not known has none."""
        asked: list[JSON] = [{"__typename": "Item", "sku": sku} for sku in sorted(skus)]
        found = (await self._asked(CATEGORIES, {"of": asked}))["_entities"]
        return {item["sku"]: item["category"] for item in found if item}

    async def restock(self, errand: Restock) -> None:
        """Put units back on the shelves, once per key."""
        given: dict[str, JSON] = {
            "idempotencyKey": errand.key,
            "returnId": errand.return_id,
            "lines": [
                {
                    "lineId": line.line_id,
                    "sku": line.sku,
                    "locationCode": line.location_code,
                    "condition": line.condition.value,
                    "quantity": line.quantity,
                }
                for line in errand.lines
            ],
        }
        try:
            await called(self._client, RESTOCK, given)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error

    async def _asked(self, operation: str, variables: Mapping[str, JSON]) -> Mapping[str, Any]:
        try:
            return await self._client.execute(operation, variables)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error
