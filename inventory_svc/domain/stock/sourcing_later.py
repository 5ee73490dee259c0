"""Where to take goods from that are not all there yet: for the soonest date, line by line."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple, Protocol

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import WantedLine
from inventory_svc.domain.stock.inbound.phase import (
    Phase,
    Phases,
    added_up,
    limited,
    quantity_by,
)
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.inbound.timeline import Timeline
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.sourcing import Shortage, demand_of


class OfferedLater(Protocol):
    """What may be promised at positions from now on, and the shares that they have in common."""

    def timeline(self, key: PositionKey) -> Timeline:
        """Give what a position can promise."""

    def pot(self, key: PositionKey) -> Hashable | None:
        """Give the share that a position draws on together with others, if there is one."""

    def left(self, key: PositionKey) -> Phases:
        """Give what will be left of the share that a position draws on."""


class LaterPeg(NamedTuple):
    """Units of a line kept at a position, or pegged to a supply that is on its way there.

    `serial` names the piece, if it is one that is known by its serial number.
    """

    line_id: str
    position: PositionKey
    source: InboundKey | None
    quantity: int
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class LaterSourcing:
    """Where each line is taken from; with a shortage nothing is taken."""

    pegs: tuple[LaterPeg, ...] = ()
    shortages: tuple[Shortage, ...] = ()


def choose_later(
    lines: Sequence[WantedLine],
    candidates: Sequence[str],
    offered: OfferedLater,
    until: datetime,
) -> LaterSourcing:
    """Take each line for the soonest date at which the candidates can have all of it.

    From the first that has it whole by then, else from the first that have some.
    """
    basket = _Basket(offered, until)
    pegs: list[LaterPeg] = []
    short: set[tuple[str, Condition]] = set()
    for line in lines:
        keys = _keys(line.sku, line.condition, candidates)
        soonest = basket.soonest(line.quantity, keys)
        if soonest is None:
            short.add((line.sku, line.condition))
        else:
            pegs.extend(basket.take(line, keys, soonest))
    if not short:
        return LaterSourcing(tuple(pegs))
    untouched = _Basket(offered, until)
    return LaterSourcing(
        shortages=tuple(
            Shortage(sku, condition, units, untouched.most(_keys(sku, condition, candidates)))
            for (sku, condition), units in demand_of(lines).items()
            if (sku, condition) in short
        )
    )


def _keys(sku: str, condition: Condition, candidates: Sequence[str]) -> list[PositionKey]:
    return [PositionKey(sku, code, condition) for code in candidates]


class _Basket:
    """What the lines so far have taken, of positions and of shares."""

    def __init__(self, offered: OfferedLater, until: datetime) -> None:
        self._offered = offered
        self._until = until
        self._timelines: dict[PositionKey, Timeline] = {}
        self._drawn: Counter[Hashable] = Counter()

    def soonest(self, quantity: int, keys: Sequence[PositionKey]) -> datetime | None:
        """Give the first moment by which the positions have so many units together."""
        reached = self._reached(keys)
        return next((phase.at for phase in reached if phase.quantity >= quantity), None)

    def most(self, keys: Sequence[PositionKey]) -> int:
        """Give the most that the positions have together at any moment in time."""
        return max((phase.quantity for phase in self._reached(keys)), default=0)

    def take(
        self, line: WantedLine, keys: Sequence[PositionKey], moment: datetime
    ) -> list[LaterPeg]:
        """Take a line for a moment by which it can be had."""
        for key in keys:
            if self._units(key, moment) >= line.quantity:
                return self._take(line, key, line.quantity, moment)
        pegs: list[LaterPeg] = []
        wanted = line.quantity
        for key in keys:
            units = min(self._units(key, moment), wanted)
            if units > 0:
                pegs.extend(self._take(line, key, units, moment))
                wanted -= units
        return pegs

    def _take(
        self, line: WantedLine, key: PositionKey, units: int, moment: datetime
    ) -> list[LaterPeg]:
        takings, self._timelines[key] = self._timeline(key).taken(units, moment)
        pot = self._offered.pot(key)
        if pot is not None:
            self._drawn[pot] += units
        return [LaterPeg(line.line_id, key, each.source, each.units) for each in takings]

    def _units(self, key: PositionKey, moment: datetime) -> int:
        units = self._timeline(key).by(moment)
        pot = self._offered.pot(key)
        return units if pot is None else min(units, self._left(key, pot, moment))

    def _left(self, key: PositionKey, pot: Hashable, moment: datetime) -> int:
        return max(0, quantity_by(self._offered.left(key), moment) - self._drawn[pot])

    def _timeline(self, key: PositionKey) -> Timeline:
        if key not in self._timelines:
            self._timelines[key] = self._offered.timeline(key)
        return self._timelines[key]

    def _reached(self, keys: Sequence[PositionKey]) -> list[Phase]:
        """Give what the positions have together, at the moments in time at which one changes."""
        together = self._together(keys)
        moments = sorted({at for key in keys for at, _ in self._timeline(key).phases()})
        return [
            Phase(at, quantity_by(together, at))
            for at in moments
            if at <= self._until or at == moments[0]
        ]

    def _together(self, keys: Sequence[PositionKey]) -> Phases:
        """Add up what positions can promise, of each share no more than is left of it."""
        free: list[Phases] = []
        shared: dict[Hashable, list[PositionKey]] = {}
        for key in keys:
            pot = self._offered.pot(key)
            if pot is None:
                free.append(self._timeline(key).phases())
            else:
                shared.setdefault(pot, []).append(key)
        return added_up((*free, *(self._shared(pot, among) for pot, among in shared.items())))

    def _shared(self, pot: Hashable, keys: Sequence[PositionKey]) -> Phases:
        """Add up what positions can promise that draw on the same share."""
        drawn = self._drawn[pot]
        left = [Phase(at, max(0, units - drawn)) for at, units in self._offered.left(keys[0])]
        return limited(added_up(self._timeline(key).phases() for key in keys), left)
