"""Deciding a reservation: all its lines or none."""

from collections.abc import Sequence
from dataclasses import replace

from inventory_svc.domain.refusals import StockRefusal, insufficient_stock
from inventory_svc.domain.stock.commands import ReserveStock
from inventory_svc.domain.stock.deciding import pieces
from inventory_svc.domain.stock.deciding.answers import (
    Answer,
    WiderSupplyNeeded,
    about_reservation,
    refused,
)
from inventory_svc.domain.stock.deciding.awaiting import waiting_for
from inventory_svc.domain.stock.deciding.bounding import beyond_allowance
from inventory_svc.domain.stock.deciding.named import (
    NamedPieces,
    Remaining,
    named_pieces,
    with_pieces,
)
from inventory_svc.domain.stock.deciding.offer import Offer
from inventory_svc.domain.stock.deciding.offer_later import OfferLater
from inventory_svc.domain.stock.deciding.pieces import MOST_PIECES
from inventory_svc.domain.stock.deciding.taking_over import (
    TakenOver,
    end_taken_over,
    taken_over,
)
from inventory_svc.domain.stock.draft import Cause, Change, StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import Awaited, Peg, Reservation
from inventory_svc.domain.stock.sourcing import Shortage, Sourcing, SourcingStrategy
from inventory_svc.domain.stock.sourcing_later import LaterPeg, choose_later
from inventory_svc.domain.stock.units.unit import Claim
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal


def decide_reservation(
    command: ReserveStock, draft: StockDraft, place: int, sourcing: SourcingStrategy
) -> Answer:
    """Choose supply and keep it; raise WiderSupplyNeeded when unread candidates may do better.

    What is taken over of other reservations comes first. Goods that come later are looked at only
    where those that are there do not do, and never beside pieces that are named.
    """
    existing = draft.reservation(command.reservation_id)
    if existing is not None:
        return (
            refused(_tombstoned())
            if existing.is_tombstone
            else about_reservation(existing.identifier)
        )
    if excess := tuple(beyond_allowance(command, draft)):
        return refused(*excess)
    taken = taken_over(command, draft)
    if taken.refusals:
        return refused(*taken.refusals)
    candidates = draft.supply.candidates.get(place, command.candidates)
    offer = Offer(command, draft)
    wanted = replace(command, lines=taken.left)
    named = named_pieces(wanted, draft, offer)
    if named.refusals:
        return refused(*named.refusals)
    nearby = frozenset(peg.position.location for peg in (*taken.pegs, *named.pegs))
    nearest = sorted(candidates, key=lambda code: code not in nearby) if nearby else candidates
    chosen = _chosen(wanted, nearest, named, offer, sourcing)
    if place in draft.supply.partial and not chosen.whole:
        raise WiderSupplyNeeded
    if not chosen.shortages:
        lines = {line.line_id: line for line in command.lines}
        pegs = (
            LaterPeg(
                line_id, PositionKey(lines[line_id].sku, at, lines[line_id].condition), None, units
            )
            for line_id, at, units in chosen.pegs
        )
        return _kept(command, (*named.pegs, *pegs), taken, offer, draft)
    if command.until is None or named.pegs:
        return refused(*_shortages(command, chosen.shortages, taken))
    later = choose_later(
        [line for line in wanted.lines if line.quantity],
        candidates,
        OfferLater(command, offer, draft, draft.inbound_to),
        max(command.until, draft.now),
    )
    if later.shortages:
        return refused(*_shortages(command, later.shortages, taken))
    return _kept(command, later.pegs, taken, offer, draft)


def _chosen(
    wanted: ReserveStock,
    candidates: Sequence[str],
    named: NamedPieces,
    offer: Offer,
    sourcing: SourcingStrategy,
) -> Sourcing:
    """Choose supply for what is wanted of any kind."""
    lines = tuple(line for line in wanted.lines if line.serial is None and line.quantity)
    if not lines:
        return Sourcing(whole=True)
    offered = Remaining(offer, named.pegs) if named.pegs else offer
    return sourcing.choose(lines, candidates, offered)


def _kept(
    command: ReserveStock,
    found: tuple[LaterPeg, ...],
    taken: TakenOver,
    offer: Offer,
    draft: StockDraft,
) -> Answer:
    chosen = (*taken.pegs, *with_pieces(found, draft))
    if sum(each.serial is not None for each in chosen) > MOST_PIECES:
        return refused(_too_many_pieces())
    end_taken_over(taken, command, draft)
    pegs: list[Peg] = []
    awaited: tuple[Awaited, ...] = ()
    queue = taken.queue_for(found)
    for each in chosen:
        share = _drawn(command, each, offer, draft)
        if each.source is None:
            pegs.append(_peg(command, each, share, draft))
        else:
            queue = queue or _place_in_queue(each.source, draft)
            awaited = _awaiting(command, awaited, each, each.source, share, draft)
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
            awaited=awaited,
            queue=queue,
            accept_until=command.until if queue else None,
            service=command.service,
        )
    )
    return about_reservation(command.reservation_id)


def _drawn(command: ReserveStock, chosen: LaterPeg, offer: Offer, draft: StockDraft) -> str | None:
    """Draw on the share of a position, if there is one, and give the code of its rule."""
    share = offer.pot(chosen.position)
    if share is None:
        return None
    draw = draft.draw(share)
    more = draw.kept if chosen.source is None else draw.expected
    draft.save_draw(more(chosen.quantity, command.expires_at))
    return share.rule


def _peg(command: ReserveStock, chosen: LaterPeg, share: str | None, draft: StockDraft) -> Peg:
    """Keep units that are there."""
    quantity = chosen.quantity
    if command.expires_at is None:
        kind, change = MovementKind.ALLOCATED, Change(allocated=quantity)
    else:
        kind = MovementKind.HELD
        change = Change(held=quantity, expires_at=command.expires_at)
    cause = Cause(command.request.identifier, command.actor, command.reservation_id, share=share)
    draft.position(chosen.position).move(kind, change, cause)
    if chosen.serial is not None:
        line = (command.reservation_id, chosen.line_id, command.order_id)
        pieces.claim(chosen.serial, Claim(*line, command.expires_at), draft, cause)
    return Peg(chosen.line_id, chosen.position, quantity, share=share, serial=chosen.serial)


def _awaiting(
    command: ReserveStock,
    awaited: tuple[Awaited, ...],
    chosen: LaterPeg,
    source: InboundKey,
    share: str | None,
    draft: StockDraft,
) -> tuple[Awaited, ...]:
    """Keep units that are on their way."""
    supply = draft.inbound(source)
    if supply is None:
        return awaited
    kept = supply.kept(chosen.quantity, command.expires_at)
    draft.save_inbound(replace(kept, places=kept.places + 1))
    row = Awaited(chosen.line_id, source, 0, supply.available_from, share=share)
    return waiting_for(awaited, row, supply, chosen.quantity)


def _place_in_queue(source: InboundKey, draft: StockDraft) -> str:
    """Give what orders a reservation among those who wait: its time, then its place there."""
    supply = draft.inbound(source)
    places = 0 if supply is None else supply.places
    return f"{draft.now.isoformat(timespec='milliseconds')}|{places:010d}"


def _shortages(
    command: ReserveStock, shortages: tuple[Shortage, ...], taken: TakenOver
) -> tuple[Refusal, ...]:
    """Name the first line of each short item; what is taken over can be had as well."""
    refusals: list[Refusal] = []
    for short in shortages:
        item = (short.sku, short.condition)
        lines = {
            line.line_id: str(index)
            for index, line in enumerate(command.lines)
            if (line.sku, line.condition) == item
        }
        kept = taken.units_of(frozenset(lines))
        path = ("input", "lines", next(iter(lines.values())), "quantity")
        refusals.append(
            insufficient_stock(short.sku, short.requested + kept, short.available + kept, *path)
        )
    return tuple(refusals)


def _tombstoned() -> Refusal:
    return Refusal(
        StockRefusal.RESERVATION_TOMBSTONED.value,
        "This allocation was released before it arrived.",
        path=("input", "idempotencyKey"),
    )


def _too_many_pieces() -> Refusal:
    message = f"At most {MOST_PIECES} pieces with serial numbers can be kept at once."
    return invalid(message, "input", "lines")
