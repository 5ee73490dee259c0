"""A retailer whose shops receive visitors, driven through public operations alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from service_kit.runtime.clock import SettableClock
from tests.support.retailer import FEEDER, Retailer

Json = Any

NINE: Final = datetime(2026, 9, 14, 7, 0, tzinfo=UTC)
"""14 September, a Monday, at nine in Paris."""
APPOINTMENT: Final = """
  id ref state start version advisor { code } products { sku quantity }
  customer { ref } location { code } type { code }
"""
_RESULTS: Final = "results { userErrors { code path } }"
_WORKING: Final = ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
EVERY_DAY: Final = (*_WORKING, "SUNDAY")


@dataclass
class Visiting:
    """What customers and shops do with appointments, on a clock that moves only when told to."""

    retailer: Retailer
    clock: SettableClock

    def code(self, name: str) -> str:
        """Return the code that a short name stands for."""
        return self.retailer.code(name)

    async def opens(
        self, shop: str, days: Sequence[str] = _WORKING, hours: str = "09:00-19:00", **more: Json
    ) -> None:
        """Open a shop in Paris with the same hours on each of the days."""
        line = {
            "code": self.code(shop),
            "name": shop,
            "type": "STORE",
            "country": "FR",
            "timezone": "Europe/Paris",
            "openingHours": [{"day": day, "hours": [hours]} for day in days],
            **more,
        }
        await self._imports("locationsImport", line)

    async def has_advisors(
        self, shop: str, *advisors: str, skills: Sequence[str] = (), hours: str = "09:00-19:00"
    ) -> None:
        """Let people receive visitors at a shop, every day."""
        for advisor in advisors:
            await self._imports(
                "advisorsImport",
                {
                    "code": self.code(advisor),
                    "name": advisor,
                    "locationCode": self.code(shop),
                    "skills": list(skills),
                    "hours": [{"day": day, "hours": [hours]} for day in EVERY_DAY],
                },
            )

    async def has_capacity(self, shop: str, **capacity: Json) -> None:
        """Say what a shop offers to visitors."""
        line = {"locationCode": self.code(shop), **capacity}
        await self._imports("appointmentCapacitiesImport", line)

    async def offers(self, name: str, **rules: Json) -> None:
        """Offer a kind of visit of half an hour."""
        line = {
            "code": self.code(name),
            "names": [{"language": "en", "text": name}],
            "durationMinutes": 30,
            **rules,
        }
        await self._imports("appointmentTypesImport", line)

    def slot(self, kind: str, shop: str, start: str, **more: Json) -> dict[str, Json]:
        """Return the input of a slot."""
        return {"type": self.code(kind), "locationCode": self.code(shop), "start": start, **more}

    async def tries(self, customer: str | None = None, **given: Json) -> Json:
        """Try to book a visit."""
        if customer is not None:
            given["customer"] = {"ref": self.code(customer)}
        return await self._does("appointmentBook", given)

    async def books(self, customer: str | None = None, **given: Json) -> Json:
        """Book a visit that must be accepted."""
        payload = await self.tries(customer, **given)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload["appointment"]

    async def holds(self, slot: Mapping[str, Json]) -> Json:
        """Hold a slot, which must be accepted."""
        payload = await self._does("appointmentHold", slot)
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload["appointment"]

    async def does(self, mutation: str, appointment: Json, **given: Json) -> Json:
        """Change an appointment, which must be accepted."""
        payload = await self._does(mutation, {"appointmentId": appointment["id"], **given})
        assert payload["userErrors"] == [], payload["userErrors"]
        return payload["appointment"]

    async def slots(self, kind: str, shop: str, start: str, end: str) -> list[str]:
        """Return when visits can begin, as a visitor to the site sees it."""
        operation = """
          query ($at: String!, $type: String!, $from: DateTime!, $to: DateTime!) {
            location(code: $at) { slots(type: $type, from: $from, to: $to) { start places } }
          }
        """
        variables = {"at": self.code(shop), "type": self.code(kind), "from": start, "to": end}
        data = await self.retailer.graph.data(operation, variables, role=Role.VISITOR)
        return [each["start"] for each in data["location"]["slots"]]

    async def state(self, appointment: Json) -> str:
        """Return how far an appointment is."""
        operation = "query ($id: ID!) { appointment(id: $id) { state } }"
        data = await self.retailer.graph.data(operation, {"id": appointment["id"]})
        return str(data["appointment"]["state"])

    async def customer_id(self, customer: str) -> str:
        """Return the global id of a customer."""
        operation = f'{{ customer(by: {{ref: "{self.code(customer)}"}}) {{ id }} }}'
        return str((await self.retailer.graph.data(operation))["customer"]["id"])

    def location_id(self, shop: str) -> str:
        """Return the global id of a shop."""
        return to_global_id("Location", self.code(shop))

    async def _does(self, mutation: str, given: Mapping[str, Json]) -> Json:
        selection = f"appointment {{ {APPOINTMENT} }}"
        return await self.retailer.does(mutation, given, selection, role=Role.CUSTOMER_SERVICE)

    async def _imports(self, mutation: str, line: Mapping[str, Json]) -> None:
        role = Role.OPERATOR if mutation == "locationsImport" else FEEDER
        await self.retailer.manages(mutation, {"lines": [line]}, _RESULTS, role=role)
