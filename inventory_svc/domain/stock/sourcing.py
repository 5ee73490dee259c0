"""Where to take goods from: the strategy that the sourcing engine will replace."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

from inventory_svc.domain.stock.commands import PeggedQuantity, WantedLine
from inventory_svc.domain.stock.position import Condition, PositionKey

Available: TypeAlias = Callable[[PositionKey], int]
"""Units that can still be promised at a position."""


class Shortage(NamedTuple):
    """An item of which fewer units can be promised than are wanted."""

    sku: str
    condition: Condition
    requested: int
    available: int


@dataclass(frozen=True, slots=True)
class Sourcing:
    """Where each line is taken from; with a shortage nothing is taken.

    `whole` says that one location has everything, so that no candidate further away matters.
    """

    pegs: tuple[PeggedQuantity, ...] = ()
    shortages: tuple[Shortage, ...] = ()
    whole: bool = False


class SourcingStrategy(Protocol):
    """Chooses supply for the lines of one reservation; a pure function of its arguments."""

    def choose(
        self, lines: Sequence[WantedLine], candidates: Sequence[str], available: Available
    ) -> Sourcing:
        """Choose among the candidate locations, which come best first."""


class NearestLocations:
    """The first candidate that has the whole order; else, line by line, the first that has it.

    A line that no candidate has whole is split over the first that have some.
    """

    def choose(
        self, lines: Sequence[WantedLine], candidates: Sequence[str], available: Available
    ) -> Sourcing:
        """Choose among the candidate locations, which come best first."""
        demand = _demand(lines)
        for location in candidates:
            if all(
                available(PositionKey(sku, location, condition)) >= quantity
                for (sku, condition), quantity in demand.items()
            ):
                pegs = (PeggedQuantity(line.line_id, location, line.quantity) for line in lines)
                return Sourcing(tuple(pegs), whole=True)
        shortages = _shortages(demand, candidates, available)
        if shortages:
            return Sourcing(shortages=shortages)
        return Sourcing(_line_by_line(lines, candidates, available))


def _demand(lines: Sequence[WantedLine]) -> dict[tuple[str, Condition], int]:
    demand: Counter[tuple[str, Condition]] = Counter()
    for line in lines:
        demand[line.sku, line.condition] += line.quantity
    return demand


def _shortages(
    demand: dict[tuple[str, Condition], int], candidates: Sequence[str], available: Available
) -> tuple[Shortage, ...]:
    totals = {
        (sku, condition): sum(available(PositionKey(sku, at, condition)) for at in candidates)
        for sku, condition in demand
    }
    return tuple(
        Shortage(sku, condition, quantity, totals[sku, condition])
        for (sku, condition), quantity in demand.items()
        if totals[sku, condition] < quantity
    )


def _line_by_line(
    lines: Sequence[WantedLine], candidates: Sequence[str], available: Available
) -> tuple[PeggedQuantity, ...]:
    taken: Counter[PositionKey] = Counter()
    pegs: list[PeggedQuantity] = []
    for line in lines:
        left = {
            location: available(key) - taken[key]
            for location in candidates
            for key in (PositionKey(line.sku, location, line.condition),)
        }
        for location, quantity in _takings(line.quantity, left):
            taken[PositionKey(line.sku, location, line.condition)] += quantity
            pegs.append(PeggedQuantity(line.line_id, location, quantity))
    return tuple(pegs)


def _takings(wanted: int, left: dict[str, int]) -> list[tuple[str, int]]:
    """Take all from the first location that has as much, else what there is from each in turn."""
    for location, units in left.items():
        if units >= wanted:
            return [(location, wanted)]
    takings: list[tuple[str, int]] = []
    for location, units in left.items():
        quantity = min(units, wanted)
        if quantity > 0:
            takings.append((location, quantity))
            wanted -= quantity
    return takings
