"""Reservations: lines pegged to supply, hard for orders, soft and expiring for the rest."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType

from inventory_svc.domain.rules.sale import USUAL_SERVICE, Service
from inventory_svc.domain.stock.inbound.supply import InboundKey
from inventory_svc.domain.stock.position import PositionKey


class ReservationKind(StrEnum):
    """What the goods are kept for."""

    CART = "CART"
    E_RESERVATION = "E_RESERVATION"
    ORDER = "ORDER"
    APPOINTMENT = "APPOINTMENT"
    EXCHANGE = "EXCHANGE"
    BOX = "BOX"


class ReservationState(StrEnum):
    """Where a reservation stands; all but ACTIVE are final."""

    ACTIVE = "ACTIVE"
    CONSUMED = "CONSUMED"
    RELEASED = "RELEASED"
    EXPIRED = "EXPIRED"


EXPIRY_WORK = "reservation-expiry"
"""The kind of due work that writes expiries down."""


@dataclass(frozen=True, slots=True)
class HoldPeriod:
    """How long a soft reservation lasts unless asked otherwise, and at most."""

    usual: timedelta
    longest: timedelta


HOLD_PERIODS: Mapping[ReservationKind, HoldPeriod] = MappingProxyType(
    {
        ReservationKind.CART: HoldPeriod(timedelta(minutes=15), timedelta(hours=2)),
        ReservationKind.E_RESERVATION: HoldPeriod(timedelta(days=2), timedelta(days=14)),
        ReservationKind.APPOINTMENT: HoldPeriod(timedelta(days=7), timedelta(days=90)),
        ReservationKind.EXCHANGE: HoldPeriod(timedelta(days=2), timedelta(days=30)),
        ReservationKind.BOX: HoldPeriod(timedelta(days=14), timedelta(days=90)),
    }
)
"""Kinds that are soft; a kind without a period is a hard allocation that never expires."""


@dataclass(frozen=True, slots=True)
class Peg:
    """Units of one line kept at one position, and what has become of them since.

    `share` is the code of the rule under which they were drawn, if one gave a share. `serial` names
    the piece, if it is one that is known by its serial number; its quantity is 1 then.
    """

    line_id: str
    position: PositionKey
    quantity: int
    consumed: int = 0
    released: int = 0
    short: int = 0
    share: str | None = None
    serial: str | None = None

    @property
    def open(self) -> int:
        """Units still kept."""
        return self.quantity - self.consumed - self.released - self.short


@dataclass(frozen=True, slots=True)
class Awaited:
    """Units of one line pegged to a supply on its way, promised for `available_from`.

    As they come, `quantity` goes down and the peg of the position up. Of those that are `short`
    the owner has given up `written_off`, and need not have heard of the others.
    """

    line_id: str
    supply: InboundKey
    quantity: int
    available_from: datetime
    released: int = 0
    short: int = 0
    share: str | None = None
    written_off: int = 0

    @property
    def position(self) -> PositionKey:
        """Where they will be."""
        return self.supply.position

    @property
    def open(self) -> int:
        """Units still waited for."""
        return self.quantity - self.released - self.short


@dataclass(frozen=True, slots=True)
class Reservation:
    """Goods kept for somebody; a released one without pegs is a tombstone.

    `owner` is the subject who made it. `version` counts its commits from 1; the commit sets it.
    `queue` orders those who wait for goods, as text; they said to wait until `accept_until`. The
    rules look at `channel` and `service`.
    """

    identifier: str
    kind: ReservationKind
    owner: str
    pegs: tuple[Peg, ...]
    created_at: datetime
    state: ReservationState = ReservationState.ACTIVE
    expires_at: datetime | None = None
    order_id: str | None = None
    channel: str | None = None
    version: int = 1
    awaited: tuple[Awaited, ...] = ()
    queue: str = ""
    accept_until: datetime | None = None
    service: Service = USUAL_SERVICE

    @property
    def is_tombstone(self) -> bool:
        """Whether it only stands for a release that came before its allocation."""
        return not self.pegs and not self.awaited

    @property
    def everything(self) -> tuple[Peg | Awaited, ...]:
        """What it keeps and what it waits for."""
        return (*self.pegs, *self.awaited)

    @property
    def available_from(self) -> datetime | None:
        """When everything that is waited for will have come; None when nothing is."""
        return max((each.available_from for each in self.awaited if each.open), default=None)

    @property
    def is_late(self) -> bool:
        """Whether something that it waits for comes later than was accepted."""
        return any(each.open and not self.accepts(each.available_from) for each in self.awaited)

    def accepts(self, moment: datetime) -> bool:
        """Whether goods may come as late as that."""
        return self.accept_until is None or moment <= self.accept_until

    def has_expired(self, now: datetime) -> bool:
        """Whether it no longer keeps anything, whatever is written."""
        return self.expires_at is not None and self.expires_at <= now

    def is_active(self, now: datetime) -> bool:
        """Whether it keeps anything now."""
        return self.state_at(now) is ReservationState.ACTIVE

    def state_at(self, now: datetime) -> ReservationState:
        """Give the state as anyone may see it now: expiry needs nobody to write it."""
        if self.state is ReservationState.ACTIVE and self.has_expired(now):
            return ReservationState.EXPIRED
        return self.state


def tombstone(identifier: str, order_id: str, owner: str, now: datetime) -> Reservation:
    """Give what refuses an allocation that arrives after its own release."""
    return Reservation(
        identifier=identifier,
        kind=ReservationKind.ORDER,
        owner=owner,
        pegs=(),
        created_at=now,
        state=ReservationState.RELEASED,
        order_id=order_id,
    )


def with_pegs(
    reservation: Reservation,
    pegs: Sequence[Peg],
    *,
    ended: ReservationState,
    awaited: Sequence[Awaited] | None = None,
) -> Reservation:
    """Give the reservation with other pegs; with nothing open it ends.

    A reservation of which something was consumed ends CONSUMED, else as `ended`.
    """
    waiting = reservation.awaited if awaited is None else tuple(awaited)
    state = reservation.state
    if not any(peg.open for peg in pegs) and not any(each.open for each in waiting):
        taken = any(peg.consumed for peg in pegs)
        state = ReservationState.CONSUMED if taken else ended
    return replace(reservation, pegs=tuple(pegs), awaited=waiting, state=state)
