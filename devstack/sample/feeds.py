"""The sample as calls of the public bulk operations, in the order in which they build on another."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from devstack.sample.first_garments import first_items, first_prices, first_stock
from devstack.sample.garments import items, prices
from devstack.sample.network import channels, locations
from devstack.sample.people import customers
from devstack.sample.reception import advisors, appointment_types, capacities
from devstack.sample.stock import stock

LINES_A_CALL = 1_000
RETURN_POLICY = {
    "code": "FR",
    "windowDays": 30,
    "timezone": "Europe/Paris",
    "countries": ["FR"],
}


class SampleSize(StrEnum):
    """How much of the sample is loaded: only what the README tells of, or all of it."""

    SMALL = "small"
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Feed:
    """One bulk mutation and its lines; `rest` is the rest of its input."""

    name: str
    mutation: str
    lines: tuple[Mapping[str, Any], ...]
    rest: Mapping[str, Any]

    def calls(self) -> Iterator["Call"]:
        """Cut the feed into calls of at most 1,000 lines."""
        for start in range(0, len(self.lines), LINES_A_CALL):
            lines = self.lines[start : start + LINES_A_CALL]
            yield Call(f"{self.name}-{start}", self.mutation, lines, self.rest)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a bulk mutation; its name is its own."""

    name: str
    mutation: str
    lines: tuple[Mapping[str, Any], ...]
    rest: Mapping[str, Any]


def first_feeds(counted_at: str) -> tuple[Feed, ...]:
    """Give the whole network, all customers, and the garments of which the README tells."""
    return (
        Feed("locations", "locationsImport", tuple(locations()), {}),
        Feed("channels", "channelsImport", tuple(channels()), {}),
        Feed("customers", "customersImport", tuple(customers()), {}),
        Feed("policies", "returnPoliciesImport", (RETURN_POLICY,), {}),
        Feed("appointment-types", "appointmentTypesImport", tuple(appointment_types()), {}),
        Feed("advisors", "advisorsImport", tuple(advisors()), {}),
        Feed("capacities", "appointmentCapacitiesImport", tuple(capacities()), {}),
        Feed("first-items", "itemsImport", tuple(first_items()), {}),
        Feed("first-prices", "pricesImport", tuple(first_prices()), {}),
        _stock_feed("first-stock", first_stock(), counted_at),
    )


def other_feeds(counted_at: str) -> tuple[Feed, ...]:
    """Give all other garments."""
    return (
        Feed("items", "itemsImport", tuple(items()), {}),
        Feed("prices", "pricesImport", tuple(prices()), {}),
        _stock_feed("stock", stock(), counted_at),
    )


def _stock_feed(name: str, lines: Iterator[Mapping[str, Any]], counted_at: str) -> Feed:
    counted = tuple({**line, "snapshotAt": counted_at} for line in lines)
    return Feed(name, "stockImport", counted, {"mode": "SNAPSHOT"})
