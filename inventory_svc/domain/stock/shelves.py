"""The shelves of all locations that hold one item in one condition, packed to be read often.

A read model of the positions: what the formula of availability looks at, and no more. Answers are
made from it; commits decide on the positions themselves.
"""

from array import array
from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from inventory_svc.domain.stock.pace import Pace
from inventory_svc.domain.stock.position import Hold, Position, held_in

Column: TypeAlias = "array[int]"
"""One 32-bit number for each location."""

REMEMBERED_PLACES = 1_000


class Shelf(NamedTuple):
    """What one location holds, as it was at one version of its position.

    Every number has a column of the same name and place in `Columns`.
    """

    on_hand: int
    allocated: int
    unavailable_units: int
    version: int
    sold_thousandths: int = 0
    sold_day: int = 0
    holds: tuple[Hold, ...] = ()

    @property
    def numbers(self) -> tuple[int, ...]:
        """What is packed in columns, in their order."""
        return self[:-1]

    @property
    def counted_at(self) -> datetime | None:
        """Not packed: a count that confirms a number is no news, so nobody would hear of it.

        What was drawn of shares comes to shelves without the shipments that were counted since.
        """
        return None

    @property
    def pace(self) -> Pace:
        """How fast it sells."""
        return Pace(self.sold_thousandths, self.sold_day)

    def held(self, now: datetime) -> int:
        """Units in holds that have not ended."""
        return held_in(self.holds, now)

    @staticmethod
    def of(position: Position) -> "Shelf":
        """Give what of a position is packed."""
        return Shelf(
            position.on_hand,
            position.allocated,
            position.unavailable_units,
            position.version,
            *position.pace,
            position.holds,
        )


class Places:
    """Which locations there are, by the number of their row; items share them."""

    __slots__ = ("codes", "row")

    def __init__(self, codes: tuple[str, ...]) -> None:
        self.codes = codes
        self.row = {code: number for number, code in enumerate(codes)}


@lru_cache(REMEMBERED_PLACES)
def places_of(codes: tuple[str, ...]) -> Places:
    """Give the places of these locations; the same for all items that lie there."""
    return Places(codes)


class Columns(NamedTuple):
    """The numbers of the shelves, a column for each; all are as long as there are places."""

    on_hand: Column
    allocated: Column
    unavailable_units: Column
    version: Column
    sold_thousandths: Column
    sold_day: Column


_COLUMNS = len(Columns._fields)


class Shelves(Mapping[str, Shelf]):
    """Shelves by the code of their location; never changed once made."""

    __slots__ = ("columns", "holds", "places")

    def __init__(
        self, places: Places, columns: Columns, holds: Mapping[int, tuple[Hold, ...]]
    ) -> None:
        self.places = places
        self.columns = columns
        self.holds = holds

    @staticmethod
    def of(shelves: Mapping[str, Shelf]) -> "Shelves":
        """Pack shelves, in the order of their locations."""
        codes = tuple(sorted(shelves))
        rows = [shelves[code] for code in codes]
        numbers = [row.numbers for row in rows]
        columns = Columns(*(array("i", [each[at] for each in numbers]) for at in range(_COLUMNS)))
        holds = {number: row.holds for number, row in enumerate(rows) if row.holds}
        return Shelves(places_of(codes), columns, holds)

    def with_shelves(self, changed: Mapping[str, Shelf]) -> "Shelves":
        """Give the shelves with some of them as they are by now; new locations are added."""
        row = self.places.row
        if any(code not in row for code in changed):
            return Shelves.of({**self, **changed})
        columns, holds = Columns(*(column[:] for column in self.columns)), dict(self.holds)
        for code, shelf in changed.items():
            number = row[code]
            for column, units in zip(columns, shelf.numbers, strict=True):
                column[number] = units
            holds.pop(number, None)
            if shelf.holds:
                holds[number] = shelf.holds
        return Shelves(self.places, columns, holds)

    def version_of(self, location: str) -> int:
        """Give the version of a position that is packed; 0 if there is none."""
        number = self.places.row.get(location)
        return 0 if number is None else self.columns.version[number]

    def next_end(self, now: datetime) -> datetime | None:
        """Give when the next hold ends; None if none is left."""
        ends = (hold.expires_at for holds in self.holds.values() for hold in holds)
        return min((end for end in ends if end > now), default=None)

    def spread(self) -> dict[str, Shelf]:
        """Give all shelves at once, for who looks at most of them."""
        shelves = dict(zip(self.places.codes, map(Shelf, *self.columns), strict=True))
        for number, holds in self.holds.items():
            code = self.places.codes[number]
            shelves[code] = shelves[code]._replace(holds=holds)
        return shelves

    def __getitem__(self, location: str) -> Shelf:
        return self._shelf(self.places.row[location])

    def __iter__(self) -> Iterator[str]:
        return iter(self.places.codes)

    def __len__(self) -> int:
        return len(self.places.codes)

    def _shelf(self, number: int) -> Shelf:
        on_hand, allocated, unavailable, version, sold, day = (
            column[number] for column in self.columns
        )
        held = self.holds.get(number, ())
        return Shelf(on_hand, allocated, unavailable, version, sold, day, held)


NOTHING = Shelves.of({})


def shelves_of_positions(positions: Iterable[Position]) -> Shelves:
    """Pack the positions of one item in one condition."""
    return Shelves.of({position.key.location: Shelf.of(position) for position in positions})
