"""Taking units off the pegs of a reservation, for whatever reason."""

from collections.abc import Sequence
from dataclasses import replace

from inventory_svc.domain.refusals import StockRefusal
from inventory_svc.domain.stock.availability.share_draw import ShareKey
from inventory_svc.domain.stock.commands import PeggedQuantity
from inventory_svc.domain.stock.draft import Change, StockDraft
from inventory_svc.domain.stock.reservation import Awaited, Peg, Reservation
from service_kit.commands.refusal import NOT_FOUND, Refusal


def exceeded(
    reservation: Reservation, lines: Sequence[PeggedQuantity], *, awaited: bool = False
) -> tuple[Refusal, ...]:
    """Give a refusal for each line that asks for more than is still kept for it.

    With `awaited`, it may also ask for what it waits for, and for what does not come any more.
    """
    left = _open_by_line(reservation.everything if awaited else reservation.pegs)
    if awaited:
        for row in reservation.awaited:
            left[_place(row)] += row.short
    refusals: list[Refusal] = []
    for index, line in enumerate(lines):
        kept = left.get((line.line_id, line.location))
        path = ("input", "lines", str(index))
        if kept is None:
            refusals.append(_no_such_peg(line, path))
        elif line.quantity > kept:
            refusals.append(_too_many(line, kept, path))
        else:
            left[line.line_id, line.location] = kept - line.quantity
    return tuple(refusals)


def write_off(
    reservation: Reservation, lines: Sequence[PeggedQuantity]
) -> tuple[Reservation, tuple[PeggedQuantity, ...]]:
    """Take what does not come any more off the lines, as far as nobody has given it up before.

    Give the reservation with that given up, and lines with no more units than are still open.
    """
    wanted = _by_line(lines)
    rows: list[Awaited] = []
    for row in reservation.awaited:
        units = min(row.short - row.written_off, wanted.get(_place(row), 0))
        if units:
            wanted[_place(row)] -= units
        rows.append(replace(row, written_off=row.written_off + units))
    left = _open_by_line(reservation.everything)
    rest = (
        PeggedQuantity(*place, min(units, left.get(place, 0))) for place, units in wanted.items()
    )
    return replace(reservation, awaited=tuple(rows)), tuple(line for line in rest if line.quantity)


def unknown(reservation: Reservation, lines: Sequence[PeggedQuantity]) -> tuple[Refusal, ...]:
    """Give a refusal for each line that the reservation never kept anything for."""
    known = {(peg.line_id, peg.position.location) for peg in reservation.pegs}
    return tuple(
        _no_such_peg(line, ("input", "lines", str(index)))
        for index, line in enumerate(lines)
        if (line.line_id, line.location) not in known
    )


def taken_by_peg(
    reservation: Reservation, lines: Sequence[PeggedQuantity]
) -> list[tuple[Peg, int]]:
    """Give every peg with the units that the lines take off it, 0 included.

    Of several pegs of a line at a location each gives what it keeps, the last one all the rest.
    """
    wanted = _by_line(lines)
    last = {_place(peg): at for at, peg in enumerate(reservation.pegs)}
    taken: list[tuple[Peg, int]] = []
    for at, peg in enumerate(reservation.pegs):
        asked = wanted.get(_place(peg), 0)
        units = asked if last[_place(peg)] == at else min(asked, peg.open)
        wanted[_place(peg)] = asked - units
        taken.append((peg, units))
    return taken


def taken_by_row(
    reservation: Reservation, lines: Sequence[PeggedQuantity]
) -> tuple[list[tuple[Awaited, int]], list[PeggedQuantity]]:
    """Give every awaited row with the units that the lines take off it, and what they leave.

    What comes last is given back first.
    """
    wanted = _by_line(lines)
    taken: dict[int, int] = {}
    for at, row in sorted(enumerate(reservation.awaited), key=_latest_first):
        taken[at] = min(row.open, wanted.get(_place(row), 0))
        if taken[at]:
            wanted[_place(row)] -= taken[at]
    rest = [PeggedQuantity(*place, units) for place, units in wanted.items() if units]
    return [(row, taken[at]) for at, row in enumerate(reservation.awaited)], rest


def freed(reservation: Reservation, units: int) -> Change:
    """Give the change of a position when a reservation keeps so many units less there."""
    if reservation.expires_at is None:
        return Change(allocated=-units)
    return Change(held=-units, expires_at=reservation.expires_at)


def undraw(reservation: Reservation, peg: Peg | Awaited, units: int, draft: StockDraft) -> None:
    """Give units back to the share that the peg was drawn under, if it was."""
    if peg.share is None or not units:
        return
    draw = draft.draw(_share_key(peg.share, peg))
    given_back = draw.expected if isinstance(peg, Awaited) else draw.kept
    draft.save_draw(given_back(-units, reservation.expires_at))


def draw_now(reservation: Reservation, row: Awaited, units: int, draft: StockDraft) -> None:
    """Have units that have come count as drawn today, if they were drawn under a share."""
    if row.share is not None and units:
        undraw(reservation, row, units, draft)
        draw = draft.draw(_share_key(row.share, row))
        draft.save_draw(draw.kept(units, reservation.expires_at))


def ship_drawn(reservation: Reservation, peg: Peg, units: int, draft: StockDraft) -> None:
    """Have units leave that were drawn under a share: until the next count they are drawn."""
    if peg.share is not None and units:
        undraw(reservation, peg, units, draft)
        draw = draft.draw(_share_key(peg.share, peg))
        location = peg.position.location
        draft.save_draw(draw.left(location, units, draft.now, draft.counted_at))


def _share_key(share: str, peg: Peg | Awaited) -> ShareKey:
    return ShareKey(share, peg.position.sku, peg.position.condition)


def all_open(reservation: Reservation) -> tuple[PeggedQuantity, ...]:
    """Give everything that the reservation still keeps or waits for."""
    return tuple(
        PeggedQuantity(peg.line_id, peg.position.location, peg.open)
        for peg in reservation.everything
        if peg.open
    )


def released(peg: Peg, units: int) -> Peg:
    """Give the peg after units went back to everyone."""
    return replace(peg, released=peg.released + units) if units else peg


def consumed(peg: Peg, units: int) -> Peg:
    """Give the peg after units left the building."""
    return replace(peg, consumed=peg.consumed + units) if units else peg


def short(peg: Peg, units: int) -> Peg:
    """Give the peg after units were not found."""
    return replace(peg, short=peg.short + units) if units else peg


def _place(peg: Peg | Awaited) -> tuple[str, str]:
    return peg.line_id, peg.position.location


def _latest_first(row: tuple[int, Awaited]) -> tuple[float, int]:
    return -row[1].available_from.timestamp(), -row[0]


def _by_line(lines: Sequence[PeggedQuantity]) -> dict[tuple[str, str], int]:
    wanted: dict[tuple[str, str], int] = {}
    for line in lines:
        key = (line.line_id, line.location)
        wanted[key] = wanted.get(key, 0) + line.quantity
    return wanted


def _open_by_line(pegs: Sequence[Peg | Awaited]) -> dict[tuple[str, str], int]:
    left: dict[tuple[str, str], int] = {}
    for peg in pegs:
        left[_place(peg)] = left.get(_place(peg), 0) + peg.open
    return left


def _no_such_peg(line: PeggedQuantity, path: tuple[str, ...]) -> Refusal:
    return Refusal(
        NOT_FOUND,
        "The reservation keeps nothing for this line at this location.",
        path=path,
        params={"lineId": line.line_id, "locationCode": line.location},
    )


def _too_many(line: PeggedQuantity, kept: int, path: tuple[str, ...]) -> Refusal:
    return Refusal(
        StockRefusal.RESERVATION_LINE_EXCEEDED.value,
        f"{line.quantity} were named and {kept} are kept.",
        path=(*path, "quantity"),
        params={"requested": str(line.quantity), "open": str(kept)},
    )
