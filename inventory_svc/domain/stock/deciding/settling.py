"""Deciding what becomes of promises that rest on a supply which has changed."""

from typing import NamedTuple

from inventory_svc.domain.rules.sale import Service
from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.deciding.answers import Answer
from inventory_svc.domain.stock.deciding.awaiting import (
    come,
    come_later,
    come_with,
    drawn_anew,
    never_come,
    rows_waiting,
    set_aside,
    take_up,
)
from inventory_svc.domain.stock.deciding.instead import Found, Instead
from inventory_svc.domain.stock.deciding.offer_here import OfferHere
from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply
from inventory_svc.domain.stock.reservation import Awaited, Reservation
from service_kit.commands.idempotency import Outcome


def decide_settling(command: SettleInbound, draft: StockDraft, place: int) -> Answer:
    """Find other supply for what does not come any more, and renew the dates of the rest.

    The latest who came to wait lose, and what else there is goes to the first of those. A supply
    that comes later keeps those promises that nothing else can keep: for the old date, or as late
    as was accepted. Promises go over to other goods only as far as the rules would sell these anew.
    `left` says that more wait than were read.
    """
    supply = draft.inbound(command.supply)
    if supply is None:
        return Answer(Outcome({"left": False}))
    queue = draft.waiting(place, command.supply.position)
    settling = _Settling(command, draft)
    identifiers = sorted(queue.reservations, key=lambda each: _queue_of(each, draft))
    settling.take_back(tuple(reversed(identifiers)))
    settling.renew(tuple(identifiers))
    return Answer(Outcome({"left": not queue.whole}))


class _Lost(NamedTuple):
    """Units of a row that its supply cannot bring any more."""

    reservation_id: str
    line_id: str
    share: str | None
    units: int


class _Settling:
    """The steps of one command; each looks at what the one before it has left."""

    def __init__(self, command: SettleInbound, draft: StockDraft) -> None:
        self._key: InboundKey = command.supply
        self._draft = draft
        self._offers: dict[tuple[str | None, Service], OfferHere] = {}
        self._cause = Cause(f"settle:{command.supply.identifier}", command.actor)

    def take_back(self, identifiers: tuple[str, ...]) -> None:
        """Take promises back until the supply can keep the rest.

        The first of those who lose is the first to get something else. All that is lost is set
        aside before, or what others lost would seem to be theirs still.
        """
        losing = self._losing(identifiers)
        for lost in losing:
            set_aside(*self._waiting(lost), lost.units, self._draft)
        for lost in reversed(losing):
            self._make_up(lost)

    def renew(self, identifiers: tuple[str, ...]) -> None:
        """Bring every promise up to the date of the supply, or of one that keeps the old date."""
        for identifier in identifiers:
            while (row := self._outdated(identifier)) is not None:
                self._redate(identifier, row)

    def _losing(self, identifiers: tuple[str, ...]) -> list[_Lost]:
        """Give what is to be taken back, in the order of the identifiers."""
        lost: list[_Lost] = []
        missing = self._supply().missing(self._draft.now)
        for identifier in identifiers:
            reservation = self._draft.reservation(identifier)
            if reservation is None or not missing:
                continue
            for row in reversed(list(rows_waiting(reservation, self._draft, self._key))):
                units = min(row.open, missing)
                missing -= units
                if units:
                    lost.append(_Lost(identifier, row.line_id, row.share, units))
        return lost

    def _supply(self) -> InboundSupply:
        supply = self._draft.inbound(self._key)
        assert supply is not None  # noqa: S101  # it was there when settling began
        return supply

    def _waiting(self, lost: _Lost) -> tuple[Reservation, Awaited]:
        """Give the row of what is lost, as it is by now."""
        reservation = self._draft.reservation(lost.reservation_id)
        assert reservation is not None  # noqa: S101  # it was there when settling began
        rows = rows_waiting(reservation, self._draft, self._key)
        named = (lost.line_id, lost.share)
        return reservation, next(row for row in rows if (row.line_id, row.share) == named)

    def _make_up(self, lost: _Lost) -> None:
        """Have what is lost go over to other goods, one after the other; the rest is short."""
        left = lost.units
        while left:
            reservation, row = self._waiting(lost)
            found = self._instead(reservation, row, left).first()
            take_up(reservation, row, left, self._draft)
            if found is None:
                never_come(reservation, row, left, self._draft)
                return
            self._go_over(reservation, row, found)
            left -= found.units
            if left:
                set_aside(*self._waiting(lost), left, self._draft)

    def _instead(self, reservation: Reservation, row: Awaited, units: int) -> Instead:
        """Look at what there is for whoever bought in the same way."""
        bought = reservation.channel, reservation.service
        if bought not in self._offers:
            self._offers[bought] = OfferHere(reservation, self._key.position, self._draft)
        return Instead(reservation, row, units, self._draft, self._offers[bought])

    def _outdated(self, identifier: str) -> Awaited | None:
        """Give a row with an old date, one that nothing is waited for any more included."""
        reservation = self._draft.reservation(identifier)
        if reservation is None or reservation.has_expired(self._draft.now):
            return None
        date = self._supply().available_from
        rows = (row for row in reservation.awaited if row.supply == self._key)
        return next((row for row in rows if row.available_from != date), None)

    def _redate(self, identifier: str, row: Awaited) -> None:
        reservation = self._draft.reservation(identifier)
        if reservation is None:
            return
        found = self._in_time(reservation, row)
        if found is None:
            come_later(reservation, row, self._supply(), self._draft)
        else:
            self._go_over(reservation, row, found)

    def _in_time(self, reservation: Reservation, row: Awaited) -> Found | None:
        """Give what keeps the old date alone, or the first of what is as late as was accepted."""
        date = self._supply().available_from
        if not row.open or (date <= row.available_from and reservation.accepts(date)):
            return None
        set_aside(reservation, row, row.open, self._draft)
        instead = self._instead(reservation, row, row.open)
        found = instead.whole(row.available_from) if date > row.available_from else None
        accepted = reservation.accept_until
        if found is None and accepted is not None and date > accepted:
            found = instead.first(accepted) if instead.suffices(accepted) else None
        take_up(reservation, row, row.open, self._draft)
        return found

    def _go_over(self, reservation: Reservation, row: Awaited, found: Found) -> None:
        """Have units go over to other goods, and draw on the share that these have now."""
        reservation, row = drawn_anew(reservation, row, found.units, found.share, self._draft)
        if found.supply is None:
            come(reservation, row, found.units, self._draft, self._cause)
        else:
            come_with(reservation, row, found.units, found.supply, self._draft)


def _queue_of(identifier: str, draft: StockDraft) -> str:
    reservation = draft.reservation(identifier)
    return "" if reservation is None else reservation.queue
