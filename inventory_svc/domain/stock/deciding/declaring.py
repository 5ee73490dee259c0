"""Deciding what people at a location say of its shelves before the books know it."""

from inventory_svc.domain.refusals import StockRefusal, pieces_on_hand
from inventory_svc.domain.stock.commands import CountPosition, DeclareUnavailable
from inventory_svc.domain.stock.deciding.answers import (
    Answer,
    about_position,
    refused,
    version_conflict,
)
from inventory_svc.domain.stock.draft import Cause, Change, OpenPosition, StockDraft
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.unavailable import SETTLED_BY_COUNT, Disposition
from service_kit.commands.refusal import Refusal


def decide_declaration(command: DeclareUnavailable, draft: StockDraft) -> Answer:
    """Withhold units, never more than are on hand; or give back what was declared before."""
    position = draft.position(command.position)
    if command.expected_version not in (None, position.version):
        return refused(version_conflict(position.version))
    before = position.declared_units(command.disposition)
    if before + command.quantity < 0:
        return refused(_never_declared(command, before))
    if command.quantity > 0 and position.unavailable + command.quantity > position.on_hand:
        return refused(_more_than_there_is(command, position))
    cause = Cause(command.request.identifier, command.actor)
    change = Change(unavailable=command.quantity, disposition=command.disposition)
    position.move(MovementKind.DECLARED, change, cause)
    return about_position(command.position)


def decide_count(command: CountPosition, draft: StockDraft) -> Answer:
    """Set on hand to what was counted, whatever is kept; what was looked for is settled.

    A snapshot that was counted before, and arrives later, would correct the same error again: it
    is refused as any older count.
    """
    position = draft.position(command.position)
    if command.expected_version not in (None, position.version):
        return refused(version_conflict(position.version))
    if command.counted < position.pieces:
        return refused(pieces_on_hand(position.pieces, "input", "counted"))
    cause = Cause(command.request.identifier, command.actor)
    change = Change(on_hand=command.counted - position.on_hand)
    position.move(MovementKind.COUNTED, change, cause)
    position.counted_at = max(draft.now, position.counted_at or draft.now)
    for disposition in sorted(SETTLED_BY_COUNT & position.declared.keys()):
        settle(position, disposition, MovementKind.COUNTED, cause)
    return about_position(command.position)


def settle(
    position: OpenPosition, disposition: Disposition, kind: MovementKind, cause: Cause
) -> None:
    """Take back all that was declared for one reason: the count that came knows of it."""
    units = position.declared_units(disposition)
    position.move(kind, Change(unavailable=-units, disposition=disposition), cause)


def _never_declared(command: DeclareUnavailable, declared: int) -> Refusal:
    return Refusal(
        StockRefusal.NEGATIVE_STOCK.value,
        f"{declared} were declared so, and {-command.quantity} were to be available again.",
        path=("input", "quantity"),
        params={"declared": str(declared), "change": str(command.quantity)},
    )


def _more_than_there_is(command: DeclareUnavailable, position: OpenPosition) -> Refusal:
    sellable = max(0, position.on_hand - position.unavailable)
    return Refusal(
        StockRefusal.NEGATIVE_STOCK.value,
        f"{sellable} on hand are not declared yet, so {command.quantity} cannot be.",
        path=("input", "quantity"),
        params={"onHand": str(position.on_hand), "undeclared": str(sellable)},
    )
