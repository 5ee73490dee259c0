"""The pure function behind a stock commit: a group of commands, decided over what was read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.stock.commands import (
    AdjustStock,
    AnnounceInbound,
    ConsumeReservation,
    CorrectFeedLines,
    CountPosition,
    DeclareUnavailable,
    ExpireReservation,
    FeedStock,
    ReceiveInbound,
    RecordReads,
    RefuseRequest,
    RegisterUnits,
    ReleaseReservation,
    ReportShort,
    ReserveStock,
    RestockReturn,
    SettleInbound,
    ShelfCommand,
    StockCommand,
    WithdrawUnit,
)
from inventory_svc.domain.stock.deciding.adjusting import decide_adjustment
from inventory_svc.domain.stock.deciding.answers import Answer, WiderSupplyNeeded, refused
from inventory_svc.domain.stock.deciding.arriving import decide_announcements, decide_receipt
from inventory_svc.domain.stock.deciding.correcting import decide_correction
from inventory_svc.domain.stock.deciding.counting import decide_feed, decide_restock
from inventory_svc.domain.stock.deciding.declaring import decide_count, decide_declaration
from inventory_svc.domain.stock.deciding.ending import (
    decide_consumption,
    decide_expiry,
    decide_release,
    decide_short,
)
from inventory_svc.domain.stock.deciding.reading_tags import decide_reads
from inventory_svc.domain.stock.deciding.registering import (
    decide_registration,
    decide_withdrawal,
)
from inventory_svc.domain.stock.deciding.renting import decide_of_rentals
from inventory_svc.domain.stock.deciding.reserving import decide_reservation
from inventory_svc.domain.stock.deciding.settling import decide_settling
from inventory_svc.domain.stock.draft import (
    DrawChange,
    InboundChange,
    PositionChange,
    RejectionChange,
    ReservationChange,
    StockDraft,
)
from inventory_svc.domain.stock.file_step import CommittedStep
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.position import Position, PositionKey
from inventory_svc.domain.stock.rental_commands import RentUnit, RestoreUnit, TurnUnit
from inventory_svc.domain.stock.reservation import Reservation
from inventory_svc.domain.stock.sourcing import SourcingStrategy
from inventory_svc.domain.stock.supply import Supply
from inventory_svc.domain.stock.units.history import UnitStep
from inventory_svc.domain.stock.units.open_units import UnitChange
from service_kit.commands.idempotency import IdempotentRequest, Outcome, key_reused
from service_kit.commands.refusal import Refusal


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of one command; the entities are as the commit leaves them, if it read them."""

    outcome: Outcome
    reservation: Reservation | None = None
    position: Position | None = None


@dataclass(frozen=True, slots=True)
class GroupDecision:
    """What one commit answers and writes.

    `decided` has one place per command; None asks for wider supply. `records` are the outcomes to
    keep, one per request that had none. `unread` are the positions that it looked at without
    anybody having looked them up: where an earlier command of the group had led a later one.
    """

    now: datetime
    decided: tuple[Decided | None, ...]
    positions: tuple[PositionChange, ...]
    movements: tuple[Movement, ...]
    reservations: tuple[ReservationChange, ...]
    records: tuple[tuple[IdempotentRequest, Outcome], ...]
    draws: tuple[DrawChange, ...] = ()
    inbound: tuple[InboundChange, ...] = ()
    units: tuple[UnitChange, ...] = ()
    unit_steps: tuple[UnitStep, ...] = ()
    rejections: tuple[RejectionChange, ...] = ()
    steps: tuple[CommittedStep, ...] = ()
    unread: frozenset[PositionKey] = frozenset()


def decide(
    commands: Sequence[StockCommand], supply: Supply, sourcing: SourcingStrategy, now: datetime
) -> GroupDecision:
    """Decide the commands one after the other, each with all its lines or none."""
    draft = StockDraft(supply, now)
    records: dict[str, tuple[IdempotentRequest, Outcome]] = {}
    steps: dict[str, CommittedStep] = {}
    answers: list[Answer | None] = []
    for place, command in enumerate(commands):
        answer = _replayed(command, supply, records) or _committed(command, supply)
        if answer is None:
            answer = _decided(command, draft, place, sourcing)
            if answer is not None and command.request is not None:
                records[command.request.identifier] = (command.request, answer.outcome)
            if answer is not None and isinstance(command, FeedStock) and command.step is not None:
                steps[command.step.file] = CommittedStep(command.step, answer.outcome.values)
        answers.append(answer)
    positions = tuple(draft.position_changes())
    after = {change.after.key: change.after for change in positions}
    return GroupDecision(
        now=now,
        decided=tuple(
            None if answer is None else _shown(answer, draft, after.get) for answer in answers
        ),
        positions=positions,
        movements=tuple(draft.movements()),
        reservations=tuple(draft.reservation_changes()),
        records=tuple(records.values()),
        draws=tuple(draft.draw_changes()),
        inbound=tuple(draft.inbound_changes()),
        units=tuple(draft.units.changes()),
        unit_steps=draft.units.history(),
        rejections=tuple(draft.rejection_changes()),
        steps=tuple(steps.values()),
        unread=draft.unread(),
    )


def _replayed(
    command: StockCommand,
    supply: Supply,
    records: Mapping[str, tuple[IdempotentRequest, Outcome]],
) -> Answer | None:
    """Answer a command whose key was decided before, in this group or earlier."""
    request = command.request
    if request is None:
        return None
    recorded = supply.outcomes.get(request.identifier)
    if recorded is None:
        earlier = records.get(request.identifier)
        if earlier is None:
            return None
        same = earlier[0].fingerprint == request.fingerprint
        recorded = earlier[1] if same else key_reused()
    return refused(recorded) if isinstance(recorded, Refusal) else _answer_of(recorded)


def _committed(command: StockCommand, supply: Supply) -> Answer | None:
    """Answer a step of a file that was committed, though nothing may be known of its key.

    Whoever is further behind than that finds the file moved and has no use for the counts.
    """
    if not isinstance(command, FeedStock) or command.step is None:
        return None
    last = supply.steps.get(command.step.file)
    if last is None or not command.step.is_within(last.step):
        return None
    return Answer(Outcome(last.counts))


def _answer_of(outcome: Outcome) -> Answer:
    identifier = outcome.values.get("reservationId")
    return Answer(outcome, reservation_id=identifier if isinstance(identifier, str) else None)


def _decided(
    command: StockCommand, draft: StockDraft, place: int, sourcing: SourcingStrategy
) -> Answer | None:
    match command:
        case ReserveStock():
            return _reserved(command, draft, place, sourcing)
        case ConsumeReservation():
            return decide_consumption(command, draft)
        case ReleaseReservation():
            return decide_release(command, draft)
        case ReportShort():
            return decide_short(command, draft)
        case ExpireReservation():
            return decide_expiry(command, draft)
        case AnnounceInbound():
            return decide_announcements(command, draft)
        case ReceiveInbound():
            return decide_receipt(command, draft, place)
        case SettleInbound():
            return decide_settling(command, draft, place)
        case RegisterUnits() | WithdrawUnit() | RecordReads():
            return _decided_of_pieces(command, draft)
        case RentUnit() | TurnUnit() | RestoreUnit():
            return decide_of_rentals(command, draft)
        case RefuseRequest():
            return refused(*command.refusals)
        case _:
            return _told_of_shelves(command, draft)


def _told_of_shelves(command: ShelfCommand, draft: StockDraft) -> Answer:
    match command:
        case FeedStock():
            return decide_feed(command, draft)
        case CorrectFeedLines():
            return decide_correction(command, draft)
        case AdjustStock():
            return decide_adjustment(command, draft)
        case DeclareUnavailable():
            return decide_declaration(command, draft)
        case CountPosition():
            return decide_count(command, draft)
        case RestockReturn():
            return decide_restock(command, draft)


def _reserved(
    command: ReserveStock, draft: StockDraft, place: int, sourcing: SourcingStrategy
) -> Answer | None:
    try:
        return decide_reservation(command, draft, place, sourcing)
    except WiderSupplyNeeded:
        return None


def _decided_of_pieces(
    command: RegisterUnits | WithdrawUnit | RecordReads, draft: StockDraft
) -> Answer:
    match command:
        case RegisterUnits():
            return decide_registration(command, draft)
        case WithdrawUnit():
            return decide_withdrawal(command, draft)
        case RecordReads():
            return decide_reads(command, draft)


def _shown(
    answer: Answer, draft: StockDraft, after: Callable[[PositionKey], Position | None]
) -> Decided:
    reservation = answer.reservation_id and draft.reservation(answer.reservation_id)
    return Decided(
        outcome=answer.outcome,
        reservation=reservation or None,
        position=None if answer.position is None else after(answer.position),
    )
