"""Builders of stock commands, and a stock in memory that commits by the same decisions."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count

from inventory_svc.domain.stock.availability.policy import NO_POLICY, Policy
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey
from inventory_svc.domain.stock.commands import (
    AdjustStock,
    AnnouncedLine,
    AnnounceInbound,
    ConsumeReservation,
    CorrectFeedLines,
    CountPosition,
    DeclareUnavailable,
    ExpireReservation,
    FeedLine,
    FeedMode,
    FeedStock,
    PeggedQuantity,
    ReceiveInbound,
    RecordReads,
    RegisterUnits,
    ReleaseReservation,
    ReportShort,
    ReserveStock,
    SettleInbound,
    StockCommand,
    TagRead,
    UnitExit,
    UnitLine,
    UnitsMode,
    WantedLine,
    WithdrawUnit,
)
from inventory_svc.domain.stock.decisions import Decided, GroupDecision, decide
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey
from inventory_svc.domain.stock.inbound.supply import (
    Announcement,
    InboundKey,
    InboundKind,
    InboundSupply,
    SaleWindow,
)
from inventory_svc.domain.stock.movement import AdjustmentReason, Counters, Movement, fold
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.release_right import ReleaseRight
from inventory_svc.domain.stock.reservation import (
    Awaited,
    Reservation,
    ReservationKind,
    ReservationState,
)
from inventory_svc.domain.stock.sourcing import NearestLocations
from inventory_svc.domain.stock.supply import Queue, Supply
from inventory_svc.domain.stock.takeover import Takeover
from inventory_svc.domain.stock.unavailable import Disposition
from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.unit import ReadPoint, SerialUnit
from retail_kit.quantities import Unit
from service_kit.commands.idempotency import IdempotentRequest, Outcome, key_reused
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import Clock

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
CATEGORIES = {"shirt": "clothes", "boot": "shoes"}
ITEM_UNITS = {"ribbon": Unit.MILLIMETRE, "cord": Unit.MILLIMETRE, "flour": Unit.GRAM}
_keys = count()


def a_request(key: str | None = None, fingerprint: str = "same") -> IdempotentRequest:
    """Give a request with a key of its own unless one is given."""
    return IdempotentRequest("user:ann", "test", key or f"key-{next(_keys)}", fingerprint)


def a_feed(
    mode: FeedMode, *lines: tuple[PositionKey, int], counted_at: datetime | None = None
) -> FeedStock:
    """Give a feed of one quantity per position."""
    fed = tuple(
        FeedLine(index, position, quantity, counted_at)
        for index, (position, quantity) in enumerate(lines)
    )
    return FeedStock(a_request(), "erp", mode, fed)


def a_count(position: PositionKey, quantity: int, at: datetime = NOW) -> FeedStock:
    """Give a snapshot of one position."""
    return a_feed(FeedMode.SNAPSHOT, (position, quantity), counted_at=at)


def an_adjustment(
    position: PositionKey,
    quantity: int,
    *,
    reason: AdjustmentReason = AdjustmentReason.CORRECTION,
    expected_version: int | None = None,
) -> AdjustStock:
    """Give an adjustment of one position."""
    return AdjustStock(a_request(), "till", position, quantity, reason, expected_version)


def a_declaration(
    position: PositionKey,
    quantity: int = 1,
    disposition: Disposition = Disposition.DECLARED_MISSING,
    expected_version: int | None = None,
) -> DeclareUnavailable:
    """Give a declaration that units of one position cannot be sold."""
    request = a_request()
    return DeclareUnavailable(request, "ann", position, disposition, quantity, expected_version)


def a_shelf_count(
    position: PositionKey, counted: int = 0, expected_version: int | None = None
) -> CountPosition:
    """Give what somebody counted at one position."""
    return CountPosition(a_request(), "ann", position, counted, expected_version)


def an_allocation(
    *lines: tuple[str, int],
    among: Sequence[str] = ("W1", "S1", "S2"),
    order: str = "order-1",
    request: IdempotentRequest | None = None,
    reservation_id: str | None = None,
) -> ReserveStock:
    """Give a hard reservation of so many units of each SKU."""
    request = request or a_request()
    return ReserveStock(
        request=request,
        actor="order_svc",
        reservation_id=reservation_id or f"r-{request.key}",
        kind=ReservationKind.ORDER,
        lines=tuple(WantedLine(f"l{at}", sku, units) for at, (sku, units) in enumerate(lines)),
        candidates=tuple(among),
        owner="order_svc",
        order_id=order,
        channel="web",
    )


def a_wish(
    sku: str,
    units: int,
    until: datetime,
    *,
    among: Sequence[str] = ("S1",),
    expires_at: datetime | None = None,
) -> ReserveStock:
    """Give a reservation that may wait until a date."""
    command = an_allocation((sku, units), among=among)
    return replace(command, until=until, expires_at=expires_at)


def a_supply_key(
    reference: str = "PO-1", kind: InboundKind = InboundKind.PURCHASE_ORDER
) -> InboundKey:
    """Give the name of a line that announces shirts for S1."""
    return InboundKey(PositionKey("shirt", "S1"), kind, reference)


def an_announcement(
    key: InboundKey,
    quantity: int,
    at: datetime,
    *,
    cancelled: bool = False,
    window: SaleWindow | None = None,
    ship_before: datetime | None = None,
) -> AnnounceInbound:
    """Give a feed of one supply that is on its way, or of a quota."""
    announcement = Announcement(
        key, quantity, at, at, window=window, cancelled=cancelled, ship_before=ship_before
    )
    return AnnounceInbound(a_request(), "erp", (AnnouncedLine(0, announcement),))


def an_arrival(key: InboundKey, quantity: int, *, closes: bool = False) -> ReceiveInbound:
    """Give units of a supply that have come."""
    return ReceiveInbound(a_request(), "dock", key, quantity, closes)


def a_hold(
    sku: str,
    units: int,
    *,
    at: str = "S1",
    expires_at: datetime = NOW + timedelta(minutes=15),
    owner: str = "ann",
) -> ReserveStock:
    """Give a soft reservation of one SKU at one location."""
    request = a_request()
    return ReserveStock(
        request=request,
        actor=owner,
        reservation_id=f"r-{request.key}",
        kind=ReservationKind.CART,
        lines=(WantedLine("l0", sku, units),),
        candidates=(at,),
        owner=owner,
        expires_at=expires_at,
    )


def an_order_of(
    holds: Sequence[Reservation],
    *lines: tuple[str, int],
    among: Sequence[str] = ("W1", "S1", "S2"),
    right: ReleaseRight | None = None,
) -> ReserveStock:
    """Give an allocation that takes reservations over, by default as those who made them."""
    names = tuple(each.identifier for each in holds)
    subject = holds[0].owner if holds else "ann"
    takeover = Takeover(names, right or ReleaseRight(subject))
    return replace(an_allocation(*lines, among=among), takeover=takeover)


def a_sale_of(reservation: Reservation, position: PositionKey, units: int = 1) -> AdjustStock:
    """Give a sale over the counter of what a reservation keeps."""
    sale = an_adjustment(position, -units, reason=AdjustmentReason.SALE)
    return replace(sale, reservation_id=reservation.identifier)


def a_consumption(reservation: Reservation, *units: int) -> ConsumeReservation:
    """Give a consumption of so many units of each peg; of all that is open if none are given."""
    return ConsumeReservation(
        a_request(), "order_svc", reservation.identifier, _lines(reservation, units)
    )


def a_release(
    reservation: Reservation, *units: int, right: ReleaseRight | None = None
) -> ReleaseReservation:
    """Give a release of so many units of each peg; of everything if none are given."""
    lines = _lines(reservation, units) if units else None
    return ReleaseReservation(a_request(), "order_svc", reservation.identifier, lines, right=right)


def a_shortage(reservation: Reservation, missing: int, counted: int = 0) -> ReportShort:
    """Give a report that units of the first peg are missing."""
    peg = reservation.pegs[0]
    return ReportShort(
        a_request(),
        "order_svc",
        reservation.identifier,
        peg.line_id,
        peg.position.location,
        missing,
        counted,
    )


def an_expiry(reservation: Reservation) -> ExpireReservation:
    """Give the expiry of a reservation."""
    return ExpireReservation(reservation.identifier)


def a_registration(
    *pieces: tuple[str, PositionKey],
    mode: UnitsMode = UnitsMode.RECEIVED,
    tagged: bool = True,
) -> RegisterUnits:
    """Give pieces at positions; each bears a tag `tag-` and its serial, unless it bears none."""
    lines = tuple(
        UnitLine(index, serial, position, f"tag-{serial}" if tagged else None)
        for index, (serial, position) in enumerate(pieces)
    )
    return RegisterUnits(a_request(), "erp", mode, lines)


def a_purchase(
    serial: str,
    position: PositionKey,
    *,
    expires_at: datetime | None = None,
    among: Sequence[str] = ("W1", "S1", "S2"),
) -> ReserveStock:
    """Give a reservation of one piece by its name, hard unless it ends."""
    request = a_request()
    return ReserveStock(
        request=request,
        actor="ann",
        reservation_id=f"r-{request.key}",
        kind=ReservationKind.ORDER if expires_at is None else ReservationKind.CART,
        lines=(WantedLine("l0", position.sku, 1, position.condition, serial),),
        candidates=tuple(among),
        owner="ann",
        expires_at=expires_at,
        order_id=f"order-{request.key}",
    )


def a_withdrawal(serial: str, location: str, reason: UnitExit = UnitExit.SALE) -> WithdrawUnit:
    """Give a piece that leaves its shelf."""
    return WithdrawUnit(a_request(), "till", serial, location, reason)


def some_reads(
    location: str, *serials: str, at: datetime = NOW, point: ReadPoint = ReadPoint.DOOR
) -> RecordReads:
    """Give reads of the tags that pieces bear by `a_registration`."""
    lines = tuple(
        TagRead(index, f"tag-{serial}", point, at) for index, serial in enumerate(serials)
    )
    return RecordReads(a_request(), "gate", location, lines)


def _lines(reservation: Reservation, units: Sequence[int]) -> tuple[PeggedQuantity, ...]:
    quantities = units or [peg.open for peg in reservation.pegs]
    return tuple(
        PeggedQuantity(peg.line_id, peg.position.location, quantity)
        for peg, quantity in zip(reservation.pegs, quantities, strict=True)
        if quantity
    )


class InMemoryStock:
    """Commits each group over dictionaries, by the product's own decisions."""

    def __init__(self, clock: Clock, policy: Policy = NO_POLICY, most_waiting: int = 200) -> None:
        self.most_waiting = most_waiting
        self.clock = clock
        self.policy = policy
        self.draws: dict[ShareKey, ShareDraw] = {}
        self.inbound: dict[InboundKey, InboundSupply] = {}
        self.rejections: dict[RejectionKey, FeedRejection] = {}
        self.positions: dict[PositionKey, Position] = {}
        self.reservations: dict[str, Reservation] = {}
        self.outcomes: dict[str, tuple[str, Outcome]] = {}
        self.ledger: list[Movement] = []
        self.units: dict[str, SerialUnit] = {}
        self.history: list[UnitStep] = []
        self.decisions: list[GroupDecision] = []

    async def submit(self, command: StockCommand) -> Decided:
        """Commit one command."""
        return self.commit(command)[0]

    def commit(self, *commands: StockCommand) -> list[Decided]:
        """Commit the commands as one group."""
        supply = Supply(
            positions=self.positions,
            reservations=self.reservations,
            outcomes={
                command.request.identifier: self._known(command.request)
                for command in commands
                if command.request and command.request.identifier in self.outcomes
            },
            moved_since=self._moved_since(commands),
            policy=self.policy,
            categories=CATEGORIES,
            draws=self.draws,
            kept={
                command.owner: tuple(self.reservations.values())
                for command in commands
                if isinstance(command, ReserveStock)
            },
            item_units=ITEM_UNITS,
            inbound=self.inbound,
            queues=dict(self._queues(commands)),
            units=self.units,
            tags={unit.epc: unit.serial for unit in self.units.values() if unit.epc},
            rejections=self.rejections,
        )
        decision = decide(commands, supply, NearestLocations(), self.clock.now())
        self._apply(decision)
        return [decided for decided in decision.decided if decided is not None]

    def waiting_for(self, supply: InboundKey) -> list[tuple[Reservation, Awaited]]:
        """Give the rows that still wait for a supply, in their order."""
        queue = sorted(self.reservations.values(), key=lambda each: each.queue)
        return [
            (each, row)
            for each in queue
            if each.state_at(self.clock.now()) is ReservationState.ACTIVE
            for row in each.awaited
            if row.open and row.supply == supply
        ]

    def _queues(self, commands: Sequence[StockCommand]) -> Iterator[tuple[int, Queue]]:
        """Read who waits as the database does, up to `most_waiting` for each command."""
        now = self.clock.now()
        for place, command in enumerate(commands):
            if isinstance(command, ReceiveInbound | SettleInbound):
                supplies = [
                    command.supply,
                    *(key for key in self.inbound if key.position == command.supply.position),
                ]
                rows = [row for key in supplies for row in self.waiting_for(key)]
                if isinstance(command, SettleInbound):
                    rows = self._touched(command.supply, now)
                names = tuple(dict.fromkeys(each.identifier for each, _ in rows))
                yield place, Queue(names[: self.most_waiting], len(names) < self.most_waiting)

    def _touched(self, key: InboundKey, now: datetime) -> list[tuple[Reservation, Awaited]]:
        supply, rows = self.inbound.get(key), self.waiting_for(key)
        if supply is None:
            return []
        latest = rows[::-1] if supply.missing(now) else []
        return [
            *latest,
            *(each for each in rows if each[1].available_from != supply.available_from),
        ]

    def counters(self, key: PositionKey) -> Counters:
        """Give the counters of a position."""
        position = self.positions.get(key, Position(key))
        return Counters(position.on_hand, position.allocated, position.reserved)

    def folded(self, key: PositionKey) -> Counters:
        """Add up the ledger of a position."""
        return fold(movement for movement in self.ledger if movement.position == key)

    def declared(self, key: PositionKey) -> dict[Disposition, int]:
        """Give what was declared at a position, by reason."""
        rows = self.positions.get(key, Position(key)).unavailable
        return {row.disposition: row.quantity for row in rows}

    def available(self, key: PositionKey) -> int:
        """Give what can be promised of a position now."""
        return self.positions.get(key, Position(key)).available(self.clock.now())

    def _known(self, request: IdempotentRequest) -> Outcome | Refusal:
        fingerprint, outcome = self.outcomes[request.identifier]
        return outcome if fingerprint == request.fingerprint else key_reused()

    def _moved_since(
        self, commands: Sequence[StockCommand]
    ) -> Mapping[tuple[PositionKey, datetime], int]:
        return {
            (line.position, line.counted_at): sum(
                movement.on_hand
                for movement in self.ledger
                if movement.position == line.position and movement.effective_at > line.counted_at
            )
            for command in commands
            if isinstance(command, FeedStock | CorrectFeedLines)
            for line in command.lines
            if line.counted_at is not None
        }

    def _apply(self, decision: GroupDecision) -> None:
        self.decisions.append(decision)
        self.positions.update({change.after.key: change.after for change in decision.positions})
        self.draws.update({change.after.key: change.after for change in decision.draws})
        self.inbound.update({change.after.key: change.after for change in decision.inbound})
        self.rejections.update({change.after.key: change.after for change in decision.rejections})
        self.ledger.extend(decision.movements)
        self.units.update({change.after.serial: change.after for change in decision.units})
        self.history.extend(decision.unit_steps)
        for change in decision.reservations:
            self.reservations[change.after.identifier] = change.after
        for request, outcome in decision.records:
            self.outcomes[request.identifier] = (request.fingerprint, outcome)
