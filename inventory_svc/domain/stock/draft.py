"""The state that a group of commands is decided over: what was read, and what it becomes."""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey
from inventory_svc.domain.stock.inbound.supply import InboundKey, InboundSupply, by_date
from inventory_svc.domain.stock.movement import (
    AdjustmentReason,
    Movement,
    MovementKind,
    units_sold,
)
from inventory_svc.domain.stock.pace import NO_PACE
from inventory_svc.domain.stock.position import Hold, Position, PositionKey
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.supply import Queue, Supply
from inventory_svc.domain.stock.unavailable import Disposition, Unavailable, declared
from inventory_svc.domain.stock.units.open_units import OpenUnits
from inventory_svc.domain.stock.units.unit import SerialUnit


class PositionChange(NamedTuple):
    """A position before (None: it did not exist) and after a commit."""

    before: Position | None
    after: Position


class ReservationChange(NamedTuple):
    """A reservation before (None: it did not exist) and after a commit."""

    before: Reservation | None
    after: Reservation


class DrawChange(NamedTuple):
    """What was drawn of a share before (None: nothing ever was) and after a commit."""

    before: ShareDraw | None
    after: ShareDraw


class InboundChange(NamedTuple):
    """A supply on its way before (None: nobody had announced it) and after a commit."""

    before: InboundSupply | None
    after: InboundSupply

    @property
    def is_unsettled(self) -> bool:
        """Whether promises rest on the supply that it may not keep as they were given."""
        if self.before is None or not (self.after.pegged or self.after.holds):
            return False
        return self.before.announced != self.after.announced

    @property
    def ends_at(self) -> datetime | None:
        """When the promises that rest on the supply end, unless that was known before."""
        before = None if self.before is None else self.before.promised_until
        after = self.after.promised_until
        return None if after == before else after


class RejectionChange(NamedTuple):
    """A refused line of a feed before (None: it was not refused) and after a commit."""

    before: FeedRejection | None
    after: FeedRejection


class Cause(NamedTuple):
    """Why stock moves: the command, who gave it, and the reservation and share it is about."""

    command: str
    actor: str
    reservation_id: str | None = None
    reason: AdjustmentReason | None = None
    share: str | None = None


class Change(NamedTuple):
    """By how much the counters move; `held` at the expiry of its hold, `unavailable` by reason."""

    on_hand: int = 0
    allocated: int = 0
    held: int = 0
    expires_at: datetime | None = None
    unavailable: int = 0
    disposition: Disposition | None = None


class OpenPosition:
    """One position while commands are decided over it; every change is a movement."""

    def __init__(self, key: PositionKey, before: Position | None, now: datetime) -> None:
        read = before or Position(key)
        self.before = before
        self.movements: list[Movement] = []
        self.on_hand = read.on_hand
        self.allocated = read.allocated
        self.held = read.held(now)
        self.counted_at = read.counted_at
        self.declared = {row.disposition: row for row in read.unavailable}
        self.pieces = read.pieces
        self.pace = read.pace
        self._read = read
        self._now = now
        self._holds: dict[datetime, int] | None = None
        self._moved_at = read.moved_at

    @property
    def available(self) -> int:
        """Units that can still be promised."""
        return max(0, self._left)

    @property
    def lacking(self) -> int:
        """Units that are kept for somebody and are not there to be sold."""
        return max(0, -self._left)

    @property
    def unavailable(self) -> int:
        """Units on hand that were declared not to be sellable."""
        return sum(row.quantity for row in self.declared.values()) if self.declared else 0

    def declared_units(self, disposition: Disposition) -> int:
        """Units that were declared for one reason."""
        row = self.declared.get(disposition)
        return 0 if row is None else row.quantity

    @property
    def unnamed(self) -> int:
        """Units on hand that are no pieces with a serial number."""
        return self.on_hand - self.pieces

    @property
    def version(self) -> int:
        """The version that a reader sees once the group is committed."""
        return self._read.version + (1 if self.movements else 0)

    @property
    def has_changed(self) -> bool:
        """Whether there is anything to write."""
        read = self._read
        return bool(self.movements) or (self.counted_at, self.pieces) != (
            read.counted_at,
            read.pieces,
        )

    def move(
        self,
        kind: MovementKind,
        change: Change,
        cause: Cause,
        effective_at: datetime | None = None,
    ) -> None:
        """Change the counters and write the movement."""
        self.on_hand += change.on_hand
        self.allocated += change.allocated
        if change.expires_at is not None:
            self._hold(change.expires_at, change.held)
        if change.disposition is not None:
            self.declared = declared(
                self.declared, change.disposition, change.unavailable, self._now
            )
        effective = effective_at or self._now
        if change.on_hand:
            self._moved_at = max(effective, self._moved_at or effective)
        sold = units_sold(kind, cause.reason, change.on_hand)
        self.movements.append(
            Movement(
                self._read.key,
                self._read.movements + len(self.movements) + 1,
                kind,
                change.on_hand,
                change.allocated,
                change.held,
                cause.command,
                cause.actor,
                self._now,
                effective,
                cause.reservation_id,
                cause.reason,
                change.expires_at,
                cause.share,
                change.unavailable,
                change.disposition,
                self.pace if sold else NO_PACE,
            )
        )
        if sold:
            self.pace = self.pace.with_sold(sold, self._now)

    def was_counted(self, moment: datetime) -> bool:
        """Whether what was there at a moment has been counted, then or later."""
        return self.counted_at is not None and self.counted_at >= moment

    def moved_since(self, moment: datetime) -> int:
        """Units that this group has moved in or out of the position after a moment."""
        return sum(
            movement.on_hand for movement in self.movements if movement.effective_at > moment
        )

    def after(self) -> Position:
        """Give the position as the commit leaves it."""
        return Position(
            key=self._read.key,
            on_hand=self.on_hand,
            allocated=self.allocated,
            holds=self._sorted_holds(),
            version=self.version,
            movements=self._read.movements + len(self.movements),
            moved_at=self._moved_at,
            counted_at=self.counted_at,
            changed_at=self._now if self.movements else self._read.changed_at,
            unavailable=self._sorted_declared(),
            pieces=self.pieces,
            pace=self.pace,
        )

    @property
    def _left(self) -> int:
        return self.on_hand - self.unavailable - self.allocated - self.held

    def _hold(self, expires_at: datetime, change: int) -> None:
        if self._holds is None:
            self._holds = dict(self._read.holds)
        self._holds[expires_at] = self._holds.get(expires_at, 0) + change
        if expires_at > self._now:
            self.held += change

    def _sorted_holds(self) -> tuple[Hold, ...]:
        if self._holds is None:
            return self._read.holds
        return tuple(Hold(at, quantity) for at, quantity in sorted(self._holds.items()) if quantity)

    def _sorted_declared(self) -> tuple[Unavailable, ...]:
        return tuple(self.declared[each] for each in sorted(self.declared))


class StockDraft:
    """Everything one group of commands reads and changes, in the order of the commands."""

    def __init__(self, supply: Supply, now: datetime) -> None:
        self.supply = supply
        self.now = now
        self._positions: dict[PositionKey, OpenPosition] = {}
        self._reservations: dict[str, Reservation] = {}
        self._draws: dict[ShareKey, ShareDraw] = {}
        self._rejections: dict[RejectionKey, FeedRejection] = {}
        self._inbound: dict[InboundKey, InboundSupply] = {}
        self._inbound_to: dict[PositionKey, set[InboundKey]] | None = None
        self.units = OpenUnits(supply.units, supply.tags, now, self._count_piece)

    def position(self, key: PositionKey) -> OpenPosition:
        """Give a position to look at or to move; one never written is empty."""
        found = self._positions.get(key)
        if found is None:
            found = OpenPosition(key, self.supply.positions.get(key), self.now)
            self._positions[key] = found
        return found

    def knows(self, key: PositionKey) -> bool:
        """Whether a position was read, or written by the commands so far."""
        return key in self._positions or key in self.supply.positions

    def unread(self) -> frozenset[PositionKey]:
        """Give the positions that were looked at or moved and that nobody had looked up."""
        asked = self.supply.asked
        return frozenset(key for key in self._positions if key not in asked)

    def available(self, key: PositionKey) -> int:
        """Units of a position that can still be promised, before any channel's rules."""
        return self.position(key).available if self.knows(key) else 0

    def moved_since(self, key: PositionKey, moment: datetime) -> int:
        """Units that moved in or out of a position after a moment, this group included."""
        return self.supply.moved_since.get((key, moment), 0) + self.position(key).moved_since(
            moment
        )

    def reservation(self, identifier: str) -> Reservation | None:
        """Give a reservation as the commands so far have left it."""
        changed = self._reservations.get(identifier)
        return changed if changed is not None else self.supply.reservations.get(identifier)

    def save(self, reservation: Reservation) -> None:
        """Keep a new or changed reservation; however often, it is one change of the commit."""
        before = self.supply.reservations.get(reservation.identifier)
        version = before.version + 1 if before is not None else 1
        self._reservations[reservation.identifier] = replace(reservation, version=version)

    def kept_by(self, owner: str) -> list[Reservation]:
        """Give what is kept for a time for an owner whom an allowance binds."""
        known = {each.identifier: each for each in self.supply.kept.get(owner, ())}
        return [
            each
            for each in {**known, **self._reservations}.values()
            if each.owner == owner and each.expires_at and each.is_active(self.now)
        ]

    def draw(self, key: ShareKey) -> ShareDraw:
        """Give what was drawn of a share as the commands so far have left it."""
        return self._draws.get(key) or self.supply.draws.get(key) or ShareDraw(key)

    def drawn(self, key: ShareKey) -> int:
        """Give how many units count as drawn of a share."""
        return self.draw(key).drawn(self.now, self.counted_at)

    def drawn_later(self, key: ShareKey) -> int:
        """Give how many units will count as drawn of a share once all that is kept has come."""
        return self.drawn(key) + self.draw(key).awaited(self.now)

    def save_draw(self, draw: ShareDraw) -> None:
        """Keep what is drawn now; however often, it is one change of the commit."""
        before = self.supply.draws.get(draw.key)
        self._draws[draw.key] = replace(draw, version=before.version + 1 if before else 1)

    def inbound(self, key: InboundKey) -> InboundSupply | None:
        """Give a supply on its way as the commands so far have left it."""
        return self._inbound.get(key) or self.supply.inbound.get(key)

    def inbound_to(self, position: PositionKey) -> list[InboundSupply]:
        """Give everything that is known to be on its way to a position, or was, by its date."""
        if self._inbound_to is None:
            self._inbound_to = {}
            for key in (*self.supply.inbound, *self._inbound):
                self._inbound_to.setdefault(key.position, set()).add(key)
        known = map(self.inbound, self._inbound_to.get(position, ()))
        return by_date(each for each in known if each is not None)

    def save_inbound(self, supply: InboundSupply) -> None:
        """Keep a new or changed supply; however often, it is one change of the commit."""
        before = self.supply.inbound.get(supply.key)
        self._inbound[supply.key] = replace(supply, version=before.version + 1 if before else 1)
        if self._inbound_to is not None:
            self._inbound_to.setdefault(supply.key.position, set()).add(supply.key)

    def waiting(self, place: int, position: PositionKey) -> Queue:
        """Give who waits at a position, as read for a command, and those of this group."""
        read = self.supply.queues.get(place, Queue())
        joined = sorted(
            (each.queue, identifier)
            for identifier, each in self._reservations.items()
            if identifier not in read.reservations
            and any(row.open and row.supply.position == position for row in each.awaited)
        )
        return Queue((*read.reservations, *(each for _, each in joined)), read.whole)

    def rejection(self, key: RejectionKey) -> FeedRejection | None:
        """Give a refused line of a feed as the commands so far have left it."""
        return self._rejections.get(key) or self.supply.rejections.get(key)

    def save_rejection(self, rejection: FeedRejection) -> None:
        """Keep a refused line; however often, it is one change of the commit."""
        before = self.supply.rejections.get(rejection.key)
        version = before.version + 1 if before is not None else 1
        self._rejections[rejection.key] = replace(rejection, version=version)

    def rejection_changes(self) -> Iterator[RejectionChange]:
        """Give the refused lines that are to be written."""
        for key, after in self._rejections.items():
            yield RejectionChange(self.supply.rejections.get(key), after)

    def counted_at(self, key: PositionKey) -> datetime | None:
        """Give when a position was last counted."""
        return self.position(key).counted_at

    def free_pieces(self, key: PositionKey) -> list[SerialUnit]:
        """Give the pieces of a position that are nobody's, as far as they were read, by serial."""
        return self.units.free_at(key) if self.position(key).pieces else []

    def draw_changes(self) -> Iterator[DrawChange]:
        """Give the draws that are to be written."""
        for key, after in self._draws.items():
            yield DrawChange(self.supply.draws.get(key), after)

    def inbound_changes(self) -> Iterator[InboundChange]:
        """Give the supplies on their way that are to be written."""
        for key, after in self._inbound.items():
            yield InboundChange(self.supply.inbound.get(key), after)

    def position_changes(self) -> Iterator[PositionChange]:
        """Give the positions that are to be written."""
        for opened in self._positions.values():
            if opened.has_changed:
                yield PositionChange(opened.before, opened.after())

    def movements(self) -> Iterator[Movement]:
        """Give the new lines of the ledger."""
        for opened in self._positions.values():
            yield from opened.movements

    def reservation_changes(self) -> Iterator[ReservationChange]:
        """Give the reservations that are to be written."""
        before: Mapping[str, Reservation] = self.supply.reservations
        for identifier, after in self._reservations.items():
            yield ReservationChange(before.get(identifier), after)

    def _count_piece(self, key: PositionKey, change: int) -> None:
        self.position(key).pieces += change
