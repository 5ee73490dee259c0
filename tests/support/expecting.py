"""A retailer who expects goods: on order, in transit, or only promised to be made."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from retail_kit.roles import Role
from tests.support.retailer import FEEDER, Retailer

Json = Any
RESULTS: Final = "results { index ref status userErrors { code path params { key value } } }"
RESERVED: Final = """
  reservation {
    id state availableFrom
    lines { lineId quantity open short locationCode availableFrom }
  }
"""


@dataclass(frozen=True, slots=True)
class Expecting:
    """Short names such as `S1` or `PO-7` stand for codes that no other test uses."""

    retailer: Retailer

    async def buys_from(self, supplier: str, delay_days: int) -> None:
        """Import a supplier who is known to be so late."""
        line = {"code": self.retailer.code(supplier), "name": supplier, "delayDays": delay_days}
        await self.retailer.manages("suppliersImport", {"lines": [line]}, RESULTS, role=FEEDER)

    async def expects(
        self, reference: str, sku: str, location: str, quantity: int, expected: str, **more: Json
    ) -> Json:
        """Tell of a purchase order, or what has become of it, and return the payload."""
        return await self._imports(
            "inboundImport", self.supply(reference, sku, location, quantity, expected, **more)
        )

    def supply(
        self, reference: str, sku: str, location: str, quantity: int, expected: str, **more: Json
    ) -> dict[str, Json]:
        """Give a line that tells of a purchase order unless it says otherwise."""
        return {
            **self.paper(reference, sku, location),
            "quantity": quantity,
            "expectedAt": expected,
            **more,
        }

    def paper(self, reference: str, sku: str, location: str) -> dict[str, Json]:
        """Give what names a line of a purchase order."""
        code = self.retailer.code
        return {
            "kind": "PURCHASE_ORDER",
            "reference": code(reference),
            "sku": code(sku),
            "locationCode": code(location),
        }

    async def opens_quota(
        self, quota: str, sku: str, location: str, quantity: int, **dates: Json
    ) -> Json:
        """Open a quota of preorders."""
        code = self.retailer.code
        line = {
            "code": code(quota),
            "sku": code(sku),
            "locationCode": code(location),
            "quantity": quantity,
            **dates,
        }
        return await self._imports("preorderQuotasImport", line)

    async def receives(
        self, reference: str, sku: str, location: str, quantity: int, **more: Json
    ) -> Json:
        """Take goods of a purchase order in."""
        line = {**self.paper(reference, sku, location), "quantity": quantity, **more}
        return await self._imports("inboundReceive", line)

    async def reserves(
        self, sku: str, quantity: int, until: str | None = None, **more: Json
    ) -> Json:
        """Ask for units by a date and return the payload, whatever it says."""
        line = {"lineId": "1", "sku": self.retailer.code(sku), "quantity": quantity}
        given: dict[str, Json] = {
            "kind": "ORDER",
            "channel": self.retailer.code("web"),
            "lines": [line],
            "acceptUntil": until,
        }
        return await self.retailer.does(
            "reservationCreate", {**given, **more}, RESERVED, role=Role.INTEGRATION
        )

    async def reserved(self, sku: str, quantity: int, until: str) -> Json:
        """Keep units by a date, which must be possible, and return the reservation."""
        payload = await self.reserves(sku, quantity, until)
        assert payload["userErrors"] == [], payload
        return payload["reservation"]

    async def reservation(self, reservation: Json) -> Json:
        """Read a reservation again."""
        selection = RESERVED.replace("reservation", "reservation(id: $id)", 1)
        operation = f"query ($id: ID!) {{ {selection} }}"
        data = await self.retailer.graph.data(operation, {"id": reservation["id"]})
        return data["reservation"]

    async def future(self, sku: str, channel: str = "web") -> list[tuple[str, int]]:
        """Return from when how many units can be promised in all, beginning now."""
        code = self.retailer.code(channel)
        item = await self.retailer.item(
            sku,
            f'availability(channel: "{code}") {{ future {{ availableFrom quantity }} }}',
            role=None,
        )
        phases = item["availability"]["future"]
        return [(phase["availableFrom"][:10], phase["quantity"]) for phase in phases]

    async def inbound(self, sku: str) -> list[Json]:
        """Return what is on its way, as staff see it."""
        item = await self.retailer.item(
            sku,
            "inbound { reference kind state quantity received promised free availableFrom }",
        )
        return list(item["inbound"])

    async def _imports(self, mutation: str, line: Mapping[str, Json]) -> Json:
        return await self.retailer.manages(mutation, {"lines": [line]}, RESULTS, role=FEEDER)
