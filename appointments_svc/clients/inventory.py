"""Inventory over GraphQL: as this service, with an idempotency key in every change."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any, Final

from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Product
from appointments_svc.ports import InventoryUnavailable, Kept
from retail_kit.calendars.holidays import PublicHolidays
from retail_kit.calendars.opening_hours import EVERY_DAY, Hours, WeeklyHours
from retail_kit.calendars.working_calendar import Closure, WorkingCalendar
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.service_calls import USER_ERRORS, Executes, called
from service_kit.graphql.service_client import ServiceRejected, ServiceUnavailable
from service_kit.runtime.json_values import JSON

KEPT_FOR: Final = timedelta(days=90)
"""As long as inventory keeps anything for an appointment; it is given back when the visit ends."""

SITES: Final = """
query AppointmentsSites($of: [_Any!]!) {
  _entities(representations: $of) {
    ... on Location {
      code name timezone active holidayCalendar
      openingHours { day hours }
      breaks { day hours }
      closures { first last reason }
    }
  }
}
"""
KEEP: Final = f"""
mutation AppointmentsKeep($input: ReservationCreateInput!) {{
  reservationCreate(input: $input) {{ reservation {{ id expiresAt }} {USER_ERRORS} }}
}}
"""
RELEASE: Final = f"""
mutation AppointmentsRelease($input: ReservationReleaseLinesInput!) {{
  reservationReleaseLines(input: $input) {{ {USER_ERRORS} }}
}}
"""
OPERATIONS: Final = (SITES, KEEP, RELEASE)
"""Everything that is asked of inventory."""
_DAYS: Final = (
    "MONDAY",
    "TUESDAY",
    "WEDNESDAY",
    "THURSDAY",
    "FRIDAY",
    "SATURDAY",
    "SUNDAY",
)


class GraphQLInventory:
    """The locations and their stock, as inventory's subgraph offers them to other services."""

    def __init__(self, client: Executes) -> None:
        self._client = client

    async def sites(self, codes: Collection[str]) -> Mapping[str, Site]:
        """Those of the locations that exist, by code."""
        asked: list[JSON] = [
            {"__typename": "Location", "code": code} for code in sorted(set(codes))
        ]
        try:
            data = await self._client.execute(SITES, {"of": asked})
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error
        return {found["code"]: site_of(found) for found in data["_entities"] if found}

    async def keep(self, key: str, location_code: str, products: Sequence[Product]) -> Kept:
        """Keep all the products or none, once per key."""
        given: dict[str, JSON] = {
            "idempotencyKey": key,
            "kind": "APPOINTMENT",
            "locationCode": location_code,
            "holdSeconds": int(KEPT_FOR.total_seconds()),
            "lines": [
                {"lineId": each.line_id, "sku": each.sku, "quantity": each.quantity}
                for each in products
            ],
        }
        payload = await self._called(KEEP, given)
        reservation = payload["reservation"]
        until = reservation["expiresAt"]
        return Kept(
            from_global_id(reservation["id"], "Reservation"),
            None if until is None else datetime.fromisoformat(until),
        )

    async def release(self, key: str, reservation_id: str) -> None:
        """Give what is kept back, once per key."""
        reservation = to_global_id("Reservation", reservation_id)
        given: dict[str, JSON] = {"idempotencyKey": key, "reservationId": reservation}
        await self._called(RELEASE, given)

    async def _called(self, operation: str, given: Mapping[str, JSON]) -> Mapping[str, Any]:
        try:
            return await called(self._client, operation, given)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error


def site_of(found: Mapping[str, Any]) -> Site:
    """The location that inventory has described."""
    calendar = WorkingCalendar(
        found["timezone"],
        _weekly(found["openingHours"]),
        tuple(
            Closure(
                date.fromisoformat(each["first"]), date.fromisoformat(each["last"]), each["reason"]
            )
            for each in found["closures"]
        ),
        holidays=_holidays(found["holidayCalendar"]),
    )
    return Site(found["code"], found["name"], calendar, _weekly(found["breaks"]), found["active"])


def _weekly(days: Sequence[Mapping[str, Any]]) -> WeeklyHours:
    hours = {_DAYS.index(each["day"]): each["hours"] for each in days}
    return WeeklyHours(tuple(tuple(map(Hours.parse, hours.get(day, ()))) for day in EVERY_DAY))


def _holidays(calendar: str | None) -> PublicHolidays | None:
    if calendar is None:
        return None
    country, _, subdivision = calendar.partition("-")
    return PublicHolidays(country, subdivision or None)
