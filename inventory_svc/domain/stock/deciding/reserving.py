"""Deciding a reservation: all its lines or none."""

from inventory_svc.domain.refusals import StockRefusal, insufficient_stock
from inventory_svc.domain.stock.commands import PeggedQuantity, ReserveStock
from inventory_svc.domain.stock.deciding.answers import (
    Answer,
    WiderSupplyNeeded,
    about_reservation,
    refused,
)
from inventory_svc.domain.stock.deciding.offer import Offer
from inventory_svc.domain.stock.draft import Cause, Change, StockDraft
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Peg, Reservation
from inventory_svc.domain.stock.sourcing import Sourcing, SourcingStrategy
from service_kit.commands.refusal import Refusal


def decide_reservation(
    command: ReserveStock, draft: StockDraft, place: int, sourcing: SourcingStrategy
) -> Answer:
    """Choose supply and keep it; raise WiderSupplyNeeded when unread candidates may do better."""
    existing = draft.reservation(command.reservation_id)
    if existing is not None:
        return (
            refused(_tombstoned())
            if existing.is_tombstone
            else about_reservation(existing.identifier)
        )
    candidates = draft.supply.candidates.get(place, command.candidates)
    offer = Offer(command, draft)
    chosen = sourcing.choose(command.lines, candidates, offer)
    if place in draft.supply.partial and not chosen.whole:
        raise WiderSupplyNeeded
    if chosen.shortages:
        return refused(*_shortages(command, chosen))
    _keep(command, chosen.pegs, offer, draft)
    return about_reservation(command.reservation_id)


def _keep(
    command: ReserveStock, chosen: tuple[PeggedQuantity, ...], offer: Offer, draft: StockDraft
) -> None:
    lines = {line.line_id: line for line in command.lines}
    cause = Cause(command.request.identifier, command.actor, command.reservation_id)
    pegs: list[Peg] = []
    for line_id, location, quantity in chosen:
        line = lines[line_id]
        key = PositionKey(line.sku, location, line.condition)
        if command.expires_at is None:
            kind, change = MovementKind.ALLOCATED, Change(allocated=quantity)
        else:
            kind = MovementKind.HELD
            change = Change(held=quantity, expires_at=command.expires_at)
        share = offer.pot(key)
        rule = None if share is None else share.rule
        draft.position(key).move(kind, change, cause._replace(share=rule))
        if share is not None:
            draft.save_draw(draft.draw(share).kept(quantity, command.expires_at))
        pegs.append(Peg(line_id, key, quantity, share=rule))
    draft.save(
        Reservation(
            identifier=command.reservation_id,
            kind=command.kind,
            owner=command.owner,
            pegs=tuple(pegs),
            created_at=draft.now,
            expires_at=command.expires_at,
            order_id=command.order_id,
            channel=command.channel,
        )
    )


def _shortages(command: ReserveStock, chosen: Sourcing) -> tuple[Refusal, ...]:
    """Name the first line of each short item."""
    places: dict[tuple[str, str], str] = {}
    for index, line in enumerate(command.lines):
        places.setdefault((line.sku, line.condition), str(index))
    return tuple(
        insufficient_stock(
            short.sku,
            short.requested,
            short.available,
            *("input", "lines", places[short.sku, short.condition], "quantity"),
        )
        for short in chosen.shortages
    )


def _tombstoned() -> Refusal:
    return Refusal(
        StockRefusal.RESERVATION_TOMBSTONED.value,
        "This allocation was released before it arrived.",
        path=("input", "idempotencyKey"),
    )
