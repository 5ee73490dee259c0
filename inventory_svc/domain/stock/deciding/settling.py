"""Deciding what becomes of promises that rest on a supply which has changed."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import NamedTuple

from inventory_svc.domain.stock.commands import SettleInbound
from inventory_svc.domain.stock.deciding.answers import Answer
from inventory_svc.domain.stock.deciding.awaiting import (
    come,
    come_later,
    come_with,
    never_come,
    rows_waiting,
)
from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply
from inventory_svc.domain.stock.reservation import Awaited, Reservation
from service_kit.commands.idempotency import Outcome


def decide_settling(command: SettleInbound, draft: StockDraft, place: int) -> Answer:
    """Find other supply for what does not come any more, and renew the dates of the rest.

    The latest who came to wait lose, and what else there is goes to the first of those. A supply
    that comes later keeps those promises that nothing else can keep: for the old date, or as late
    as was accepted. `left` says that more wait than were read.
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
        self._cause = Cause(f"settle:{command.supply.identifier}", command.actor)

    def take_back(self, identifiers: tuple[str, ...]) -> None:
        """Take promises back until the supply can keep the rest.

        The first of those who lose is the first to get something else.
        """
        for lost in reversed(self._losing(identifiers)):
            left = lost.units
            while left and (row := self._row_of(lost)) is not None:
                left -= self._move(lost.reservation_id, row, left)

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

    def _row_of(self, lost: _Lost) -> Awaited | None:
        reservation = self._draft.reservation(lost.reservation_id)
        if reservation is None:
            return None
        rows = rows_waiting(reservation, self._draft, self._key)
        named = (lost.line_id, lost.share)
        return next((row for row in rows if (row.line_id, row.share) == named), None)

    def _outdated(self, identifier: str) -> Awaited | None:
        """Give a row with an old date, one that nothing is waited for any more included."""
        reservation = self._draft.reservation(identifier)
        if reservation is None or reservation.has_expired(self._draft.now):
            return None
        date = self._supply().available_from
        rows = (row for row in reservation.awaited if row.supply == self._key)
        return next((row for row in rows if row.available_from != date), None)

    def _move(self, identifier: str, row: Awaited, units: int) -> int:
        """Find the soonest other supply for some of the units, and give for how many.

        Without any they are short.
        """
        reservation = self._draft.reservation(identifier)
        if reservation is None:
            return units
        moved = self._taken(reservation, row, units, self._others(reservation, row, units))
        if not moved:
            never_come(reservation, row, units, self._draft)
        return moved or units

    def _taken(
        self, reservation: Reservation, row: Awaited, units: int, others: Iterable[InboundSupply]
    ) -> int:
        """Take units off the shelf, else of the first of other supplies, and give how many."""
        there = min(units, self._draft.available(row.position))
        if there:
            come(reservation, row, there, self._draft, self._cause)
            return there
        other = next(iter(others), None)
        if other is None:
            return 0
        found = min(units, other.free(self._draft.now))
        come_with(reservation, row, found, other, self._draft)
        return found

    def _redate(self, identifier: str, row: Awaited) -> None:
        reservation = self._draft.reservation(identifier)
        if reservation is None:
            return
        supply = self._supply()
        if row.open and supply.available_from > row.available_from:
            if self._draft.available(row.position) >= row.open:
                come(reservation, row, row.open, self._draft, self._cause)
                return
            sooner = self._others(reservation, row, row.open, row.available_from)
            enough = (each for each in sooner if each.free(self._draft.now) >= row.open)
            other = next(enough, None)
            if other is not None:
                come_with(reservation, row, row.open, other, self._draft)
                return
        if row.open and not reservation.accepts(supply.available_from):
            in_time = list(self._others(reservation, row, row.open, reservation.accept_until))
            coming = sum(other.free(self._draft.now) for other in in_time)
            if self._draft.available(row.position) + coming >= row.open:
                self._taken(reservation, row, row.open, in_time)
                return
        come_later(reservation, row, supply, self._draft)

    def _others(
        self, reservation: Reservation, row: Awaited, units: int, latest: datetime | None = None
    ) -> Iterator[InboundSupply]:
        """Give other goods that some units of a row can still be promised, the soonest first.

        They may still leave when all that its line waits for has come.
        """
        now = self._draft.now
        stays = _date_without(reservation, row, units)
        for other in self._draft.inbound_to(row.position):
            if other.key == row.supply or other.is_quota or other.is_overdue(now):
                continue
            if other.is_past(max(stays, other.available_from)):
                continue
            if other.free(now) > 0 and (latest is None or other.available_from <= latest):
                yield other


def _date_without(reservation: Reservation, row: Awaited, units: int) -> datetime:
    """Give when a line has all that it waits for beside some units of one of its rows."""
    waiting = (
        each.available_from
        for each in reservation.awaited
        if each.line_id == row.line_id and each.open > (units if each is row else 0)
    )
    return max(waiting, default=reservation.created_at)


def _queue_of(identifier: str, draft: StockDraft) -> str:
    reservation = draft.reservation(identifier)
    return "" if reservation is None else reservation.queue
