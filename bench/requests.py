"""The requests that are measured, as a shop's page and its checkout send them."""

from dataclasses import dataclass
from random import Random
from typing import Any

import aiohttp
import orjson

from bench.catalogue import CHANNEL, CUSTOMERS, HOT_SKU, POSTCODES, SKUS
from bench.load import Send, WrongAnswer
from bench.running_stack import RunningStack

PRODUCT_PAGE = """
query ProductPage($sku: String!, $postcode: String!) {
  item(sku: $sku) {
    title
    availability(channel: "web-fr", for: {country: "FR", postcode: $postcode}) {
      quantity
      locations { location { code name } quantity distanceKm }
    }
  }
}
"""

ORDER_PLACE = """
mutation Checkout($input: OrderPlaceInput!) {
  orderPlace(input: $input) {
    order { id ref status totals { due { amount currency } } lines { sku quantity status } }
    userErrors { code message path }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A storefront: it sends the requests of its visitors and customers to the graph."""

    address: str
    session: aiohttp.ClientSession
    visitor: str
    customers: dict[str, str]
    random: Random

    @property
    def product_page(self) -> Send:
        """One visitor looks at one of the SKUs."""

        async def send() -> None:
            sku = self.random.choice(SKUS)
            variables = {"sku": sku, "postcode": self.random.choice(POSTCODES)}
            item = (await self.answer(PRODUCT_PAGE, variables, self.visitor))["item"]
            if not item["availability"]["quantity"] or not item["availability"]["locations"]:
                raise WrongAnswer(str(item))

        return send

    @property
    def spread_order(self) -> Send:
        """One customer orders a unit of one of the SKUs, wherever the customer lives."""

        async def send() -> None:
            await self._order(self.random.choice(SKUS), self.random.choice(POSTCODES))

        return send

    @property
    def hot_order(self) -> Send:
        """One customer orders a unit of the hot SKU; it comes from the same shop every time."""

        async def send() -> None:
            await self._order(HOT_SKU, POSTCODES[0])

        return send

    async def _order(self, sku: str, postcode: str) -> None:
        customer = self.random.choice(CUSTOMERS)
        variables = {"input": self._checkout(customer, sku, postcode)}
        payload = (await self.answer(ORDER_PLACE, variables, self.customers[customer]))[
            "orderPlace"
        ]
        order = payload["order"]
        if payload["userErrors"] or order is None or order["status"] != "OPEN":
            raise WrongAnswer(str(payload))

    def _checkout(self, customer: str, sku: str, postcode: str) -> dict[str, Any]:
        address = {"name": customer, "street": "1 rue de la Paix", "city": "Ville"}
        return {
            "idempotencyKey": f"{self.random.getrandbits(128):032x}",
            "channel": CHANNEL,
            "customerRef": customer,
            "lines": [{"sku": sku, "quantity": 1}],
            "delivery": {"address": {**address, "postcode": postcode, "country": "FR"}},
        }

    async def answer(self, query: str, variables: dict[str, Any], token: str) -> dict[str, Any]:
        """Ask the graph, and give the data; raises WrongAnswer if there are errors."""
        body = orjson.dumps({"query": query, "variables": variables})
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        async with self.session.post(self.address, data=body, headers=headers) as response:
            answer: dict[str, Any] = orjson.loads(await response.read())
        if response.status != 200 or "errors" in answer:
            raise WrongAnswer(str(answer))
        data: dict[str, Any] = answer["data"]
        return data


async def open_shop(stack: RunningStack, session: aiohttp.ClientSession) -> Shop:
    """Open a shop whose hundred customers each hold a token of their own."""
    customers = {
        ref: await stack.token(session, role="customer", customer=ref) for ref in CUSTOMERS
    }
    visitor = await stack.token(session, role="visitor")
    return Shop(stack.gateway, session, visitor, customers, Random(1))
