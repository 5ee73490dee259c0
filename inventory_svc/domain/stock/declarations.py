"""What locations declared in a day, for whoever keeps the books: rows, and a file of them."""

import csv
import io
import zoneinfo
from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta
from typing import Final, NamedTuple

from inventory_svc.domain.network.location import Location
from inventory_svc.domain.stock.movement import Movement, MovementKind
from inventory_svc.domain.stock.position import PositionKey
from service_kit.commands.denials import invalid
from service_kit.messaging.envelope import text_of

NOT_FOUND: Final = "NOT_FOUND"
"""What a count is called among the dispositions."""
COLUMNS: Final = (
    "sku",
    "locationCode",
    "condition",
    "disposition",
    "quantity",
    "declaredAt",
    "declaredBy",
    "reference",
)


class Window(NamedTuple):
    """A day as it is at some locations: from `since` on, before `until`."""

    locations: tuple[str, ...]
    since: datetime
    until: datetime


class Place(NamedTuple):
    """Where a declaration stands in the file: files are ordered by this."""

    location: str
    declared_at: datetime
    movement: str


class Declaration(NamedTuple):
    """One row: by how much fewer units can be sold, or were found on the shelf (NOT_FOUND)."""

    position: PositionKey
    disposition: str
    quantity: int
    declared_at: datetime
    declared_by: str
    reference: str


def windows_of(day: date, locations: Iterable[Location]) -> tuple[Window, ...]:
    """Give the day of each location by its own clock; those of one time zone together.

    Refuse INVALID_INPUT for the ends of the calendar, which not every time zone has.
    """
    by_zone: dict[str, list[str]] = {}
    for location in locations:
        by_zone.setdefault(location.timezone, []).append(location.code)
    try:
        return tuple(
            Window(tuple(sorted(codes)), _midnight(day, zone), _midnight(day + timedelta(1), zone))
            for zone, codes in sorted(by_zone.items())
        )
    except OverflowError:
        raise invalid("The calendar ends here.", "day") from None


def declaration_of(movement: Movement) -> Declaration:
    """Read a row out of the ledger."""
    why = movement.disposition
    counted = movement.kind is MovementKind.COUNTED and why is None
    return Declaration(
        movement.position,
        NOT_FOUND if why is None else why.value,
        movement.on_hand if counted else movement.unavailable,
        movement.occurred_at,
        movement.actor,
        movement.cause,
    )


def csv_of(rows: Iterable[Declaration]) -> str:
    """Write the rows as a file with a heading."""
    written = io.StringIO()
    lines = csv.writer(written, lineterminator="\n")
    lines.writerow(COLUMNS)
    for row in rows:
        sku, location, condition = row.position
        at = text_of(row.declared_at)
        lines.writerow(
            (
                sku,
                location,
                condition.value,
                row.disposition,
                row.quantity,
                at,
                row.declared_by,
                row.reference,
            )
        )
    return written.getvalue()


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time(), zoneinfo.ZoneInfo(zone)).astimezone(UTC)
