"""Deciding what an order gets of reservations that it takes over, and how these end."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple, TypeAlias

from inventory_svc.domain.refusals import (
    reservation_does_not_fit,
    reservation_ended,
    reservation_not_found,
)
from inventory_svc.domain.stock.commands import ReserveStock, WantedLine
from inventory_svc.domain.stock.deciding import pegs, pieces
from inventory_svc.domain.stock.deciding.awaiting import given_back
from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.reservation import (
    Awaited,
    Peg,
    Reservation,
    ReservationState,
    with_pegs,
)
from inventory_svc.domain.stock.sourcing_later import LaterPeg
from service_kit.commands.denials import forbidden
from service_kit.commands.refusal import Refusal

Path: TypeAlias = tuple[str, ...]


class Taking(NamedTuple):
    """Units of a row of a reservation that a line gets."""

    row: int
    units: int
    peg: LaterPeg


@dataclass(frozen=True, slots=True)
class TakenOver:
    """What the lines get of each reservation, and what they still want; or why they get nothing.

    `left` has a line for each that is wanted, of no units where the reservations have all of it.
    """

    left: tuple[WantedLine, ...]
    takings: tuple[tuple[Reservation, tuple[Taking, ...]], ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def pegs(self) -> tuple[LaterPeg, ...]:
        """What the lines get, where it is."""
        return tuple(taking.peg for _, takings in self.takings for taking in takings)

    def queue_for(self, found: Sequence[LaterPeg]) -> str:
        """Give the best place among those who wait that the reservations had, if there is one.

        Whoever waits for more than that has no better place than others who come now.
        """
        if any(each.source for each in found):
            return ""
        waiting = (hold for hold, takings in self.takings if any(one.peg.source for one in takings))
        return min((hold.queue for hold in waiting), default="")

    def units_of(self, line_ids: frozenset[str]) -> int:
        """Add up what some lines get."""
        return sum(peg.quantity for peg in self.pegs if peg.line_id in line_ids)


@dataclass(slots=True)
class _Lines:
    """The lines of an order as they are met one by one."""

    command: ReserveStock
    draft: StockDraft
    left: list[WantedLine]
    takings: dict[str, list[Taking]] = field(default_factory=lambda: defaultdict(list))

    def may_take(self, hold: Reservation) -> bool:
        """Whether a reservation keeps anything that was wanted, whoever else has it too."""
        return hold.channel in (None, self.command.channel) and any(
            row.open and self._fits(hold, row, line)
            for row in hold.everything
            for line in self.command.lines
        )

    def take(self, hold: Reservation) -> None:
        """Give the lines what a reservation keeps: first the pieces that they name."""
        rows = list(enumerate(hold.everything))
        for named in (True, False):
            for at, row in rows:
                taken = sum(each.units for each in self.takings[hold.identifier] if each.row == at)
                self._share_out(hold, at, row, row.open - taken, named=named)

    def _share_out(
        self, hold: Reservation, at: int, row: Peg | Awaited, units: int, *, named: bool
    ) -> None:
        for place, line in enumerate(self.left):
            more = min(units, line.quantity)
            if more > 0 and (line.serial is not None) is named and self._fits(hold, row, line):
                units -= more
                self.left[place] = line._replace(quantity=line.quantity - more)
                source = row.supply if isinstance(row, Awaited) else None
                serial = row.serial if isinstance(row, Peg) else None
                peg = LaterPeg(line.line_id, row.position, source, more, serial)
                self.takings[hold.identifier].append(Taking(at, more, peg))

    def _fits(self, hold: Reservation, row: Peg | Awaited, line: WantedLine) -> bool:
        position = row.position
        same = (position.sku, position.condition) == (line.sku, line.condition)
        if not same or position.location not in self.command.candidates:
            return False
        if isinstance(row, Awaited):
            return line.serial is None and self._comes_in_time(row)
        if row.serial is None:
            return line.serial is None
        unit = self.draft.units.find(row.serial)
        kept = unit is not None and unit.is_kept_by(hold.identifier)
        return kept and line.serial in (None, row.serial)

    def _comes_in_time(self, row: Awaited) -> bool:
        supply = self.draft.inbound(row.supply)
        until = self.command.until
        return until is not None and supply is not None and supply.available_from <= until


def taken_over(command: ReserveStock, draft: StockDraft) -> TakenOver:
    """Share out what the named reservations keep; what has expired keeps nothing.

    Nothing changes yet. Each must fit: the channel, and at least one unit that is wanted, at a
    location that the order may be served from.
    """
    if command.takeover is None:
        return TakenOver(command.lines)
    lines = _Lines(command, draft, list(command.lines))
    holds: list[Reservation] = []
    refusals: list[Refusal] = []
    for at, identifier in enumerate(command.takeover.reservations):
        path = ("input", "reservationIds", str(at))
        hold = draft.reservation(identifier)
        problem = _problem(hold, identifier, command.takeover.right, draft, path)
        if problem is not None:
            refusals.append(problem)
        elif hold is None or hold.has_expired(draft.now):
            continue
        elif not lines.may_take(hold):
            refusals.append(reservation_does_not_fit(identifier, *path))
        else:
            lines.take(hold)
            holds.append(hold)
    takings = tuple((hold, tuple(lines.takings[hold.identifier])) for hold in holds)
    return TakenOver(tuple(lines.left), takings, tuple(refusals))


def end_taken_over(taken: TakenOver, command: ReserveStock, draft: StockDraft) -> None:
    """End the reservations: what the lines get is nobody's now, and the rest is everyone's."""
    for hold, takings in taken.takings:
        cause = Cause(command.request.identifier, command.actor, hold.identifier)
        units = [0] * len(hold.everything)
        for taking in takings:
            units[taking.row] += taking.units
        kept = list(_ended(hold, units, draft, cause))
        rows = [given_back(hold, row, row.open, draft) for row in hold.awaited]
        ended = ReservationState.CONSUMED if takings else ReservationState.RELEASED
        draft.save(with_pegs(hold, kept, ended=ended, awaited=rows))


def _ended(
    hold: Reservation, units: Sequence[int], draft: StockDraft, cause: Cause
) -> Iterator[Peg]:
    for peg, taken in zip(hold.pegs, units, strict=False):
        rest = peg.open - taken
        shared = cause._replace(share=peg.share)
        position = draft.position(peg.position)
        if taken:
            position.move(MovementKind.CONVERTED, pegs.freed(hold, taken), shared)
        if rest:
            position.move(MovementKind.RELEASED, pegs.freed(hold, rest), shared)
            pieces.come_free(peg, hold, draft, cause)
        pegs.undraw(hold, peg, peg.open, draft)
        yield replace(peg, consumed=peg.consumed + taken, released=peg.released + rest)


def _problem(
    hold: Reservation | None, identifier: str, right: ReleaseRight, draft: StockDraft, path: Path
) -> Refusal | None:
    """Give why a reservation cannot be taken over by whoever names it."""
    if hold is None:
        return reservation_not_found(identifier, *path)
    no_right = right.refusal_of(hold)
    if no_right is not None:
        return Refusal(no_right.code, no_right.message, path=path, params=no_right.params)
    state = hold.state_at(draft.now)
    if state in {ReservationState.CONSUMED, ReservationState.RELEASED}:
        return reservation_ended(identifier, state.value, *path)
    if hold.order_id is not None:
        return forbidden("An order keeps these goods.", *path)
    return None
