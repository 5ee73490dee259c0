"""What the rules offer in the place of units that somebody waits for: what a new sale would get."""

from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from typing import NamedTuple

from inventory_svc.domain.stock.deciding.offer_here import OfferHere
from inventory_svc.domain.stock.draft import StockDraft
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.domain.stock.inbound.timeline import Timeline
from inventory_svc.domain.stock.reservation import Awaited, Reservation


class Found(NamedTuple):
    """Units that can be had instead: of the shelf (no supply), or of one that comes.

    `share` is the code of the rule under which they are drawn, if one gives a share.
    """

    units: int
    share: str | None
    supply: InboundSupply | None = None


class Instead:
    """What there is for some units of a row at its place, while these are set aside.

    A quota is no goods: nothing goes over to it, and while it is on sale others still may go over
    to what is on order beyond the preorders that wait.
    """

    def __init__(
        self,
        reservation: Reservation,
        row: Awaited,
        units: int,
        draft: StockDraft,
        offer: OfferHere,
    ) -> None:
        self._reservation = reservation
        self._row = row
        self._units = units
        self._draft = draft
        self._offer = offer
        self._there = offer.units()
        self._share = None if offer.pot is None else offer.pot.rule

    def first(self, latest: datetime | None = None) -> Found | None:
        """Give what there is first: on the shelf, else of the soonest goods, if any are in time."""
        return next(self._all(latest), None)

    def whole(self, latest: datetime) -> Found | None:
        """Give what has all the units alone, and no later."""
        return next((each for each in self._all(latest) if each.units == self._units), None)

    def suffices(self, latest: datetime) -> bool:
        """Whether all the units can be had in time, however many goods they are taken of."""
        found = list(self._all(latest))
        dates = [each.supply.available_from for each in found if each.supply is not None]
        most = max(map(self._by, dates), default=0)
        return min(max(self._there, most), sum(each.units for each in found)) >= self._units

    def _all(self, latest: datetime | None) -> Iterator[Found]:
        """Give everything, each as if nothing were taken of what comes before it."""
        if units := min(self._units, self._there):
            yield Found(units, self._share)
        for other in self._others(latest):
            if units := self._units_of(other):
                yield Found(units, self._share, other)

    @cached_property
    def _timeline(self) -> Timeline:
        return self._offer.timeline()

    def _by(self, date: datetime) -> int:
        return self._offer.by(self._timeline, date)

    def _units_of(self, other: InboundSupply) -> int:
        date = other.available_from
        takings, _ = self._timeline.taken(min(self._units, self._by(date)), date)
        return sum(taking.units for taking in takings if taking.source == other.key)

    def _others(self, latest: datetime | None) -> Iterator[InboundSupply]:
        """Give other goods that may still leave when all that the line waits for has come."""
        stays = _date_without(self._reservation, self._row, self._units)
        for other in self._draft.inbound_to(self._row.position):
            if other.key == self._row.supply or other.is_quota or other.is_overdue(self._draft.now):
                continue
            if other.is_past(max(stays, other.available_from)):
                continue
            if latest is None or other.available_from <= latest:
                yield other


def _date_without(reservation: Reservation, row: Awaited, units: int) -> datetime:
    """Give when a line has all that it waits for beside some units of one of its rows."""
    waiting = (
        each.available_from
        for each in reservation.awaited
        if each.line_id == row.line_id and each.open > (units if each is row else 0)
    )
    return max(waiting, default=reservation.created_at)
