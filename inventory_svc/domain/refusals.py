"""Why inventory says no: its own codes beside the shared ones, and the common refusals."""

from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

from retail_kit.quantities import Unit
from service_kit.commands.refusal import NOT_FOUND, Refusal


class StockRefusal(StrEnum):
    """The codes that only inventory uses."""

    INSUFFICIENT_STOCK = "INSUFFICIENT_STOCK"
    LOCATION_NOT_SELLING = "LOCATION_NOT_SELLING"
    TOO_MANY_KEPT = "TOO_MANY_KEPT"
    NEGATIVE_STOCK = "NEGATIVE_STOCK"
    STALE_SNAPSHOT = "STALE_SNAPSHOT"
    UNKNOWN_SKU = "UNKNOWN_SKU"
    UNKNOWN_LOCATION = "UNKNOWN_LOCATION"
    UNKNOWN_CHANNEL = "UNKNOWN_CHANNEL"
    UNKNOWN_GROUP = "UNKNOWN_GROUP"
    UNKNOWN_CATEGORY = "UNKNOWN_CATEGORY"
    UNKNOWN_RULE = "UNKNOWN_RULE"
    UNKNOWN_VERSION = "UNKNOWN_VERSION"
    RULES_OVERLAP = "RULES_OVERLAP"
    UNKNOWN_SUPPLIER = "UNKNOWN_SUPPLIER"
    UNKNOWN_INBOUND = "UNKNOWN_INBOUND"
    UNKNOWN_SOURCE = "UNKNOWN_SOURCE"
    LOCATION_NOT_OF_SOURCE = "LOCATION_NOT_OF_SOURCE"
    FEED_LINE_SETTLED = "FEED_LINE_SETTLED"
    RESERVATION_TOMBSTONED = "RESERVATION_TOMBSTONED"
    RESERVATION_LINE_EXCEEDED = "RESERVATION_LINE_EXCEEDED"
    RESERVATION_ENDED = "RESERVATION_ENDED"
    RESERVATION_DOES_NOT_FIT = "RESERVATION_DOES_NOT_FIT"
    WRONG_UNIT = "WRONG_UNIT"
    UNKNOWN_UNIT = "UNKNOWN_UNIT"
    UNIT_NOT_AVAILABLE = "UNIT_NOT_AVAILABLE"
    UNIT_STEP_NOT_ALLOWED = "UNIT_STEP_NOT_ALLOWED"
    TAG_TAKEN = "TAG_TAKEN"
    PIECES_ON_HAND = "PIECES_ON_HAND"


def reservation_not_found(reservation_id: str, *path: str) -> Refusal:
    """No such reservation, or none that this caller may touch."""
    return Refusal(
        NOT_FOUND,
        "There is no such reservation.",
        path=path or ("input", "reservationId"),
        params={"reservationId": reservation_id},
    )


def reservation_ended(reservation_id: str, state: str, *path: str) -> Refusal:
    """Nothing is kept any more: it was sold or given back."""
    return Refusal(
        StockRefusal.RESERVATION_ENDED.value,
        f"The reservation is {state}.",
        path=path,
        params={"reservationId": reservation_id, "state": state},
    )


def reservation_does_not_fit(reservation_id: str, *path: str) -> Refusal:
    """Nothing that it keeps is what leaves, where it leaves from, on its channel."""
    return Refusal(
        StockRefusal.RESERVATION_DOES_NOT_FIT.value,
        "The reservation keeps nothing of this at these locations, or for another channel.",
        path=path,
        params={"reservationId": reservation_id},
    )


def unknown_sku(sku: str, *path: str) -> Refusal:
    """An item that was never imported."""
    return Refusal(
        StockRefusal.UNKNOWN_SKU.value,
        f"No item has the SKU {sku}.",
        path=path,
        params={"sku": sku},
    )


def wrong_unit(sku: str, unit: Unit, expected: Unit, *path: str) -> Refusal:
    """A quantity of an item in another unit than its own."""
    return Refusal(
        StockRefusal.WRONG_UNIT.value,
        f"{sku} is counted in {expected.value}, not in {unit.value}.",
        path=path,
        params={"sku": sku, "unit": unit.value, "expected": expected.value},
    )


def unknown_location(code: str, *path: str) -> Refusal:
    """A location that was never imported."""
    return Refusal(
        StockRefusal.UNKNOWN_LOCATION.value,
        f"No location has the code {code}.",
        path=path,
        params={"locationCode": code},
    )


def unknown_locations(codes: Sequence[str], known: Collection[str], name: str) -> Iterator[Refusal]:
    """Give a refusal for each code of a list that nobody knows, with its place there."""
    for at, code in enumerate(codes):
        if code not in known:
            yield unknown_location(code, name, str(at))


def unknown_channel(code: str, *path: str) -> Refusal:
    """A channel that was never imported."""
    return Refusal(
        StockRefusal.UNKNOWN_CHANNEL.value,
        f"No channel has the code {code}.",
        path=path,
        params={"channel": code},
    )


def unknown_group(code: str, *path: str) -> Refusal:
    """A group of locations that was never imported."""
    return Refusal(
        StockRefusal.UNKNOWN_GROUP.value,
        f"No group of locations has the code {code}.",
        path=path,
        params={"group": code},
    )


def unknown_supplier(code: str, *path: str) -> Refusal:
    """A supplier that was never imported."""
    return Refusal(
        StockRefusal.UNKNOWN_SUPPLIER.value,
        f"No supplier has the code {code}.",
        path=path,
        params={"supplier": code},
    )


def unknown_inbound(reference: str, line: str, *path: str) -> Refusal:
    """Nobody announced such a supply for the item at the location."""
    return Refusal(
        StockRefusal.UNKNOWN_INBOUND.value,
        f"Line {line} of {reference} announces nothing for this item and location.",
        path=path,
        params={"reference": reference, "line": line},
    )


def unknown_source(code: str, *path: str) -> Refusal:
    """A source of stock that was never imported."""
    return Refusal(
        StockRefusal.UNKNOWN_SOURCE.value,
        f"No source of stock has the code {code}.",
        path=path,
        params={"source": code},
    )


def location_not_of_source(location: str, source: str, *path: str) -> Refusal:
    """A source spoke of a location that is not its own."""
    return Refusal(
        StockRefusal.LOCATION_NOT_OF_SOURCE.value,
        f"The source {source} does not tell of the stock of {location}.",
        path=path,
        params={"locationCode": location, "source": source},
    )


def feed_line_settled(number: int, *path: str) -> Refusal:
    """A rejected line that somebody has corrected or discarded meanwhile."""
    return Refusal(
        StockRefusal.FEED_LINE_SETTLED.value,
        "This line has been corrected or discarded.",
        path=path,
        params={"number": str(number)},
    )


def insufficient_stock(sku: str, requested: int, available: int, *path: str) -> Refusal:
    """Fewer units can be promised than are wanted."""
    return Refusal(
        StockRefusal.INSUFFICIENT_STOCK.value,
        f"{requested} of {sku} were wanted and {available} can be promised.",
        path=path,
        params={"sku": sku, "requested": str(requested), "available": str(available)},
    )


def too_many_kept(
    requested: int,
    kept: int,
    most: int,
    *path: str,
    sku: str | None = None,
    unit: Unit | None = None,
) -> Refusal:
    """More than one person has kept at a time: pieces of an item, of a unit, or things in all."""
    what = "things" if unit is None else f"{unit.value.lower()}s"
    if sku is not None:
        what = f"units of {sku}"
    return Refusal(
        StockRefusal.TOO_MANY_KEPT.value,
        f"{kept} {what} are kept for you; with {requested} more they are over {most}.",
        path=path,
        params={
            **({} if sku is None else {"sku": sku}),
            **({} if unit is None else {"unit": unit.value}),
            "requested": str(requested),
            "kept": str(kept),
            "most": str(most),
        },
    )


def unknown_unit(name: str, *path: str) -> Refusal:
    """A serial number, or the code of a tag, that no piece bears."""
    return Refusal(
        StockRefusal.UNKNOWN_UNIT.value,
        f"No piece is known as {name}.",
        path=path,
        params={"unit": name},
    )


def unit_not_available(serial: str, state: str, *path: str) -> Refusal:
    """A piece that is kept for somebody, is elsewhere, or may not be sold from where it is."""
    return Refusal(
        StockRefusal.UNIT_NOT_AVAILABLE.value,
        f"The piece {serial} cannot be had.",
        path=path,
        params={"serial": serial, "state": state},
    )


def unit_step_not_allowed(serial: str, state: str, location: str, *path: str) -> Refusal:
    """A piece to which this cannot happen in its state, or not at that location."""
    return Refusal(
        StockRefusal.UNIT_STEP_NOT_ALLOWED.value,
        f"The piece {serial} is {state} at {location}: this cannot be done with it there.",
        path=path,
        params={"serial": serial, "state": state, "locationCode": location},
    )


def pieces_on_hand(pieces: int, *path: str) -> Refusal:
    """Fewer units would be on hand than pieces are known there by their serial number."""
    return Refusal(
        StockRefusal.PIECES_ON_HAND.value,
        f"{pieces} pieces with serial numbers are on hand: name those that are not.",
        path=path,
        params={"pieces": str(pieces)},
    )
