"""A small retailer of a test's own, set up and driven through public operations alone."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, Final, TypeVar

from retail_kit.roles import Role
from tests.support.graph import GraphClient

T = TypeVar("T")
Json = Any

HOME: Final = {
    "name": "Ada Martin",
    "street": "1 rue de la Paix",
    "postcode": "75002",
    "city": "Paris",
    "country": "FR",
}
_HOME_LATITUDE, _HOME_LONGITUDE = 48.8689, 2.3320
_WAIT_SECONDS = 60
_LOOK_AGAIN = 0.02

ERRORS: Final = "userErrors { code path params { key value } retryable }"
ORDER: Final = """
  id ref version status customerStatus channelCode customerRef
  lines {
    id sku quantity status
    slices { quantity state fulfilment { id locationCode } parcel { id } }
  }
  fulfilments { id locationCode state parcels { id state trackingNumber } lines { quantity } }
"""


MONEY: Final = """
  paymentState totals { due { amount } }
  lines { id sku total { amount } }
  payments {
    id method state authorised { amount } captured { amount } refunded { amount } voided { amount }
    events { kind state amount { amount } }
  }
  refunds {
    id ref state amount { amount }
    byTender { payment { id method } amount { amount } }
    lines { lineId amount { amount } }
  }
"""
"""The money of an order."""


class Refused(AssertionError):
    """A mutation that should have worked answered user errors."""


@dataclass
class Retailer:
    """Locations, channels, items and customers whose codes no other test uses.

    Short names such as `W1` stand for codes made unique by the mark.
    """

    graph: GraphClient
    mark: str
    _keys: Any = field(default_factory=count)

    def code(self, name: str) -> str:
        """Return the code that a short name stands for."""
        return f"{name}-{self.mark}"

    def key(self) -> str:
        """Return an idempotency key that was not used yet."""
        return self.code(f"key-{next(self._keys)}")

    async def does(
        self,
        mutation: str,
        input_: Mapping[str, Json],
        selection: str,
        *,
        role: Role = Role.OPERATOR,
        grants: Sequence[str] = (),
    ) -> Json:
        """Send one mutation, with a new key unless one is given, and return its payload."""
        type_name = f"{mutation[0].upper()}{mutation[1:]}Input!"
        operation = (
            f"mutation ($input: {type_name}) "
            f"{{ {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
        )
        given = {"idempotencyKey": self.key(), **input_}
        data = await self.graph.data(operation, {"input": given}, role=role, grants=grants)
        return data[mutation]

    async def manages(
        self,
        mutation: str,
        input_: Mapping[str, Json],
        selection: str,
        *,
        role: Role = Role.OPERATOR,
        grants: Sequence[str] = (),
    ) -> Json:
        """Send one mutation that must not be refused."""
        payload = await self.does(mutation, input_, selection, role=role, grants=grants)
        lines = [line for line in payload.get("results", ()) if line["userErrors"]]
        if payload["userErrors"] or lines:
            raise Refused(f"{mutation}: {payload['userErrors'] or lines}")
        return payload

    async def opens(self, **types: str) -> None:
        """Open locations, each farther from home than the last, and a channel `web` of them."""
        locations = [
            {
                "code": self.code(name),
                "name": name,
                "type": type_,
                "country": "FR",
                "timezone": "Europe/Paris",
                "point": {"latitude": _HOME_LATITUDE - 0.5 * far, "longitude": _HOME_LONGITUDE},
            }
            for far, (name, type_) in enumerate(types.items())
        ]
        await self._imports("locations", locations)
        await self.has_channel("web", *types)

    async def has_channel(self, name: str, *locations: str, without: Sequence[str] = ()) -> None:
        """Open a channel that sells from the locations, or change what it sells from."""
        channel = {
            "code": self.code(name),
            "name": name,
            "currency": "EUR",
            "country": "FR",
            "locationCodes": [self.code(location) for location in locations],
            "excludedLocations": [self.code(location) for location in without],
        }
        await self._imports("channels", [channel])

    async def sells(self, *skus: str, channels: Sequence[str] = ("web",)) -> None:
        """List items, each at 10 EUR on the channels."""
        await self._imports("items", [{"sku": self.code(sku), "title": sku} for sku in skus])
        prices = [
            {
                "channel": self.code(channel),
                "sku": self.code(sku),
                "unitPrice": {"amount": "10.00", "currency": "EUR"},
            }
            for channel in channels
            for sku in skus
        ]
        await self.manages(
            "pricesImport", {"lines": prices}, "results { userErrors { code } }", role=FEEDER
        )

    async def counts(self, sku: str, **quantities: int) -> None:
        """Say how many new units of the item are on hand at each location."""
        await self.counts_in("NEW", sku, quantities)

    async def counts_in(self, condition: str, sku: str, quantities: Mapping[str, int]) -> None:
        """Say how many units in a condition are on hand at each location."""
        lines = [
            {
                "sku": self.code(sku),
                "locationCode": self.code(location),
                "quantity": quantity,
                "condition": condition,
            }
            for location, quantity in quantities.items()
        ]
        await self.manages(
            "stockImport",
            {"mode": "SNAPSHOT", "lines": lines},
            "results { userErrors { code path } }",
            role=FEEDER,
        )

    async def knows(self, *customers: str) -> None:
        """Register customers by their reference."""
        await self.manages(
            "customersImport",
            {"lines": [{"ref": self.code(customer)} for customer in customers]},
            "results { userErrors { code } }",
            role=FEEDER,
        )

    async def available(self, sku: str, channel: str = "web") -> int:
        """Return the units of the item that can be sold on the channel."""
        item = await self.item(sku, f'availability(channel: "{self.code(channel)}") {{ quantity }}')
        return int(item["availability"]["quantity"])

    async def item(self, sku: str, selection: str, role: Role | None = Role.OPERATOR) -> Json:
        """Read an item."""
        operation = f"query ($sku: String!) {{ item(sku: $sku) {{ {selection} }} }}"
        return (await self.graph.data(operation, {"sku": self.code(sku)}, role=role))["item"]

    async def position(self, sku: str, location: str) -> Json:
        """Read the counters of an item at a location."""
        operation = (
            "query ($sku: String!, $at: String!) { stockPosition(sku: $sku, locationCode: $at)"
            " { onHand allocated reserved available version } }"
        )
        variables = {"sku": self.code(sku), "at": self.code(location)}
        return (await self.graph.data(operation, variables))["stockPosition"]

    async def ledger(self, sku: str, location: str) -> list[Json]:
        """Read the whole ledger of a position, oldest movement first."""
        operation = """
          query ($sku: String!, $at: String!, $after: String) {
            stockMovements(sku: $sku, locationCode: $at, first: 100, after: $after) {
              nodes { number kind onHand allocated reserved reason reservationId }
              pageInfo { hasNextPage endCursor }
            }
          }
        """
        variables: dict[str, Json] = {"sku": self.code(sku), "at": self.code(location)}
        movements: list[Json] = []
        while True:
            page = (await self.graph.data(operation, variables))["stockMovements"]
            movements.extend(page["nodes"])
            if not page["pageInfo"]["hasNextPage"]:
                return sorted(movements, key=lambda each: each["number"])
            variables["after"] = page["pageInfo"]["endCursor"]

    def wish(self, *skus: str, channel: str = "web", **more: Json) -> dict[str, Json]:
        """Return the input of an order of one unit of each item, delivered at home."""
        return {
            "channel": self.code(channel),
            "lines": [{"sku": self.code(sku), "quantity": 1} for sku in skus],
            "delivery": {
                "address": HOME,
                "latitude": _HOME_LATITUDE,
                "longitude": _HOME_LONGITUDE,
            },
            **more,
        }

    async def places(self, wish: Mapping[str, Json]) -> Json:
        """Place an order that must be accepted."""
        payload = await self.manages(
            "orderPlace", wish, f"order {{ {ORDER} }}", role=Role.CUSTOMER_SERVICE
        )
        return payload["order"]

    async def order(self, order_id: str) -> Json:
        """Read an order again."""
        operation = f"query ($id: ID!) {{ order(by: {{id: $id}}) {{ {ORDER} }} }}"
        return (await self.graph.data(operation, {"id": order_id}))["order"]

    async def picks(self, fulfilment: Json, lines: Sequence[Mapping[str, Json]]) -> Json:
        """Record picking and return the order."""
        input_ = {"fulfilmentId": fulfilment["id"], "lines": list(lines)}
        return await self._moves("fulfilmentPick", input_)

    async def packs(self, fulfilment: Json, line: Json, quantity: int = 1) -> Json:
        """Pack units of a line into one parcel and return the order."""
        parcel = {"lines": [{"lineId": line["id"], "quantity": quantity}], "weightGrams": 300}
        return await self._moves(
            "fulfilmentPack", {"fulfilmentId": fulfilment["id"], "parcels": [parcel]}
        )

    async def ships(self, fulfilment: Json) -> Json:
        """Hand all parcels of the fulfilment over and return the order."""
        return await self._moves(
            "fulfilmentShip", {"fulfilmentId": fulfilment["id"], "carrier": "post"}
        )

    async def delivers(self, parcel: Json) -> Json:
        """Record the delivery of a parcel and return the order."""
        return await self._moves("parcelDeliver", {"parcelId": parcel["id"]})

    async def cancels(self, order: Json) -> Json:
        """Cancel an order and return it."""
        return await self._moves(
            "orderCancel", {"orderId": order["id"], "reason": "CUSTOMER_REQUEST"}
        )

    async def cancels_line(self, line: Json, quantity: int | None = None) -> Json:
        """Cancel a line, or so many units of it, and return its order."""
        given = {"lineId": line["id"], "quantity": quantity, "reason": "CUSTOMER_REQUEST"}
        return await self._moves("orderLineCancel", given)

    async def takes_out(self, order: Json, quantity: int = 1) -> Json:
        """Pick, pack and ship an order of one line at one location, and return it."""
        (line,), (fulfilment,) = order["lines"], order["fulfilments"]
        await self.picks(fulfilment, [{"lineId": line["id"], "picked": quantity}])
        await self.packs(fulfilment, line, quantity)
        return await self.ships(fulfilment)

    async def money(self, order_id: str) -> Json:
        """Read the money of an order."""
        operation = f"query ($id: ID!) {{ order(by: {{id: $id}}) {{ id {MONEY} }} }}"
        return (await self.graph.data(operation, {"id": order_id}))["order"]

    async def asks_back(self, order: Json, euros: int | None = None, **more: Json) -> Json:
        """Ask for money back and return the payload, whatever it says."""
        given = {
            "orderId": order["id"],
            "refundId": self.key(),
            "reason": "GESTURE",
            **({} if euros is None else {"amount": eur(euros)}),
            **more,
        }
        return await self.does(
            "orderRefund",
            given,
            "refund { id state amount { amount } }",
            role=Role.CUSTOMER_SERVICE,
        )

    async def refunded(self, order: Json, euros: int | None = None, **more: Json) -> Json:
        """Give money back, wait until it has gone, and return the money of the order."""
        payload = await self.asks_back(order, euros, **more)
        if payload["userErrors"]:
            raise Refused(f"orderRefund: {payload['userErrors']}")
        return await eventually(
            lambda: self.money(order["id"]),
            lambda now: all(one["state"] != "SUBMITTED" for one in now["refunds"]),
        )

    async def _moves(self, mutation: str, input_: Mapping[str, Json]) -> Json:
        payload = await self.manages(mutation, input_, f"order {{ {ORDER} }}")
        return payload["order"]

    async def _imports(self, nouns: str, lines: Sequence[Mapping[str, Json]]) -> None:
        await self.manages(
            f"{nouns}Import",
            {"lines": list(lines)},
            "results { userErrors { code path } }",
            role=FEEDER,
        )


def eur(euros: int | str) -> dict[str, str]:
    """Return an amount in EUR."""
    return {"amount": str(euros), "currency": "EUR"}


def tender(euros: int | str, method: str = "CARD", means: str = "tok_ok") -> dict[str, Json]:
    """Return a payment of so many EUR; the means is a token of the sandbox."""
    return {"method": method, "token": means, "amount": eur(euros)}


FEEDER: Final = Role.INTEGRATION
"""Whoever feeds the reference copies and the stock."""


async def eventually(
    read: Callable[[], Awaitable[T]], holds: Callable[[T], bool], *, seconds: float = _WAIT_SECONDS
) -> T:
    """Read again and again until it holds; when it never does, fail with what was read last."""
    value = await read()
    try:
        async with asyncio.timeout(seconds):
            while not holds(value):
                await asyncio.sleep(_LOOK_AGAIN)
                value = await read()
    except TimeoutError:
        raise AssertionError(f"never so within {seconds} s: {value}") from None
    return value
