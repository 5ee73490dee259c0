"""Deciding the way of a piece from its rental to its next sale."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Final, NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.refusals import (
    reservation_not_found,
    unit_not_available,
    unit_step_not_allowed,
    unknown_unit,
)
from inventory_svc.domain.stock.deciding import pegs
from inventory_svc.domain.stock.deciding.answers import Answer, refused
from inventory_svc.domain.stock.draft import Cause, Change, StockDraft
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.rental_commands import (
    RentalCommand,
    RentUnit,
    RestoreUnit,
    TurnUnit,
    UnitTurn,
)
from inventory_svc.domain.stock.reservation import Reservation, ReservationState, with_pegs
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import UNJUDGED, SerialUnit, UnitState
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal

_SERIAL: Final = ("input", "serial")
_LOCATION: Final = ("input", "locationCode")


class _Turn(NamedTuple):
    """What a turn starts from and leads to; `moves` if the piece may come to another location."""

    before: frozenset[UnitState]
    after: UnitState
    step: UnitStepKind
    moves: bool


_TURNS: Final[Mapping[UnitTurn, _Turn]] = MappingProxyType(
    {
        UnitTurn.TAKE_BACK: _Turn(
            frozenset({UnitState.RENTED, UnitState.WRITTEN_OFF}),
            UnitState.BACK,
            UnitStepKind.TAKEN_BACK,
            moves=True,
        ),
        UnitTurn.START_REFURBISHMENT: _Turn(
            frozenset({UnitState.BACK}),
            UnitState.IN_REFURBISHMENT,
            UnitStepKind.REFURBISHMENT_STARTED,
            moves=True,
        ),
        UnitTurn.WRITE_OFF: _Turn(
            UNJUDGED | {UnitState.RENTED},
            UnitState.WRITTEN_OFF,
            UnitStepKind.WRITTEN_OFF,
            moves=False,
        ),
    }
)


def decide_rental(command: RentUnit, draft: StockDraft) -> Answer:
    """Let a piece go for a time; what others were promised of its position stays."""
    unit = draft.units.find(command.serial)
    if unit is None:
        return refused(unknown_unit(command.serial, *_SERIAL))
    reservation = None
    if command.reservation_id is not None:
        reservation = draft.reservation(command.reservation_id)
        if reservation is None:
            return refused(reservation_not_found(command.reservation_id))
        no_right = command.right and command.right.refusal_of(reservation)
        if no_right:
            return refused(no_right)
    if not _may_go(unit, command, reservation, draft):
        state = unit.state_at(draft.now).value
        return refused(unit_not_available(unit.serial, state, *_SERIAL))
    cause = Cause(command.request.identifier, command.actor, command.reservation_id)
    if reservation is None:
        draft.units.step(unit.rented(draft.now, None), UnitStepKind.RENTED, cause)
        draft.position(unit.position).move(MovementKind.RENTED, Change(on_hand=-1), cause)
    else:
        draft.units.step(unit.rented(draft.now, unit.claim), UnitStepKind.RENTED, cause)
        _take_from(reservation, unit, draft, cause)
    return _about(unit)


def decide_turn(command: TurnUnit, draft: StockDraft) -> Answer:
    """Write the step; no position has counted the piece, and none counts it after."""
    unit = draft.units.find(command.serial)
    if unit is None:
        return refused(unknown_unit(command.serial, *_SERIAL))
    turn = _TURNS[command.turn]
    given_up = unit.state is UnitState.WRITTEN_OFF and not unit.is_lent
    if unit.state not in turn.before or given_up:
        return refused(_not_allowed(unit, draft, *_SERIAL))
    if not turn.moves and unit.position.location != command.location:
        return refused(_not_allowed(unit, draft, *_LOCATION))
    cause = Cause(command.request.identifier, command.actor)
    after = (
        unit.gone(turn.after, draft.now, unit.claim)
        if turn.after is UnitState.WRITTEN_OFF
        else unit.unjudged(turn.after, command.location, draft.now)
    )
    draft.units.step(after, turn.step, cause)
    return _about(unit)


def decide_restoration(command: RestoreUnit, draft: StockDraft) -> Answer:
    """Put a piece on the shelf in the condition that it was found to be in."""
    unit = draft.units.find(command.serial)
    if unit is None:
        return refused(unknown_unit(command.serial, *_SERIAL))
    if unit.state is not UnitState.IN_REFURBISHMENT:
        return refused(_not_allowed(unit, draft, *_SERIAL))
    if unit.position.location != command.location:
        return refused(_not_allowed(unit, draft, *_LOCATION))
    if command.condition is Condition.NEW:
        return refused(invalid("A piece that was rented out is not new.", "input", "condition"))
    key = unit.position._replace(condition=command.condition)
    if draft.position(key).on_hand >= LARGEST:
        return refused(invalid(f"At most {LARGEST} units can be on hand.", *_SERIAL))
    cause = Cause(command.request.identifier, command.actor)
    draft.position(key).move(MovementKind.REFURBISHED, Change(on_hand=1), cause)
    restored = replace(unit.placed(key, draft.now), price=command.price)
    draft.units.step(restored, UnitStepKind.REFURBISHED, cause)
    return _about(unit)


def decide_of_rentals(command: RentalCommand, draft: StockDraft) -> Answer:
    """Decide any step of the way."""
    match command:
        case RentUnit():
            return decide_rental(command, draft)
        case TurnUnit():
            return decide_turn(command, draft)
        case RestoreUnit():
            return decide_restoration(command, draft)


def _may_go(
    unit: SerialUnit, command: RentUnit, reservation: Reservation | None, draft: StockDraft
) -> bool:
    """Whether the piece is there and kept by the reservation; without one, anybody's to take."""
    if unit.position.location != command.location:
        return False
    state = unit.state_at(draft.now)
    if reservation is not None:
        return state is UnitState.RESERVED and unit.is_kept_by(reservation.identifier)
    return state is UnitState.IN_STOCK and draft.position(unit.position).available > 0


def _take_from(reservation: Reservation, unit: SerialUnit, draft: StockDraft, cause: Cause) -> None:
    """Fulfil the peg that names the piece."""
    changed = []
    for peg in reservation.pegs:
        units = 1 if peg.serial == unit.serial and peg.open else 0
        if units:
            change = pegs.freed(reservation, units)._replace(on_hand=-units)
            shared = cause._replace(share=peg.share)
            draft.position(unit.position).move(MovementKind.RENTED, change, shared)
            pegs.ship_drawn(reservation, peg, units, draft)
        changed.append(pegs.consumed(peg, units))
    draft.save(with_pegs(reservation, changed, ended=ReservationState.CONSUMED))


def _not_allowed(unit: SerialUnit, draft: StockDraft, *path: str) -> Refusal:
    state = unit.state_at(draft.now).value
    return unit_step_not_allowed(unit.serial, state, unit.position.location, *path)


def _about(unit: SerialUnit) -> Answer:
    return Answer(Outcome({"serial": unit.serial}))
