"""Pieces in a reservation: those that lines name, and those that are given to the other lines."""

from collections import Counter
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from inventory_svc.domain.refusals import unit_not_available, unknown_unit
from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.deciding.offer import Offer
from inventory_svc.domain.stock.draft import StockDraft
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.sourcing import Offered
from inventory_svc.domain.stock.sourcing_later import LaterPeg
from inventory_svc.domain.stock.units.unit import UnitState
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal


@dataclass(frozen=True, slots=True)
class NamedPieces:
    """The pieces that lines name, each at its position; or why they cannot be had."""

    pegs: tuple[LaterPeg, ...] = ()
    refusals: tuple[Refusal, ...] = ()


class Remaining:
    """An offer without the pieces that are taken by their names."""

    def __init__(self, offered: Offered, named: Iterable[LaterPeg]) -> None:
        self._offered = offered
        self._taken = Counter(peg.position for peg in named)
        self._drawn = Counter(
            pot for key in self._taken.elements() if (pot := offered.pot(key)) is not None
        )

    def units(self, key: PositionKey) -> int:
        """Give the units that a position can promise beside those pieces."""
        return max(0, self._offered.units(key) - self._taken[key])

    def pot(self, key: PositionKey) -> Hashable | None:
        """Give the share that a position draws on."""
        return self._offered.pot(key)

    def left(self, key: PositionKey) -> int:
        """Give what the pieces leave of the share that a position draws on."""
        return max(0, self._offered.left(key) - self._drawn[self._offered.pot(key)])


def named_pieces(command: ReserveStock, draft: StockDraft, offer: Offer) -> NamedPieces:
    """Find the pieces that lines name; each must be free, and sold from where it is."""
    lines = [
        (at, line)
        for at, line in enumerate(command.lines)
        if line.serial is not None and line.quantity
    ]
    if not lines:
        return NamedPieces()
    pegs: list[LaterPeg] = []
    refusals: list[Refusal] = []
    candidates = frozenset(command.candidates)
    times = Counter(line.serial for _, line in lines)
    for at, line in lines:
        path = ("input", "lines", str(at), "serial")
        refusal = _refusal(line, draft, candidates, Remaining(offer, pegs), path)
        if times[line.serial] > 1:
            refusals.append(invalid("Two lines name this piece.", *path))
        elif refusal is not None:
            refusals.append(refusal)
        elif (unit := draft.units.find(line.serial or "")) is not None:
            pegs.append(LaterPeg(line.line_id, unit.position, None, 1, unit.serial))
    return NamedPieces(tuple(pegs), tuple(refusals))


def with_pieces(chosen: Sequence[LaterPeg], draft: StockDraft) -> tuple[LaterPeg, ...]:
    """Give every unit that is there a name if it can have one: pieces go first, by serial."""
    gone = {each.serial for each in chosen}
    given: list[LaterPeg] = []
    for each in chosen:
        if each.source is None and each.serial is None:
            given.extend(_with_pieces(each, draft, gone))
        else:
            given.append(each)
    return tuple(given)


def _with_pieces(units: LaterPeg, draft: StockDraft, gone: set[str | None]) -> Iterator[LaterPeg]:
    left = units.quantity
    for unit in draft.free_pieces(units.position):
        if left and unit.serial not in gone:
            gone.add(unit.serial)
            left -= 1
            yield units._replace(quantity=1, serial=unit.serial)
    if left:
        yield units._replace(quantity=left)


def _refusal(
    line: WantedLine,
    draft: StockDraft,
    candidates: frozenset[str],
    offered: Remaining,
    path: tuple[str, ...],
) -> Refusal | None:
    serial = line.serial or ""
    unit = draft.units.find(serial)
    if unit is None:
        return unknown_unit(serial, *path)
    state, key = unit.state_at(draft.now), unit.position
    free = state is UnitState.IN_STOCK and key.location in candidates
    as_described = (key.sku, key.condition) == (line.sku, line.condition)
    pot = offered.pot(key)
    offers = offered.units(key) > 0 and (pot is None or offered.left(key) > 0)
    if free and as_described and offers:
        return None
    return unit_not_available(serial, state.value, *path)
