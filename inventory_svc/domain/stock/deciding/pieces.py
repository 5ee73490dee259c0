"""What becomes of the piece that a peg names, when the reservation takes it or ends."""

from typing import Final

from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.reservation import Peg, Reservation
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import Claim, SerialUnit, UnitState

MOST_PIECES: Final = 200
"""Pieces that one reservation keeps: each has a row of its own."""


def claim(serial: str, claim: Claim, draft: StockDraft, cause: Cause) -> None:
    """Keep a piece that is nobody's for a line of a reservation."""
    unit = draft.units.find(serial)
    if unit is not None:
        draft.units.step(unit.claimed(claim), UnitStepKind.RESERVED, cause)


def leave(peg: Peg, units: int, reservation: Reservation, draft: StockDraft, cause: Cause) -> None:
    """Have the pieces be sold that have left; what has left has left, whoever claims it now."""
    kept_for = Claim(reservation.identifier, peg.line_id, reservation.order_id)
    for unit in _leaving(peg, units, draft):
        draft.units.step(unit.gone(UnitState.SOLD, draft.now, kept_for), UnitStepKind.SOLD, cause)


def go_missing(peg: Peg, reservation: Reservation, draft: StockDraft, cause: Cause) -> None:
    """Have the piece be missing that was kept and not found."""
    unit = _named(peg, draft)
    if unit is not None and unit.is_kept_by(reservation.identifier):
        missing = unit.gone(UnitState.MISSING, draft.now)
        draft.units.step(missing, UnitStepKind.MISSING, cause)


def come_free(peg: Peg, reservation: Reservation, draft: StockDraft, cause: Cause) -> None:
    """Give the piece back to everyone, unless somebody else keeps it by now."""
    unit = _named(peg, draft)
    if unit is not None and unit.is_kept_by(reservation.identifier):
        draft.units.step(unit.freed(), UnitStepKind.RELEASED, cause)


def _leaving(peg: Peg, units: int, draft: StockDraft) -> list[SerialUnit]:
    """Give the piece that a peg names, if it is there; or pieces for units that name none.

    Where too few units without a name are left, what leaves are pieces that are nobody's.
    """
    if peg.serial is None:
        lacking = units - draft.position(peg.position).unnamed
        return draft.free_pieces(peg.position)[: max(0, lacking)]
    unit = draft.units.find(peg.serial)
    is_there = unit is not None and unit.is_on_hand and unit.position == peg.position
    return [unit] if unit is not None and is_there else []


def _named(peg: Peg, draft: StockDraft) -> SerialUnit | None:
    return None if peg.serial is None else draft.units.find(peg.serial)
