"""A line of an order: what, how many, at which price, and its units in slices."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple, TypeAlias

from order_svc.domain.lifecycles.order_status import OrderStatus, folded_status
from order_svc.domain.lifecycles.slices import HANDED_OVER, RESUMABLE, SliceState, step
from retail_kit.money import Money


class PriceSource(StrEnum):
    """Where a price comes from."""

    PRICE_BOOK = "PRICE_BOOK"
    GIVEN = "GIVEN"
    PIECE = "PIECE"


class Hands(NamedTuple):
    """Who has the units: a fulfilment, a parcel of it, a search for stock, or a return.

    Units that wait for goods are kept by a reservation, at the location where these will be. They
    may stay kept while others are sought that come in time.
    """

    fulfilment_id: str | None = None
    parcel_id: str | None = None
    sourcing_id: str | None = None
    return_id: str | None = None
    reservation_id: str | None = None
    location_code: str | None = None


NOBODY: Final = Hands()


class Wait(NamedTuple):
    """When all is there that a reservation keeps for a line, as its `version` says.

    So many units are `late`: they come after the date that the order accepts.
    """

    reservation_id: str
    available_from: datetime
    version: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True)
class Slice:
    """Some units of a line that have come equally far, in the same hands."""

    quantity: int
    state: SliceState
    hands: Hands = NOBODY


@dataclass(frozen=True, slots=True)
class Discount:
    """What is taken off a line as a whole; given with the order, never computed."""

    code: str
    amount: Money


class NotEnough(Exception):
    """More units were asked for than the matching slices hold; nothing was changed."""

    def __init__(self, line_id: str, asked: int, there_is: int) -> None:
        super().__init__(f"{asked} of {there_is} on {line_id}")
        self.line_id = line_id
        self.asked = asked
        self.there_is = there_is


_ORDER_OF_STATES: Final = {state: place for place, state in enumerate(SliceState)}


@dataclass(frozen=True, slots=True)
class Line:
    """Units of one SKU at one price; its slices always add up to its quantity.

    `charged_minor` is the price of what has left, in minor units: discounts do not always divide
    by the units, so it is fixed when they leave. It has one of `waits` for each reservation that
    keeps goods to come for it. `serial` names the piece that was ordered.
    """

    id: str
    sku: str
    quantity: int
    unit_price: Money
    price_source: PriceSource
    slices: tuple[Slice, ...]
    backorder_allowed: bool = False
    excluded_locations: tuple[str, ...] = ()
    discounts: tuple[Discount, ...] = ()
    charged_minor: int = 0
    serial: str | None = None
    version: int = 0
    waits: tuple[Wait, ...] = ()

    def __post_init__(self) -> None:
        if sum(part.quantity for part in self.slices) != self.quantity:
            raise ValueError(f"The slices of line {self.id} do not add up to {self.quantity}.")

    @property
    def status(self) -> OrderStatus:
        """What the line is at as a whole."""
        return folded_status(part.state for part in self.slices)

    @property
    def available_from(self) -> datetime | None:
        """When all that it waits for will be there and may leave; None if it waits for nothing."""
        return max((wait.available_from for wait in self.waits), default=None)

    @property
    def is_late(self) -> bool:
        """Whether units that it waits for come later than the order accepts."""
        return any(wait.late for wait in self.waits)

    @property
    def seeks_in_time(self) -> bool:
        """Whether others are sought for units that come too late."""
        return any(part.hands.sourcing_id and part.hands.reservation_id for part in self.slices)

    @property
    def total(self) -> Money:
        """The price of everything that was ordered, discounts taken off."""
        off = sum(discount.amount.minor for discount in self.discounts)
        return self.unit_price * self.quantity - Money(off, self.unit_price.currency)

    @property
    def charged(self) -> Money:
        """The price of what has left."""
        return Money(self.charged_minor, self.unit_price.currency)

    @property
    def cancelled_total(self) -> Money:
        """The price of what was cancelled."""
        return self.price_of(self.settled) - self.charged

    @property
    def wanted_total(self) -> Money:
        """The price of what was not cancelled."""
        return self.total - self.cancelled_total

    @property
    def settled(self) -> int:
        """How many units have left or were cancelled."""
        return self.quantity_in(SliceState.CANCELLED, *HANDED_OVER)

    def price_of(self, units: int) -> Money:
        """The price of so many units, the first to be settled; that of all of them is the total.

        Units of one line may so differ by a cent, and nothing is lost or won.
        """
        return Money(self.total.minor * units // self.quantity, self.unit_price.currency)

    def quantity_in(self, *states: SliceState) -> int:
        """How many units are in one of these states."""
        return sum(part.quantity for part in self.slices if part.state in states)


Matching: TypeAlias = Callable[[Slice], bool]
"""Which slices a move takes units from."""


def is_sought_by_nobody(part: Slice) -> bool:
    """Whether units lack stock, and wait for somebody to look for it again."""
    return part.state in RESUMABLE and part.hands.reservation_id is None


def move(
    line: Line,
    quantity: int,
    matching: Matching,
    path: tuple[SliceState, ...],
    *,
    hands: Hands | None = None,
) -> Line:
    """Take units from the matching slices, in order, along the path of states.

    `hands` is who has them afterwards; without it they stay where they are. The line waits no more
    on a reservation that none of its units has in hand.
    """
    there_is = sum(part.quantity for part in line.slices if matching(part))
    if quantity > there_is:
        raise NotEnough(line.id, quantity, there_is)
    kept: list[Slice] = []
    left = quantity
    for part in line.slices:
        taken = min(left, part.quantity) if matching(part) else 0
        left -= taken
        if taken:
            kept.append(Slice(taken, step(part.state, *path), hands or part.hands))
        if part.quantity > taken:
            kept.append(replace(part, quantity=part.quantity - taken))
    parts = merged(kept)
    keepers = {part.hands.reservation_id for part in parts}
    waits = tuple(wait for wait in line.waits if wait.reservation_id in keepers)
    return replace(line, slices=parts, waits=waits)


def waiting(line: Line, wait: Wait) -> Line:
    """Have the line wait so on a reservation, however it waited on it before."""
    others = (each for each in line.waits if each.reservation_id != wait.reservation_id)
    return replace(line, waits=tuple(sorted((*others, wait))))


def merged(parts: Iterable[Slice]) -> tuple[Slice, ...]:
    """Join slices that differ in nothing but quantity, and put them in the order of states."""
    quantities: dict[tuple[SliceState, Hands], int] = {}
    for part in parts:
        key = (part.state, part.hands)
        quantities[key] = quantities.get(key, 0) + part.quantity
    return tuple(Slice(quantities[key], *key) for key in sorted(quantities, key=_place_of))


def _place_of(key: tuple[SliceState, Hands]) -> tuple[int, tuple[str, ...]]:
    state, hands = key
    return _ORDER_OF_STATES[state], tuple(holder or "" for holder in hands)
