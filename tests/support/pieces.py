"""A retailer's pieces with serial numbers, registered, sold and read through the public graph."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from retail_kit.roles import Role
from tests.support.retailer import FEEDER, Retailer, eur

Json = Any
PIECE: Final = """
  serial sku condition uses price { amount currency } epc state locationCode version
  position { onHand allocated reserved }
  reservationId
  orderLine { id number order { id ref } }
  lastSeen { locationCode point readAt }
"""
RESULTS: Final = "results { ref status userErrors { code path } }"


@dataclass(frozen=True, slots=True)
class Pieces:
    """Short names such as `p1` stand for serial numbers that no other test uses."""

    retailer: Retailer

    def line(
        self,
        sku: str,
        location: str,
        serial: str,
        *,
        condition: str = "NEW",
        euros: int | None = None,
        tag: str | None = None,
    ) -> dict[str, Json]:
        """Give a line of an import."""
        code = self.retailer.code
        return {
            "sku": code(sku),
            "locationCode": code(location),
            "serial": code(serial),
            "condition": condition,
            "price": None if euros is None else eur(euros),
            "epc": None if tag is None else code(tag),
        }

    async def imports(self, *lines: Json, mode: str = "RECEIVED", **more: Json) -> Json:
        """Register pieces and give the payload, whatever it says."""
        given = {"mode": mode, "lines": list(lines), **more}
        return await self.retailer.does("unitsImport", given, RESULTS, role=FEEDER)

    async def receives(self, sku: str, location: str, *serials: str, **more: Json) -> None:
        """Register pieces that have come in; each bears the tag `tag-` and its serial."""
        lines = (self.line(sku, location, each, tag=f"tag-{each}", **more) for each in serials)
        payload = await self.imports(*lines)
        assert [each["status"] for each in payload["results"]] == ["APPLIED"] * len(serials)

    async def piece(self, serial: str, role: Role = Role.OPERATOR) -> Json:
        """Read everything of a piece."""
        operation = f"query ($serial: String!) {{ unit(serial: $serial) {{ {PIECE} }} }}"
        given = {"serial": self.retailer.code(serial)}
        return (await self.retailer.graph.data(operation, given, role=role))["unit"]

    async def history(self, serial: str) -> list[str]:
        """Read the kinds of what happened to a piece, oldest first, page by page."""
        operation = """
          query ($serial: String!, $after: String) {
            unit(serial: $serial) {
              history(first: 2, after: $after) {
                nodes { number kind } pageInfo { hasNextPage endCursor }
              }
            }
          }
        """
        given: dict[str, Json] = {"serial": self.retailer.code(serial)}
        steps: list[Json] = []
        while True:
            unit = (await self.retailer.graph.data(operation, given))["unit"]
            steps += unit["history"]["nodes"]
            if not unit["history"]["pageInfo"]["hasNextPage"]:
                break
            given["after"] = unit["history"]["pageInfo"]["endCursor"]
        assert [step["number"] for step in steps] == list(range(len(steps), 0, -1))
        return [step["kind"] for step in reversed(steps)]

    async def sold_one_by_one(self, sku: str, role: Role | None = None) -> list[Json]:
        """List the pieces of an item that `web` can sell, as a shopper sees them."""
        operation = """
          query ($sku: String!, $channel: String!) {
            pieces(sku: $sku, channel: $channel) {
              nodes { serial condition price { amount currency } }
            }
          }
        """
        code = self.retailer.code
        given = {"sku": code(sku), "channel": code("web")}
        data = await self.retailer.graph.data(operation, given, role=role)
        nodes: list[Json] = data["pieces"]["nodes"]
        return nodes

    async def step(
        self,
        mutation: str,
        serial: str,
        location: str,
        *,
        role: Role = Role.OPERATOR,
        grants: Sequence[str] = (),
        **more: Json,
    ) -> Json:
        """Say that something happened to a piece at a location and give the payload."""
        code = self.retailer.code
        given = {"serial": code(serial), "locationCode": code(location), **more}
        told = "unit { state condition uses locationCode position { onHand } }"
        return await self.retailer.does(mutation, given, told, role=role, grants=grants)

    async def reads(
        self, location: str, *serials: str, at: datetime, point: str = "DOOR", **more: Json
    ) -> Json:
        """Record reads of the tags of pieces and give the payload, whatever it says."""
        code = self.retailer.code
        lines = [
            {"epc": code(f"tag-{each}"), "point": point, "readAt": at.isoformat()}
            for each in serials
        ]
        given = {"locationCode": code(location), "lines": lines, **more}
        return await self.retailer.does("rfidReadsRecord", given, RESULTS, role=FEEDER)

    async def gaps(self, location: str, since: datetime) -> Sequence[tuple[str, str]]:
        """List the gaps of a location: how each differs, and its serial."""
        operation = """
          query ($at: String!, $since: DateTime!) {
            unitGaps(locationCode: $at, since: $since) { nodes { kind unit { serial } } }
          }
        """
        given = {"at": self.retailer.code(location), "since": since.isoformat()}
        nodes = (await self.retailer.graph.data(operation, given))["unitGaps"]["nodes"]
        return [(node["kind"], node["unit"]["serial"]) for node in nodes]
