"""Inventory over GraphQL: as this service, with an idempotency key in every call."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from order_svc.domain.customers.personal import Destination
from order_svc.domain.fulfilments.fulfilment import Place
from order_svc.domain.orders.allocation import AllocatedLine, Allocation
from order_svc.domain.orders.awaiting import Standing, StandingLine
from order_svc.domain.orders.named_reservations import NamedReservations
from order_svc.domain.stock_effects import ConsumeStock, CorrectStock, ReleaseStock, StockLine
from order_svc.ports import AllocationRequest, InventoryUnavailable, WantedLine
from retail_kit.money import Money
from service_kit.graphql.global_ids import from_global_id, to_global_id
from service_kit.graphql.service_calls import USER_ERRORS, Executes, called
from service_kit.graphql.service_client import ServiceRejected, ServiceUnavailable
from service_kit.messaging.envelope import text_of
from service_kit.runtime.json_values import JSON

ALLOCATE: Final = f"""
mutation OrderAllocate($input: ReservationAllocateInput!) {{
  reservationAllocate(input: $input) {{
    reservation {{
      id lines {{ lineId quantity locationCode location {{ id }} availableFrom notBefore }}
    }}
    {USER_ERRORS}
  }}
}}
"""
STANDING: Final = """
query OrderStanding($id: ID!) {
  reservation(id: $id) {
    version lines { lineId open locationCode location { id } availableFrom notBefore }
  }
}
"""
PIECES: Final = """
query OrderPieces($serials: [String!]!) {
  units(serials: $serials) { serial price { amount currency } }
}
"""
CONSUME: Final = f"""
mutation OrderConsume($input: ReservationConsumeInput!) {{
  reservationConsume(input: $input) {{ {USER_ERRORS} }}
}}
"""
RELEASE: Final = f"""
mutation OrderRelease($input: ReservationReleaseLinesInput!) {{
  reservationReleaseLines(input: $input) {{ {USER_ERRORS} }}
}}
"""
REPORT_SHORT: Final = f"""
mutation OrderReportShort($input: ReservationReportShortInput!) {{
  reservationReportShort(input: $input) {{ {USER_ERRORS} }}
}}
"""

OPERATIONS: Final = (ALLOCATE, STANDING, PIECES, CONSUME, RELEASE, REPORT_SHORT)
"""Everything that is asked of inventory."""


class GraphQLInventory:
    """The stock, as inventory's subgraph offers it to other services."""

    def __init__(self, client: Executes) -> None:
        self._client = client

    async def allocate(self, request: AllocationRequest) -> Allocation:
        """Choose locations and reserve there, all lines or none."""
        payload = await self._call(
            ALLOCATE,
            {
                "idempotencyKey": request.key,
                "orderId": to_global_id("Order", request.order_id),
                "channel": request.channel,
                "destination": _destination(request.destination),
                "lines": [_wanted(line) for line in request.lines],
                "excludedLocations": list(request.excluded_locations),
                "acceptUntil": _text(request.accept_until),
                **_taken_over(request.reservations),
            },
        )
        return _allocation(payload["reservation"])

    async def standing(self, reservation_id: str) -> Standing:
        """What a reservation keeps, and what it waits for; nothing if it is not known."""
        given = {"id": to_global_id("Reservation", reservation_id)}
        try:
            data = await self._client.execute(STANDING, given)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error
        found = data["reservation"] or {"version": 0, "lines": []}
        return Standing(
            reservation_id,
            found["version"],
            tuple(
                StandingLine(line["lineId"], _place(line), line["open"], *_dates(line))
                for line in found["lines"]
            ),
        )

    async def prices_of_pieces(self, serials: Collection[str]) -> Mapping[str, Money]:
        """The own prices of those pieces that have one, by serial number."""
        try:
            data = await self._client.execute(PIECES, {"serials": sorted(serials)})
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error
        return {
            unit["serial"]: Money.parse(unit["price"]["amount"], unit["price"]["currency"])
            for unit in data["units"] or ()
            if unit is not None and unit["price"] is not None
        }

    async def withdraw(self, key: str, order_id: str) -> None:
        """Undo the allocation of that key, or see to it that it is refused if it comes late."""
        await self._call(
            RELEASE,
            {
                "idempotencyKey": f"{key}.withdrawn",
                "orderId": to_global_id("Order", order_id),
                "allocationKey": key,
            },
        )

    async def consume(self, effect: ConsumeStock) -> None:
        """The goods have left."""
        await self._call(CONSUME, _about(effect))

    async def release(self, effect: ReleaseStock) -> None:
        """The goods can be sold again."""
        await self._call(RELEASE, _about(effect))

    async def correct(self, effect: CorrectStock) -> None:
        """The goods were not there as the stock says."""
        await self._call(
            REPORT_SHORT,
            {
                "idempotencyKey": effect.key,
                "reservationId": to_global_id("Reservation", effect.reservation_id),
                "lineId": effect.line.line_id,
                "locationCode": effect.line.location_code,
                "missingQuantity": effect.line.quantity,
                "counted": effect.counted,
            },
        )

    async def _call(self, operation: str, given: Mapping[str, JSON]) -> Mapping[str, Any]:
        """Give the payload of the one mutation; its user errors are raised.

        Errors of the request say nothing of what an earlier call with the key has done.
        """
        try:
            return await called(self._client, operation, given)
        except (ServiceUnavailable, ServiceRejected) as error:
            raise InventoryUnavailable(str(error)) from error


def _wanted(line: WantedLine) -> dict[str, JSON]:
    """A line of an allocation; only one of a piece names it."""
    wanted: dict[str, JSON] = {"lineId": line.line_id, "sku": line.sku, "quantity": line.quantity}
    return wanted if line.serial is None else {**wanted, "serial": line.serial}


def _taken_over(named: NamedReservations | None) -> dict[str, JSON]:
    """What becomes the order's, and on whose word."""
    if named is None:
        return {}
    return {
        "reservationIds": [to_global_id("Reservation", each) for each in named.identifiers],
        "namedBy": {
            "subject": named.subject,
            "roles": list(named.roles),
            "locationCodes": list(named.locations),
        },
    }


def _about(effect: ConsumeStock | ReleaseStock) -> dict[str, JSON]:
    return {
        "idempotencyKey": effect.key,
        "reservationId": to_global_id("Reservation", effect.reservation_id),
        "lines": _lines(effect.lines),
    }


def _lines(lines: Sequence[StockLine]) -> list[JSON]:
    return [
        {
            "lineId": line.line_id,
            "locationCode": line.location_code,
            "quantity": line.quantity,
        }
        for line in lines
    ]


def _destination(destination: Destination | None) -> dict[str, JSON] | None:
    """Country, postcode and point: nothing that names a person leaves this service."""
    if destination is None:
        return None
    point = destination.point
    return {
        "country": destination.address.country,
        "postcode": destination.address.postcode,
        "latitude": point.latitude if point else None,
        "longitude": point.longitude if point else None,
    }


def _allocation(reservation: Mapping[str, Any]) -> Allocation:
    return Allocation(
        reservation_id=from_global_id(reservation["id"], "Reservation"),
        lines=tuple(
            AllocatedLine(line["lineId"], line["quantity"], _place(line), *_dates(line))
            for line in reservation["lines"]
        ),
    )


def _text(at: datetime | None) -> str | None:
    return None if at is None else text_of(at)


def _dates(line: Mapping[str, Any]) -> tuple[datetime | None, datetime | None]:
    """When units are there that still have to come, and before when they may not leave."""
    came, held = line["availableFrom"], line["notBefore"]
    return (
        None if came is None else datetime.fromisoformat(came),
        None if held is None else datetime.fromisoformat(held),
    )


def _place(line: Mapping[str, Any]) -> Place:
    code = line["locationCode"]
    location = line["location"]
    return Place(location["id"] if location else to_global_id("Location", code), code)
