"""Deciding how reservations end: consumed, released, found short, expired."""

from collections.abc import Sequence
from datetime import datetime

from inventory_svc.domain.refusals import reservation_not_found
from inventory_svc.domain.stock.commands import (
    ConsumeReservation,
    ExpireReservation,
    PeggedQuantity,
    ReleaseReservation,
    ReportShort,
)
from inventory_svc.domain.stock.deciding import pegs, pieces
from inventory_svc.domain.stock.deciding.answers import Answer, about_reservation, refused
from inventory_svc.domain.stock.deciding.awaiting import given_back
from inventory_svc.domain.stock.draft import Cause, Change, OpenPosition, StockDraft
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.reservation import (
    Reservation,
    ReservationState,
    tombstone,
    with_pegs,
)
from retail_kit.quantities import LARGEST


def decide_consumption(command: ConsumeReservation, draft: StockDraft) -> Answer:
    """Take the goods off the books: what has left the building is booked whatever is still kept.

    What was no longer kept, released or expired meanwhile, leaves as a correction.
    """
    reservation = draft.reservation(command.reservation_id)
    if reservation is None:
        return refused(reservation_not_found(command.reservation_id))
    problems = pegs.unknown(reservation, command.lines)
    if problems:
        return refused(*problems)
    cause = Cause(command.request.identifier, command.actor, reservation.identifier)
    changed = []
    for peg, units in pegs.taken_by_peg(reservation, command.lines):
        kept = min(units, peg.open)
        position = draft.position(peg.position)
        if units:
            pieces.leave(peg, units, reservation, draft, cause)
        if kept:
            leaving = min(kept, position.unnamed)
            change = pegs.freed(reservation, kept)._replace(on_hand=-leaving)
            position.move(MovementKind.CONSUMED, change, cause._replace(share=peg.share))
            pegs.ship_drawn(reservation, peg, kept, draft)
        _correct(position, units - kept, cause)
        changed.append(pegs.consumed(peg, kept))
    if tuple(changed) != reservation.pegs:
        draft.save(with_pegs(reservation, changed, ended=ReservationState.CONSUMED))
    return about_reservation(reservation.identifier)


def decide_release(command: ReleaseReservation, draft: StockDraft) -> Answer:
    """Give the goods back; what is no longer kept is no reason to refuse, unless it is named.

    Of named units those that do not come any more are given up first: whoever waits for them need
    not have heard of that, and keeps all that still comes.
    """
    reservation = draft.reservation(command.reservation_id)
    if reservation is None and command.tombstone_for is not None:
        order = command.tombstone_for
        draft.save(tombstone(command.reservation_id, order, command.actor, draft.now))
        return about_reservation(command.reservation_id)
    if reservation is None:
        return refused(reservation_not_found(command.reservation_id))
    no_right = command.right and command.right.refusal_of(reservation)
    if no_right:
        return refused(no_right)
    lines = pegs.all_open(reservation) if command.lines is None else command.lines
    problems = pegs.exceeded(reservation, lines, awaited=True)
    if problems:
        return refused(*problems)
    after = reservation
    if command.lines is not None:
        after, lines = pegs.write_off(reservation, lines)
    if lines:
        cause = Cause(command.request.identifier, command.actor, reservation.identifier)
        late = reservation.has_expired(draft.now)
        _free(after, lines, draft, cause, expired=late)
    elif after != reservation:
        draft.save(after)
    return about_reservation(reservation.identifier)


def decide_expiry(command: ExpireReservation, draft: StockDraft) -> Answer:
    """Write down an expiry that is due; anything else is left alone."""
    reservation = draft.reservation(command.reservation_id)
    if reservation is None:
        return refused(reservation_not_found(command.reservation_id))
    if reservation.state is ReservationState.ACTIVE and reservation.has_expired(draft.now):
        cause = Cause(f"expiry:{reservation.identifier}", command.actor, reservation.identifier)
        _free(reservation, pegs.all_open(reservation), draft, cause, expired=True)
    return about_reservation(reservation.identifier)


def decide_short(command: ReportShort, draft: StockDraft) -> Answer:
    """Believe the eyes: on hand becomes what was counted plus what is kept or declared.

    It stays above the pieces that are known there: a count does not say which of them is missing.
    """
    reservation = draft.reservation(command.reservation_id)
    if reservation is None:
        return refused(reservation_not_found(command.reservation_id))
    lines = (PeggedQuantity(command.line_id, command.location, command.missing),)
    problems = pegs.exceeded(reservation, lines)
    if problems:
        return refused(*problems)
    changed = []
    for peg, units in pegs.taken_by_peg(reservation, lines):
        if units:
            position = draft.position(peg.position)
            change = pegs.freed(reservation, units)
            kept = _still_kept(position, change, draft.now) + position.unavailable
            found = min(LARGEST, command.counted + kept)
            cause = Cause(command.request.identifier, command.actor, reservation.identifier)
            pieces.go_missing(peg, reservation, draft, cause)
            found = max(found, position.pieces)
            correction = change._replace(on_hand=found - position.on_hand)
            position.move(MovementKind.SHORT, correction, cause._replace(share=peg.share))
            pegs.undraw(reservation, peg, units, draft)
        changed.append(pegs.short(peg, units))
    draft.save(with_pegs(reservation, changed, ended=ReservationState.RELEASED))
    return about_reservation(reservation.identifier)


def _correct(position: OpenPosition, units: int, cause: Cause) -> None:
    """Take units off the shelf that nothing was kept for, as far as the book has any."""
    leaving = min(units, position.unnamed)
    if leaving:
        reasoned = cause._replace(reason=AdjustmentReason.CORRECTION)
        position.move(MovementKind.ADJUSTED, Change(on_hand=-leaving), reasoned)


def _free(
    reservation: Reservation,
    lines: Sequence[PeggedQuantity],
    draft: StockDraft,
    cause: Cause,
    *,
    expired: bool,
) -> None:
    kind = MovementKind.EXPIRED if expired else MovementKind.RELEASED
    ended = ReservationState.EXPIRED if expired else ReservationState.RELEASED
    changed = []
    waiting, rest = pegs.taken_by_row(reservation, lines)
    rows = [given_back(reservation, row, units, draft) for row, units in waiting]
    for peg, units in pegs.taken_by_peg(reservation, rest):
        if units:
            shared = cause._replace(share=peg.share)
            draft.position(peg.position).move(kind, pegs.freed(reservation, units), shared)
            pieces.come_free(peg, reservation, draft, cause)
            pegs.undraw(reservation, peg, units, draft)
        changed.append(pegs.released(peg, units))
    draft.save(with_pegs(reservation, changed, ended=ended, awaited=rows))


def _still_kept(position: OpenPosition, change: Change, now: datetime) -> int:
    """Units that are kept at a position, for others or still for this one, after a change."""
    ended = change.expires_at is None or change.expires_at <= now
    return position.allocated + change.allocated + position.held + (0 if ended else change.held)
