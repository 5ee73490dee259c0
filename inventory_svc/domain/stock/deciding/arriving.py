"""Deciding what is announced, and what becomes of goods that come."""

from collections.abc import Iterator
from dataclasses import replace
from typing import NamedTuple

from inventory_svc.domain.refusals import unknown_inbound
from inventory_svc.domain.stock.commands import AnnouncedLine, AnnounceInbound, ReceiveInbound
from inventory_svc.domain.stock.deciding.answers import Answer, refused
from inventory_svc.domain.stock.deciding.awaiting import come, rows_waiting
from inventory_svc.domain.stock.draft import Cause, Change, StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.reservation import Awaited, Reservation
from inventory_svc.domain.stock.unavailable import Disposition
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import LineResult, LineStatus, rejected, results_to_json
from service_kit.runtime.json_values import JSON


class _Handed(NamedTuple):
    """Units that go to one reservation that waits."""

    reservation_id: str
    supply: InboundKey
    line_id: str
    units: int


def decide_announcements(command: AnnounceInbound, draft: StockDraft) -> Answer:
    """Write each line for itself; `unsettled` are the supplies of which something is promised."""
    results = [rejected(line.index, line.ref, *line.refusals) for line in command.rejected]
    unsettled: list[JSON] = []
    for line in command.lines:
        known = draft.inbound(line.announcement.key)
        results.append(_announce(line, known, draft))
        if known is not None and (known.pegged or known.holds):
            unsettled.append(known.key.identifier)
    return Answer(Outcome({"results": results_to_json(results), "unsettled": unsettled}))


def decide_receipt(command: ReceiveInbound, draft: StockDraft, place: int) -> Answer:
    """Put what has come on the shelves, and keep it for those who wait, in their order.

    When more wait than were read, only as much comes in as those take; `left` is still to come.
    Goods that come after the date before which they had to leave are nobody's until somebody has
    looked at them.
    """
    supply = draft.inbound(command.supply)
    if supply is None or supply.is_quota:
        return refused(unknown_inbound(command.supply.reference, command.supply.line, "reference"))
    position = draft.position(command.supply.position)
    if position.on_hand + command.quantity > LARGEST:
        return refused(invalid(f"At most {LARGEST} units can be on hand.", "quantity"))
    past = supply.is_past(draft.now)
    handed, whole = ([], True) if past else _handed_out(command, draft, place)
    units = command.quantity if whole else sum(each.units for each in handed)
    cause = Cause(command.request.identifier, command.actor)
    if units:
        position.move(MovementKind.RECEIVED, Change(on_hand=units), cause)
        draft.save_inbound(replace(supply, received=supply.received + units))
    if units and past:
        change = Change(unavailable=units, disposition=Disposition.QUALITY_CONTROL)
        position.move(MovementKind.DECLARED, change, cause)
    for each in handed:
        reservation = draft.reservation(each.reservation_id)
        if reservation is not None:
            row = _row(reservation, each)
            come(reservation, row, each.units, draft, cause)
    left = command.quantity - units
    if command.closes and not left:
        _close(command.supply, draft)
    return Answer(Outcome({"received": units, "left": left}))


def _announce(line: AnnouncedLine, known: InboundSupply | None, draft: StockDraft) -> LineResult:
    announced = line.announcement
    ref = announced.key.identifier
    if known is not None and known.announced == announced:
        return LineResult(line.index, ref, LineStatus.UNCHANGED)
    after = InboundSupply(announced) if known is None else replace(known, announced=announced)
    draft.save_inbound(after)
    return LineResult(line.index, ref, LineStatus.APPLIED)


def _handed_out(
    command: ReceiveInbound, draft: StockDraft, place: int
) -> tuple[list[_Handed], bool]:
    """Give out units in order, first to those who wait for this very supply.

    Others get none that the position lacks for what it keeps already.
    """
    queue = draft.waiting(place, command.supply.position)
    lacking = draft.position(command.supply.position).lacking
    left = command.quantity
    handed: list[_Handed] = []
    for identifier, row in _in_order(queue.reservations, command.supply, draft):
        own = row.supply == command.supply
        units = min(left if own else max(0, left - lacking), row.open)
        if not units:
            return handed, True
        handed.append(_Handed(identifier, row.supply, row.line_id, units))
        left -= units
    return handed, queue.whole or not left


def _in_order(
    identifiers: tuple[str, ...], supply: InboundKey, draft: StockDraft
) -> Iterator[tuple[str, Awaited]]:
    found = (draft.reservation(identifier) for identifier in identifiers)
    waiting = sorted((each for each in found if each is not None), key=lambda each: each.queue)
    for own in (True, False):
        for reservation in waiting:
            for row in rows_waiting(reservation, draft):
                if row.position == supply.position and (row.supply == supply) is own:
                    yield reservation.identifier, row


def _row(reservation: Reservation, handed: _Handed) -> Awaited:
    return next(
        row
        for row in reservation.awaited
        if row.open and (row.supply, row.line_id) == (handed.supply, handed.line_id)
    )


def _close(key: InboundKey, draft: StockDraft) -> None:
    """Expect nothing more of a supply."""
    supply = draft.inbound(key)
    if supply is not None:
        announced = replace(supply.announced, quantity=supply.received)
        draft.save_inbound(replace(supply, announced=announced))
