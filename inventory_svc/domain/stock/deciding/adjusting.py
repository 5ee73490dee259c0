"""Deciding what one position gains or loses by hand or at a till, and whose goods a till sells."""

from dataclasses import dataclass

from inventory_svc.domain.refusals import (
    reservation_does_not_fit,
    reservation_ended,
    reservation_not_found,
)
from inventory_svc.domain.stock.commands import AdjustStock
from inventory_svc.domain.stock.deciding import pegs, pieces
from inventory_svc.domain.stock.deciding.answers import (
    Answer,
    about_position,
    refused,
    version_conflict,
)
from inventory_svc.domain.stock.deciding.counting import out_of_bounds
from inventory_svc.domain.stock.draft import Cause, Change, OpenPosition, StockDraft
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.reservation import (
    Peg,
    Reservation,
    ReservationKind,
    ReservationState,
    with_pegs,
)
from inventory_svc.domain.stock.unavailable import Disposition
from service_kit.commands.denials import forbidden
from service_kit.commands.refusal import Refusal

_PATH = ("input", "reservationId")


@dataclass(frozen=True, slots=True)
class KeptUnits:
    """What a sale takes off each peg of the reservation that it names, 0 included."""

    reservation: Reservation
    taken: tuple[tuple[Peg, int], ...]

    @property
    def units(self) -> int:
        """All of it."""
        return sum(units for _, units in self.taken)

    @property
    def pieces(self) -> int:
        """Those that are known by their serial number."""
        return sum(units for peg, units in self.taken if peg.serial is not None)

    def by_share(self) -> dict[str | None, int]:
        """Those that were drawn under each rule of a share, or under none."""
        units: dict[str | None, int] = {}
        for peg, taken in self.taken:
            if taken:
                units[peg.share] = units.get(peg.share, 0) + taken
        return units


def decide_adjustment(command: AdjustStock, draft: StockDraft) -> Answer:
    """Move goods in or out of one position, never below nothing nor above what can be read.

    What a reservation keeps there is sold first if it is named; the rest of it stays kept.
    """
    position = draft.position(command.position)
    if command.expected_version not in (None, position.version):
        return refused(version_conflict(position.version))
    kept = _kept(command, draft)
    if isinstance(kept, Refusal):
        return refused(kept)
    named = 0 if kept is None else kept.pieces
    problem = out_of_bounds(position, command.quantity, "input", "quantity", named=named)
    if problem is not None:
        return refused(problem)
    cause = Cause(command.request.identifier, command.actor, reason=command.reason)
    change = _adjusted(command, position, 0 if kept is None else kept.units)
    if kept is None:
        position.move(MovementKind.ADJUSTED, change, cause)
    else:
        _sell(kept, position, change, cause, draft)
    return about_position(command.position)


def _kept(command: AdjustStock, draft: StockDraft) -> KeptUnits | Refusal | None:
    """Find what the reservation keeps of what is sold; one whose time is over keeps nothing."""
    identifier = command.reservation_id
    if identifier is None:
        return None
    reservation = draft.reservation(identifier)
    if reservation is None:
        return reservation_not_found(identifier)
    if reservation.kind is ReservationKind.ORDER:
        return forbidden("What an order keeps leaves with its fulfilments.", *_PATH)
    state = reservation.state_at(draft.now)
    if state is ReservationState.EXPIRED:
        return None
    if state is not ReservationState.ACTIVE:
        return reservation_ended(identifier, state.value, *_PATH)
    taken: list[tuple[Peg, int]] = []
    left = -command.quantity
    for peg in reservation.pegs:
        units = min(left, peg.open) if peg.position == command.position else 0
        left -= units
        taken.append((peg, units))
    found = KeptUnits(reservation, tuple(taken))
    return found if found.units else reservation_does_not_fit(identifier, *_PATH)


def _sell(
    kept: KeptUnits, position: OpenPosition, change: Change, cause: Cause, draft: StockDraft
) -> None:
    """Take the units off the shelf and off the reservation, as one movement for each share."""
    reservation = kept.reservation
    for share, units in kept.by_share().items():
        sold = pegs.freed(reservation, units)._replace(on_hand=-units)
        about = cause._replace(reservation_id=reservation.identifier, share=share)
        position.move(MovementKind.ADJUSTED, sold, about)
    beyond = change._replace(on_hand=change.on_hand + kept.units)
    if beyond != Change():
        position.move(MovementKind.ADJUSTED, beyond, cause)
    for peg, units in kept.taken:
        if units and peg.serial is not None:
            pieces.leave(peg, units, reservation, draft, cause)
        pegs.ship_drawn(reservation, peg, units, draft)
    left = [pegs.consumed(peg, units) for peg, units in kept.taken]
    draft.save(with_pegs(reservation, left, ended=ReservationState.CONSUMED))


def _adjusted(command: AdjustStock, position: OpenPosition, kept: int) -> Change:
    """Give the change of a position; units sold that nobody kept are first those being sold.

    Those that were kept are theirs too only where what is left on hand leaves no other choice.
    """
    selling = position.declared_units(Disposition.SALE_IN_PROGRESS)
    units = -command.quantity
    theirs = max(units - kept, selling - (position.on_hand - units))
    sold = min(units, selling, theirs) if command.reason is AdjustmentReason.SALE else 0
    if sold <= 0:
        return Change(on_hand=command.quantity)
    disposition = Disposition.SALE_IN_PROGRESS
    return Change(on_hand=command.quantity, unavailable=-sold, disposition=disposition)
