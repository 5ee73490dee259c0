"""Many writers of stock at once, and what the books must say when they have finished."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from random import Random
from typing import NamedTuple

from inventory_svc.domain.stock.commands import FeedMode, StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Reservation, ReservationState
from inventory_svc.ports.stock import StockCommits
from service_kit.commands.refusal import Refusal
from tests.support import stock as build

SKUS = ("shirt", "hat", "boot")
PLACES = ("W1", "S1", "S2")
POSITIONS = tuple(PositionKey(sku, place) for sku in SKUS for place in PLACES)
HOLD_LASTS = timedelta(minutes=15)


class Wish(NamedTuple):
    """A command, and by how much it changes what is on the shelves if it is accepted."""

    command: StockCommand
    on_hand: Counter[PositionKey]


@dataclass(slots=True)
class Books:
    """What the writers were told, kept outside of the database."""

    told: list[tuple[StockCommand, Decided]] = field(default_factory=list)
    on_hand: Counter[PositionKey] = field(default_factory=Counter)
    _marks: dict[int, asyncio.Event] = field(default_factory=dict)

    def mark(self, number: int) -> asyncio.Event:
        """Give what is set once so many commands are decided."""
        return self._marks.setdefault(number, asyncio.Event())

    def enter(self, wish: Wish, decided: Decided) -> None:
        """Write down what became of a command."""
        self.told.append((wish.command, decided))
        if not decided.outcome.refusals:
            self.on_hand.update(wish.on_hand)
        if len(self.told) in self._marks:
            self._marks[len(self.told)].set()

    @property
    def reservations(self) -> list[str]:
        """The names of the reservations that were made."""
        made = (decided.outcome.values.get("reservationId") for _, decided in self.told)
        return sorted({str(name) for name in made if name is not None})


class Writer:
    """One who keeps receiving, buying, holding, shipping and giving back, by a script of chance.

    What is not answered is asked again with the same key, as a client does.
    """

    def __init__(self, number: int, seed: int, now: datetime) -> None:
        self._random = Random(f"{seed}/{number}")  # noqa: S311  # a script, no secret
        self._now = now
        self._mine: list[Reservation] = []

    async def write(self, commands: int, commits: StockCommits, books: Books) -> None:
        """Give so many commands, one after the other."""
        for _ in range(commands):
            wish = self._next()
            decided = await _answered(wish.command, commits)
            books.enter(wish, decided)
            reservation = decided.reservation
            if reservation is not None and reservation.state is ReservationState.ACTIVE:
                self._mine.append(reservation)

    def _next(self) -> Wish:
        draw = self._random
        if self._mine and draw.random() < 0.4:
            return self._ending(self._mine.pop(draw.randrange(len(self._mine))))
        places = tuple(draw.sample(PLACES, len(PLACES)))
        skus = draw.sample(SKUS, draw.randint(1, len(SKUS)))
        received, delta = draw.choice(POSITIONS), draw.randint(1, 2)
        fed = {key: draw.randint(0, 1) for key in draw.sample(POSITIONS, 4)}
        return draw.choice(
            (
                _wish(build.an_allocation(*((sku, draw.randint(1, 3)) for sku in skus))),
                _wish(build.an_allocation((SKUS[0], 1), among=PLACES[:1])),
                _wish(build.an_allocation((skus[0], 2), among=places)),
                _wish(build.a_hold(skus[0], 2, at=places[0], expires_at=self._now + HOLD_LASTS)),
                Wish(build.an_adjustment(received, delta), Counter({received: delta})),
                Wish(build.a_feed(FeedMode.DELTA, *fed.items()), Counter(fed)),
            )
        )

    def _ending(self, reservation: Reservation) -> Wish:
        if self._random.random() < 0.5:
            return _wish(build.a_release(reservation))
        leaving = Counter[PositionKey]()
        for peg in reservation.pegs:
            leaving[peg.position] -= peg.open
        return Wish(build.a_consumption(reservation), leaving)


def kept(reservations: Sequence[Reservation]) -> Counter[PositionKey]:
    """Add up what reservations keep at each position."""
    units = Counter[PositionKey]()
    for reservation in reservations:
        for peg in reservation.pegs:
            units[peg.position] += peg.open
    return units


def _wish(command: StockCommand) -> Wish:
    return Wish(command, Counter())


async def _answered(command: StockCommand, commits: StockCommits) -> Decided:
    while True:
        try:
            return await commits.submit(command)
        except Refusal as refusal:
            if refusal.code != "UNAVAILABLE":
                raise
