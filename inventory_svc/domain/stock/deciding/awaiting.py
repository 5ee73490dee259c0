"""What may become of units that a reservation waits for: they come, come otherwise, or not."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from inventory_svc.domain.stock.deciding import pegs, pieces
from inventory_svc.domain.stock.deciding.pieces import MOST_PIECES
from inventory_svc.domain.stock.draft import Cause, Change, StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.reservation import (
    Awaited,
    Peg,
    Reservation,
    ReservationState,
    with_pegs,
)
from inventory_svc.domain.stock.units.unit import Claim


def rows_waiting(
    reservation: Reservation, draft: StockDraft, supply: InboundKey | None = None
) -> Iterator[Awaited]:
    """Give what a reservation still waits for, of one supply alone if one is named."""
    if not reservation.has_expired(draft.now):
        for row in reservation.awaited:
            if row.open and supply in (None, row.supply):
                yield row


def come(
    reservation: Reservation, row: Awaited, units: int, draft: StockDraft, cause: Cause
) -> None:
    """Keep units that are there now for what waits for them, out of whatever supply they came."""
    expires_at = reservation.expires_at
    if expires_at is None:
        kind, change = MovementKind.ALLOCATED, Change(allocated=units)
    else:
        kind, change = MovementKind.HELD, Change(held=units, expires_at=expires_at)
    about = cause._replace(reservation_id=reservation.identifier, share=row.share)
    draft.position(row.position).move(kind, change, about)
    pegs.draw_now(reservation, row, units, draft)
    _serve(reservation, row, units, draft)
    _save(
        reservation,
        _with_taken(reservation, row, units, draft, cause),
        _replaced(reservation.awaited, row, replace(row, quantity=row.quantity - units)),
        draft,
    )


def come_with(
    reservation: Reservation, row: Awaited, units: int, other: InboundSupply, draft: StockDraft
) -> None:
    """Have units wait for another supply, for its date; the place among those who wait stays."""
    _serve(reservation, row, units, draft)
    kept = other.kept(units, reservation.expires_at)
    draft.save_inbound(replace(kept, places=kept.places + 1))
    left = _replaced(reservation.awaited, row, replace(row, quantity=row.quantity - units))
    _save(reservation, reservation.pegs, waiting_for(left, row, other, units), draft)


def never_come(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> None:
    """Give units up that no supply can bring: they are short."""
    _forget(reservation, row, units, draft)
    lost = replace(row, short=row.short + units)
    _save(reservation, reservation.pegs, _replaced(reservation.awaited, row, lost), draft)


def come_later(
    reservation: Reservation, row: Awaited, supply: InboundSupply, draft: StockDraft
) -> None:
    """Promise a row for the date that its supply has now."""
    moved = replace(row, available_from=supply.available_from)
    _save(reservation, reservation.pegs, _replaced(reservation.awaited, row, moved), draft)


def set_aside(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> None:
    """Promise units of a row to nobody, as long as it is looked what may take their place."""
    _forget(reservation, row, units, draft)


def take_up(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> None:
    """Promise units that were set aside again."""
    _forget(reservation, row, -units, draft)


def drawn_anew(
    reservation: Reservation, row: Awaited, units: int, share: str | None, draft: StockDraft
) -> tuple[Reservation, Awaited]:
    """Have units of a row draw on another share, or on none; give their row, and whose it is."""
    if share == row.share:
        return reservation, row
    moved = replace(row, quantity=units, released=0, short=0, written_off=0, share=share)
    set_aside(reservation, row, units, draft)
    take_up(reservation, moved, units, draft)
    rest = _replaced(reservation.awaited, row, replace(row, quantity=row.quantity - units))
    changed = replace(reservation, awaited=(*rest, moved))
    draft.save(changed)
    return changed, moved


def given_back(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> Awaited:
    """Free units of a supply that are not waited for any more, and give the row without them."""
    if not units:
        return row
    _forget(reservation, row, units, draft)
    return replace(row, released=row.released + units)


def waiting_for(
    rows: Iterable[Awaited], row: Awaited, supply: InboundSupply, units: int
) -> tuple[Awaited, ...]:
    """Give rows of which that of a line and supply has so many units more."""
    known = tuple(rows)
    for place, each in enumerate(known):
        if (each.line_id, each.supply, each.share) == (row.line_id, supply.key, row.share):
            more = replace(each, quantity=each.quantity + units)
            return (*known[:place], more, *known[place + 1 :])
    return (
        *known,
        Awaited(row.line_id, supply.key, units, supply.available_from, share=row.share),
    )


def _with_taken(
    reservation: Reservation, row: Awaited, units: int, draft: StockDraft, cause: Cause
) -> tuple[Peg, ...]:
    """Give the pegs with units that have come; pieces with a serial number go first."""
    kept = reservation.pegs
    room = MOST_PIECES - sum(peg.serial is not None for peg in kept)
    for unit in draft.free_pieces(row.position)[: max(0, min(units, room))]:
        line = (reservation.identifier, row.line_id, reservation.order_id)
        pieces.claim(unit.serial, Claim(*line, reservation.expires_at), draft, cause)
        peg = Peg(row.line_id, row.position, 1, share=row.share, serial=unit.serial)
        kept, units = (*kept, peg), units - 1
    return _with_units(kept, row, units) if units else kept


def _with_units(kept: tuple[Peg, ...], row: Awaited, units: int) -> tuple[Peg, ...]:
    for place, peg in enumerate(kept):
        same = (peg.line_id, peg.position, peg.share) == (row.line_id, row.position, row.share)
        if same and peg.serial is None:
            more = replace(peg, quantity=peg.quantity + units)
            return (*kept[:place], more, *kept[place + 1 :])
    return (*kept, Peg(row.line_id, row.position, units, share=row.share))


def _replaced(rows: Iterable[Awaited], row: Awaited, by: Awaited) -> tuple[Awaited, ...]:
    """Put a row in the place of another; one of no units is dropped."""
    return tuple(by if each is row else each for each in rows if each is not row or by.quantity)


def _serve(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> None:
    supply = draft.inbound(row.supply)
    if supply is not None:
        draft.save_inbound(supply.served(units, reservation.expires_at))


def _forget(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> None:
    supply = draft.inbound(row.supply)
    if supply is not None:
        draft.save_inbound(supply.kept(-units, reservation.expires_at))
    pegs.undraw(reservation, row, units, draft)


def _save(
    reservation: Reservation,
    kept: tuple[Peg, ...],
    awaited: tuple[Awaited, ...],
    draft: StockDraft,
) -> None:
    ended = ReservationState.RELEASED
    draft.save(with_pegs(reservation, kept, ended=ended, awaited=awaited))
