"""Packed shelves as documents, and back; pure.

A column is one 32-bit number for each location, little-endian, under its name in `columns`. One
that a document does not have reads as zeros, so a column can be added without packing anew.
"""

import sys
from array import array
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from bson import Binary

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.naming import SEPARATOR
from inventory_svc.domain.stock.position import Hold, PositionKey
from inventory_svc.domain.stock.shelves import (
    REMEMBERED_PLACES,
    Column,
    Columns,
    Places,
    Shelf,
    Shelves,
    places_of,
)
from inventory_svc.mongo.stock_documents import POSITION_UPCASTS, pace_in
from service_kit.storage.database import Document
from service_kit.storage.schema_versions import Upcasts

PACKED_UPCASTS = Upcasts(current=1)
_NAMES = ("onHand", "allocated", "unavailable", "version", "soldThousandths", "soldDay")
SHELF_FIELDS: Sequence[str] = (
    "onHand",
    "allocated",
    "unavailable",
    "version",
    "pace",
    "holds",
    "schemaVersion",
)
"""What has to be read of a position to pack it."""


def packed_identifier(sku: str, condition: Condition) -> str:
    """Give the `_id` of the packed shelves of an item in one condition."""
    return f"{sku}{SEPARATOR}{condition.value}"


def packed_to_document(sku: str, condition: Condition, shelves: Shelves, revision: int) -> Document:
    """Write packed shelves; each writing has a revision of its own."""
    columns = zip(_NAMES, shelves.columns, strict=True)
    return PACKED_UPCASTS.stamp(
        {
            "_id": packed_identifier(sku, condition),
            "sku": sku,
            "condition": condition.value,
            "revision": revision,
            "locations": SEPARATOR.join(shelves.places.codes),
            "columns": {
                name: Binary(_swapped(column).tobytes()) for name, column in columns if any(column)
            },
            "holds": [
                {"row": row, "holds": [{"expiresAt": at, "quantity": units} for at, units in held]}
                for row, held in sorted(shelves.holds.items())
            ],
        }
    )


def packed_from_document(document: Document) -> Shelves:
    """Read packed shelves."""
    document = PACKED_UPCASTS.upcast(document)
    places = _places_in(document["locations"])
    written: Mapping[str, bytes] = document["columns"]
    columns = (_column(written.get(name), len(places.codes)) for name in _NAMES)
    holds = {each["row"]: _holds(each["holds"]) for each in document["holds"]}
    return Shelves(places, Columns(*columns), holds)


def shelf_from_position(document: Document) -> Shelf:
    """Read what of a position is packed."""
    document = POSITION_UPCASTS.upcast(document)
    return Shelf(
        document["onHand"],
        document["allocated"],
        sum(row["quantity"] for row in document["unavailable"]),
        document["version"],
        *pace_in(document),
        _holds(document["holds"]),
    )


def item_of(key: PositionKey) -> tuple[str, Condition]:
    """Give the item and condition under which a position is packed."""
    return key.sku, key.condition


@lru_cache(REMEMBERED_PLACES)
def _places_in(written: str) -> Places:
    """Read the places of locations; most documents name the same ones, in one long text."""
    return places_of(tuple(written.split(SEPARATOR)) if written else ())


def _holds(written: Sequence[Mapping[str, Any]]) -> tuple[Hold, ...]:
    return tuple(Hold(hold["expiresAt"], hold["quantity"]) for hold in written)


def _column(written: bytes | None, length: int) -> Column:
    column: Column = array("i", bytes(4 * length) if written is None else written)
    return _swapped(column)


def _swapped(column: Column) -> Column:
    """Turn a column from or to little-endian, which it is already nearly everywhere."""
    if sys.byteorder == "little":
        return column
    turned = column[:]
    turned.byteswap()
    return turned
