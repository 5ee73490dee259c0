"""A retailer whose shelves are told by feeds, files, and the people who stand before them."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from retail_kit.roles import Role
from service_kit.messaging.envelope import text_of
from service_kit.runtime.clock import SettableClock
from tests.support.retailer import ERRORS, FEEDER, Refused, Retailer

Json = Any
POSITION = """
  position { onHand allocated available unavailable { disposition quantity } version }
"""


@dataclass(frozen=True, slots=True)
class Feeding:
    """Short names such as `S1` stand for codes that no other test uses."""

    retailer: Retailer
    clock: SettableClock | None = None

    def is_at(self, moment: datetime) -> None:
        """Have the system's own clock show a moment, never an earlier one than before."""
        assert self.clock is not None
        assert moment >= self.clock.now()
        self.clock.set(moment)

    @property
    def now(self) -> datetime:
        """The moment that the system's own clock shows."""
        assert self.clock is not None
        return self.clock.now()

    async def snapshot(self, sku: str, at: datetime | None = None, **units: int) -> Json:
        """Send a snapshot of an item, counted at a moment, and return the results of its lines."""
        lines = [
            {
                **self._named(sku, location),
                "quantity": quantity,
                **({} if at is None else {"snapshotAt": text_of(at)}),
            }
            for location, quantity in units.items()
        ]
        payload = await self.retailer.manages(
            "stockImport",
            {"mode": "SNAPSHOT", "lines": lines},
            f"results {{ status {ERRORS} }}",
            role=FEEDER,
        )
        return payload["results"]

    async def declares(
        self, sku: str, location: str, quantity: int = 1, disposition: str = "DECLARED_MISSING"
    ) -> Json:
        """Have an assistant of the location declare units, and return the position."""
        more = {"quantity": quantity, "disposition": disposition}
        return await self._as_assistant("stockDeclareUnavailable", sku, location, more)

    async def looks(self, sku: str, location: str, **counted: int) -> Json:
        """Have an assistant of the location look for units, and return the position."""
        return await self._as_assistant("stockCount", sku, location, counted)

    async def file_of(self, day: date, *locations: str) -> list[str]:
        """Return the lines of the file of what locations declared in a day."""
        operation = """
          query ($day: Date!, $locations: [String!], $after: String) {
            stockDeclarationsFile(day: $day, locations: $locations, after: $after) {
              name mediaType content lines hasNextPage endCursor
            }
          }
        """
        codes = [self.retailer.code(location) for location in locations]
        variables: dict[str, Json] = {"day": day.isoformat(), "locations": codes}
        data = await self.retailer.graph.data(operation, variables, role=FEEDER)
        file = data["stockDeclarationsFile"]
        assert not file["hasNextPage"]
        heading, *lines = file["content"].splitlines()
        assert heading.startswith("sku,locationCode,condition,disposition,quantity,")
        assert file["lines"] == len(lines)
        return [",".join(line.split(",")[:5]) for line in lines]

    async def marks_top_seller(self, sku: str) -> None:
        """Say that an item sells best."""
        line = {"sku": self.retailer.code(sku), "title": sku, "topSeller": True}
        results = f"results {{ {ERRORS} }}"
        await self.retailer.manages("itemsImport", {"lines": [line]}, results, role=FEEDER)

    async def has_source(self, code: str, *locations: str, fresh_for_hours: int) -> None:
        """Register who tells of the stock of locations, and how fresh that must be."""
        line = {
            "code": self.retailer.code(code),
            "name": code,
            "locationCodes": [self.retailer.code(location) for location in locations],
            "freshForSeconds": fresh_for_hours * 3600,
        }
        results = f"results {{ {ERRORS} }}"
        await self.retailer.manages("stockSourcesImport", {"lines": [line]}, results, role=FEEDER)

    async def source(self, code: str) -> Json:
        """Return what is known of a source."""
        operation = """
          query ($code: String!) { stockSource(code: $code) { freshForSeconds toldAt staleSince } }
        """
        data = await self.retailer.graph.data(operation, {"code": self.retailer.code(code)})
        return data["stockSource"]

    async def location(self, code: str) -> Json:
        """Return a location, as anybody sees it."""
        operation = "query ($code: String!) { location(code: $code) { active staleSince } }"
        data = await self.retailer.graph.data(operation, {"code": self.retailer.code(code)})
        return data["location"]

    async def feeds(self, mode: str, *lines: Mapping[str, Json], source: str | None = None) -> Json:
        """Send lines of a feed as they are given, and return the payload."""
        given = {"mode": mode, "lines": list(lines)}
        if source is not None:
            given["source"] = self.retailer.code(source)
        selection = f"feedId results {{ index status {ERRORS} }}"
        return await self.retailer.does("stockImport", given, selection, role=FEEDER)

    def line(
        self, sku: str, location: str, quantity: int, at: datetime | None = None
    ) -> dict[str, Json]:
        """Return a line of a feed, counted at a moment if one is given."""
        counted = {} if at is None else {"snapshotAt": text_of(at)}
        return {**self._named(sku, location), "quantity": quantity, **counted}

    async def rejections(self, feed: str, state: str = "OPEN") -> list[Json]:
        """Return the lines of a feed that were refused."""
        operation = f"""
          query ($feed: ID!, $state: StockFeedLineStateFilter!) {{
            stockFeedRejections(feedId: $feed, state: $state, first: 100) {{
              nodes {{ number sku locationCode quantity text state source {ERRORS} }}
            }}
          }}
        """
        data = await self.retailer.graph.data(operation, {"feed": feed, "state": state})
        return list(data["stockFeedRejections"]["nodes"])

    async def corrects(self, feed: str, *lines: Mapping[str, Json], **more: Json) -> list[Json]:
        """Send refused lines again, or give them up, and return what became of them."""
        payload = await self.retailer.does(
            "stockFeedLinesCorrect",
            {"feedId": feed, "lines": list(lines), **more},
            f"results {{ index status {ERRORS} }}",
            role=FEEDER,
        )
        assert payload["userErrors"] == [], payload
        return list(payload["results"])

    async def sends_file(
        self,
        content: bytes,
        *,
        mode: str = "DELTA",
        part: int = 300_000,
        lines: int | None = None,
        **more: Json,
    ) -> str:
        """Send a file in parts, say that this was all, and return its id."""
        given = {"name": "night", "mode": mode, "format": "CSV", **more}
        opened = await self._sends("Open", given)
        parts = [content[at : at + part] for at in range(0, len(content), part)]
        for number, each in enumerate(parts):
            encoded = base64.b64encode(each).decode()
            sent = {"feedId": opened["id"], "part": number, "content": encoded}
            await self._sends("AddPart", sent)
        ending = {"feedId": opened["id"], "parts": len(parts), "lines": lines}
        closed = await self._sends("Close", ending)
        assert closed["state"] == "APPLYING"
        return str(opened["id"])

    async def decides(self, feed: str, *, is_whole: bool) -> None:
        """Say whether a file is the whole truth."""
        await self._sends("Decide", {"feedId": feed, "isWhole": is_whole})

    async def _sends(self, step: str, input_: Mapping[str, Json]) -> Json:
        selection = "file { id state }"
        payload = await self.retailer.manages(f"stockFile{step}", input_, selection, role=FEEDER)
        return payload["file"]

    async def file(self, feed: str) -> Json:
        """Return a file of stock, and how far it has been applied."""
        operation = """
          query ($id: ID!) {
            stockFile(id: $id) {
              state reading nextLine applied unchanged rejected failure closedAt endedAt
              wholeOf lines unnamed { positions inStock heldFor zeroed kept }
            }
          }
        """
        return (await self.retailer.graph.data(operation, {"id": feed}))["stockFile"]

    async def watches(self, code: str, sku: str, threshold: int, **more: Json) -> None:
        """Ask to be told when an item runs low."""
        line = {
            "code": self.retailer.code(code),
            "sku": self.retailer.code(sku),
            "threshold": threshold,
            **more,
        }
        results = f"results {{ {ERRORS} }}"
        rules = {"lines": [line]}
        await self.retailer.manages("stockAlertRulesImport", rules, results, role=FEEDER)

    async def alerts_of_source(self, code: str) -> list[Json]:
        """Return the alerts about a source."""
        operation = """
          query {
            stockAlerts(kind: STALE_SOURCE) { nodes { code state raisedAt timesRaised } }
          }
        """
        nodes = (await self.retailer.graph.data(operation))["stockAlerts"]["nodes"]
        return [node for node in nodes if node["code"] == self.retailer.code(code)]

    async def alerts(self, *skus: str) -> list[Json]:
        """Return the alerts about items."""
        operation = """
          query ($skus: [String!]) {
            stockAlerts(skus: $skus) {
              nodes { kind code sku state units raisedAt clearedAt timesRaised }
            }
          }
        """
        variables = {"skus": [self.retailer.code(sku) for sku in skus]}
        data = await self.retailer.graph.data(operation, variables)
        return list(data["stockAlerts"]["nodes"])

    async def _as_assistant(
        self, mutation: str, sku: str, location: str, more: Mapping[str, Json]
    ) -> Json:
        payload = await self.retailer.does(
            mutation,
            {**self._named(sku, location), **more},
            POSITION,
            role=Role.ASSISTANT,
            grants=(f"location:{self.retailer.code(location)}",),
        )
        if payload["userErrors"]:
            raise Refused(f"{mutation}: {payload['userErrors']}")
        return payload["position"]

    def _named(self, sku: str, location: str) -> dict[str, Json]:
        return {"sku": self.retailer.code(sku), "locationCode": self.retailer.code(location)}


def on(day: date, hour: int, minute: int = 0) -> datetime:
    """Give a moment of a day."""
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=UTC)
