"""A retailer whose operators make rules of the stock, asked in every way what can be sold."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any, Final

from retail_kit.roles import Role
from service_kit.runtime.clock import SettableClock
from tests.support.retailer import ERRORS, FEEDER, Retailer

Json = Any
RULE_SET: Final = "version effectiveFrom publishedAt note restores"
RULE: Final = "code kind version effect { exposed protectUnits protectPercent sharePercent }"
STEPS: Final = "rulesApplied { rule units code version }"
_PLACES: Final = ("locationCode", "group", "channel", "sku", "category")
"""What a scope names by a short name."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """Short names such as `S1` stand for codes that no other test uses."""

    retailer: Retailer
    clock: SettableClock | None = None

    def is_at(self, shown: str) -> None:
        """Have the system's own clock show a time of its day, like `10:00:01`."""
        assert self.clock is not None
        self.clock.set(datetime.combine(self.clock.now(), time.fromisoformat(shown), UTC))

    def rule(self, code: str, effect: Mapping[str, Json], **scope: Json) -> dict[str, Json]:
        """Give a rule to be saved; its scope is given in the names of the graph."""
        more: dict[str, Json] = {
            name: scope.pop(name) for name in ("validFrom", "validUntil") if name in scope
        }
        named = {
            name: self.retailer.code(value) if name in _PLACES else value
            for name, value in scope.items()
        }
        return {"code": self.retailer.code(code), "effect": dict(effect), "scope": named, **more}

    async def publishes(self, *rules: Mapping[str, Json], **more: Json) -> Json:
        """Publish rules that must not be refused, and return the new version."""
        payload = await self.tries_to_publish(*rules, **more)
        assert payload["userErrors"] == [], payload
        return payload["ruleSet"]

    async def tries_to_publish(
        self, *rules: Mapping[str, Json], role: Role = Role.OPERATOR, **more: Json
    ) -> Json:
        """Publish rules and return the payload, whatever it says."""
        return await self.retailer.does(
            "stockRulesPublish",
            {"save": list(rules), **more},
            f"ruleSet {{ {RULE_SET} }}",
            role=role,
        )

    async def undoes_to(self, version: int, **more: Json) -> Json:
        """Bring the rules of a version back and return the new version."""
        payload = await self.retailer.manages(
            "stockRulesUndo", {"version": version, **more}, f"ruleSet {{ {RULE_SET} }}"
        )
        return payload["ruleSet"]

    async def previews(self, *rules: Mapping[str, Json], first: int = 20, **more: Json) -> Json:
        """Return what rules would change, page by page until there is none left."""
        operation = f"""
          query ($input: StockRulesPreviewInput!, $first: Int, $after: String) {{
            stockRulesPreview(input: $input, first: $first, after: $after) {{
              version examinedSkus omittedSales hasNextPage endCursor
              changes {{
                sku channel deliveryMethod serviceLevel orderType condition
                before after difference item {{ sku }}
              }}
              {ERRORS}
            }}
          }}
        """
        variables: dict[str, Json] = {"input": {"save": list(rules), **more}, "first": first}
        pages: list[Json] = []
        while not pages or pages[-1]["hasNextPage"]:
            answer = await self.retailer.graph.data(operation, variables)
            pages.append(answer["stockRulesPreview"])
            variables["after"] = pages[-1]["endCursor"]
        return {
            **pages[0],
            "examinedSkus": sum(page["examinedSkus"] for page in pages),
            "changes": [change for page in pages for change in page["changes"]],
        }

    async def available(
        self,
        sku: str,
        channel: str = "web",
        selection: str = f"quantity {STEPS}",
        role: Role | None = Role.OPERATOR,
        **request: Json,
    ) -> Json:
        """Return what can be sold of an item, asked as `for` says."""
        operation = f"""
          query ($sku: String!, $channel: String!, $for: AvailabilityRequest) {{
            item(sku: $sku) {{ availability(channel: $channel, for: $for) {{ {selection} }} }}
          }}
        """
        variables = {
            "sku": self.retailer.code(sku),
            "channel": self.retailer.code(channel),
            "for": request,
        }
        data = await self.retailer.graph.data(operation, variables, role=role)
        return data["item"]["availability"]

    async def units(self, sku: str, channel: str = "web", **request: Json) -> int:
        """Return the units of an item that can be sold, asked as `for` says."""
        return int((await self.available(sku, channel, "quantity", **request))["quantity"])

    async def opens(self, **locations: Mapping[str, Json]) -> None:
        """Open locations as they are given, and a channel `web` of them."""
        await self.imports("locations", [self._location(*each) for each in locations.items()])
        await self.retailer.has_channel("web", *locations)

    async def has_channel(self, name: str, **more: Json) -> None:
        """Open a channel as it is given."""
        known = {"code": self.retailer.code(name), "name": name, "currency": "EUR", "country": "FR"}
        await self.imports("channels", [{**known, **more}])

    async def groups(self, name: str, **selectors: Json) -> None:
        """Make a group of locations."""
        line = {"code": self.retailer.code(name), "name": name, **selectors}
        await self.imports("locationGroups", [line])

    async def sells(self, **categories: Sequence[str]) -> None:
        """List items by their category."""
        items = [
            {
                "sku": self.retailer.code(sku),
                "title": sku,
                "category": self.retailer.code(category),
            }
            for category, skus in categories.items()
            for sku in skus
        ]
        await self.imports("items", items)

    async def imports(self, nouns: str, lines: Sequence[Mapping[str, Json]]) -> Json:
        """Import lines of which none may be refused."""
        return await self.retailer.manages(
            f"{nouns}Import",
            {"lines": list(lines)},
            "results { userErrors { code path } }",
            role=FEEDER,
        )

    async def reserves(
        self, channel: str | None, sku: str, quantity: int = 1, **more: Json
    ) -> Json:
        """Ask for a reservation and return the payload, whatever it says."""
        line = {"lineId": "1", "sku": self.retailer.code(sku), "quantity": quantity}
        given: dict[str, Json] = {"kind": "CART", "lines": [{**line, **more.pop("line", {})}]}
        if channel is not None:
            given["channel"] = self.retailer.code(channel)
        return await self.retailer.does(
            "reservationCreate",
            {**given, **more},
            "reservation { id lines { quantity locationCode } }",
            role=Role.CUSTOMER_SERVICE,
        )

    def _location(self, name: str, given: Mapping[str, Json]) -> dict[str, Json]:
        known = {"code": self.retailer.code(name), "name": name, "country": "FR"}
        return {**known, "type": "STORE", **given}


def codes(payload: Json) -> list[str]:
    """Return the codes of a payload's errors."""
    return [error["code"] for error in payload["userErrors"]]
