"""Where to take goods from: the strategy that the sourcing engine will replace."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import PeggedQuantity, WantedLine
from inventory_svc.domain.stock.position import PositionKey


class Offered(Protocol):
    """What may be taken, position by position, and the shares that positions have in common."""

    def units(self, key: PositionKey) -> int:
        """Give the units that a position can promise, no matter what is taken elsewhere."""

    def pot(self, key: PositionKey) -> Hashable | None:
        """Give the share that a position draws on together with others, if there is one."""

    def left(self, key: PositionKey) -> int:
        """Give what is left of the share that a position draws on."""


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
        self, lines: Sequence[WantedLine], candidates: Sequence[str], offered: Offered
    ) -> Sourcing:
        """Choose among the candidate locations, which come best first."""


class NearestLocations:
    """The first candidate that has the whole order; else, line by line, the first that has it.

    A line that no candidate has whole is split over the first that have some.
    """

    def choose(
        self, lines: Sequence[WantedLine], candidates: Sequence[str], offered: Offered
    ) -> Sourcing:
        """Choose among the candidate locations, which come best first."""
        demand = demand_of(lines)
        for location in candidates:
            if all(
                offered.units(PositionKey(sku, location, condition)) >= quantity
                for (sku, condition), quantity in demand.items()
            ):
                pegs = (PeggedQuantity(line.line_id, location, line.quantity) for line in lines)
                return Sourcing(tuple(pegs), whole=True)
        shortages = _shortages(demand, candidates, offered)
        if shortages:
            return Sourcing(shortages=shortages)
        return Sourcing(_line_by_line(lines, candidates, offered))


def demand_of(lines: Sequence[WantedLine]) -> dict[tuple[str, Condition], int]:
    """Add up what is wanted of each item in each condition."""
    demand: Counter[tuple[str, Condition]] = Counter()
    for line in lines:
        demand[line.sku, line.condition] += line.quantity
    return demand


def _shortages(
    demand: dict[tuple[str, Condition], int], candidates: Sequence[str], offered: Offered
) -> tuple[Shortage, ...]:
    totals = {
        (sku, condition): _total([PositionKey(sku, at, condition) for at in candidates], offered)
        for sku, condition in demand
    }
    return tuple(
        Shortage(sku, condition, quantity, totals[sku, condition])
        for (sku, condition), quantity in demand.items()
        if totals[sku, condition] < quantity
    )


def _total(keys: Sequence[PositionKey], offered: Offered) -> int:
    """Add up the units of positions, of each share no more than is left of it."""
    units: Counter[Hashable | None] = Counter()
    left: dict[Hashable, int] = {}
    for key in keys:
        pot = offered.pot(key)
        units[pot] += offered.units(key)
        if pot is not None and pot not in left:
            left[pot] = offered.left(key)
    return sum(min(found, left[pot]) if pot in left else found for pot, found in units.items())


def _line_by_line(
    lines: Sequence[WantedLine], candidates: Sequence[str], offered: Offered
) -> tuple[PeggedQuantity, ...]:
    basket = _Basket(offered)
    return tuple(
        PeggedQuantity(line.line_id, key.location, quantity)
        for line in lines
        for key, quantity in basket.take(
            line.quantity, [PositionKey(line.sku, at, line.condition) for at in candidates]
        )
    )


class _Basket:
    """What the lines so far have taken, of positions and of shares."""

    def __init__(self, offered: Offered) -> None:
        self._offered = offered
        self._taken: Counter[PositionKey] = Counter()
        self._drawn: Counter[Hashable] = Counter()

    def take(self, wanted: int, keys: Sequence[PositionKey]) -> list[tuple[PositionKey, int]]:
        """Take all from the first that has as much, else what there is from each in turn."""
        for key in keys:
            if self._left(key) >= wanted:
                return [self._take(key, wanted)]
        takings: list[tuple[PositionKey, int]] = []
        for key in keys:
            quantity = min(self._left(key), wanted)
            if quantity > 0:
                takings.append(self._take(key, quantity))
                wanted -= quantity
        return takings

    def _take(self, key: PositionKey, quantity: int) -> tuple[PositionKey, int]:
        self._taken[key] += quantity
        pot = self._offered.pot(key)
        if pot is not None:
            self._drawn[pot] += quantity
        return key, quantity

    def _left(self, key: PositionKey) -> int:
        units = self._offered.units(key) - self._taken[key]
        pot = self._offered.pot(key)
        return units if pot is None else min(units, self._offered.left(key) - self._drawn[pot])
