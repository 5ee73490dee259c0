"""Deciding what becomes of pieces by themselves: they are registered, or leave their shelf."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Final, NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.refusals import StockRefusal, unit_not_available, unknown_unit
from inventory_svc.domain.stock.commands import (
    RegisterUnits,
    UnitExit,
    UnitLine,
    UnitsMode,
    WithdrawUnit,
)
from inventory_svc.domain.stock.deciding.answers import Answer, refused
from inventory_svc.domain.stock.draft import Cause, Change, StockDraft
from inventory_svc.domain.stock.movement import AdjustmentReason, MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import OFF_SALE, SerialUnit, UnitState
from retail_kit.quantities import LARGEST
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    rejected,
    results_to_json,
)
from service_kit.commands.refusal import Refusal


class _Exit(NamedTuple):
    """What a piece becomes that leaves its shelf, and how that is told."""

    state: UnitState
    step: UnitStepKind
    reason: AdjustmentReason


_EXITS: Final[Mapping[UnitExit, _Exit]] = MappingProxyType(
    {
        UnitExit.SALE: _Exit(UnitState.SOLD, UnitStepKind.SOLD, AdjustmentReason.SALE),
        UnitExit.LOSS: _Exit(UnitState.MISSING, UnitStepKind.MISSING, AdjustmentReason.LOSS),
        UnitExit.TRANSFER: _Exit(
            UnitState.IN_TRANSIT, UnitStepKind.SENT, AdjustmentReason.TRANSFER
        ),
    }
)
_COMES_BACK_AS: Final[Mapping[UnitState, AdjustmentReason]] = MappingProxyType(
    {
        UnitState.SOLD: AdjustmentReason.CUSTOMER_RETURN,
        UnitState.IN_TRANSIT: AdjustmentReason.TRANSFER,
        UnitState.MISSING: AdjustmentReason.FOUND,
    }
)
"""Why a piece is on hand again that was not."""


def decide_registration(command: RegisterUnits, draft: StockDraft) -> Answer:
    """Write each line for itself; the answer tells the fate of every one."""
    cause = Cause(command.request.identifier, command.actor)
    results = [rejected(line.index, line.ref, *line.refusals) for line in command.rejected]
    results.extend(_register(line, command.mode, draft, cause) for line in command.lines)
    return Answer(Outcome({"results": results_to_json(results)}))


def decide_withdrawal(command: WithdrawUnit, draft: StockDraft) -> Answer:
    """Take a piece off its shelf; only one that is there and nobody's."""
    unit = draft.units.find(command.serial)
    if unit is None:
        return refused(unknown_unit(command.serial, "input", "serial"))
    state = unit.state_at(draft.now)
    if state is not UnitState.IN_STOCK or unit.position.location != command.location:
        return refused(unit_not_available(unit.serial, state.value, "input", "serial"))
    leaving = _EXITS[command.reason]
    cause = Cause(command.request.identifier, command.actor, reason=leaving.reason)
    draft.units.step(unit.gone(leaving.state, draft.now), leaving.step, cause)
    draft.position(unit.position).move(MovementKind.ADJUSTED, Change(on_hand=-1), cause)
    return Answer(Outcome({"serial": unit.serial}))


def arrive(
    unit: SerialUnit,
    key: PositionKey,
    draft: StockDraft,
    cause: Cause,
    effective_at: datetime | None = None,
) -> None:
    """Count a known piece where it is now, and no longer where it was.

    Where units were counted after it had come, it is one of them, unless all of those have names.
    """
    if unit.is_on_hand:
        reason = AdjustmentReason.TRANSFER
        _leave(unit, draft, cause, effective_at)
    else:
        reason = _COMES_BACK_AS[unit.state]
    position = draft.position(key)
    if effective_at is not None and position.was_counted(effective_at) and position.unnamed > 0:
        return
    reasoned = cause._replace(reason=reason)
    position.move(MovementKind.ADJUSTED, Change(on_hand=1), reasoned, effective_at)


def _leave(
    unit: SerialUnit, draft: StockDraft, cause: Cause, effective_at: datetime | None = None
) -> None:
    """Count a piece no longer where it was; units that were counted without it stay as counted.

    A read from before the one that had brought it in says that it never came.
    """
    if effective_at is not None and unit.placed_by is not None:
        effective_at = max(effective_at, unit.placed_by.at)
    position = draft.position(unit.position)
    if effective_at is not None and position.was_counted(effective_at):
        return
    reasoned = cause._replace(reason=AdjustmentReason.TRANSFER)
    position.move(MovementKind.ADJUSTED, Change(on_hand=-1), reasoned, effective_at)


def _register(line: UnitLine, mode: UnitsMode, draft: StockDraft, cause: Cause) -> LineResult:
    unit = draft.units.find(line.serial)
    problem = _problem(line, unit, draft)
    if problem is not None:
        placed = problem.under("input", "lines", str(line.index))
        return rejected(line.index, line.serial, placed)
    if unit is not None and unit.is_on_hand and unit.position == line.position:
        confirmed = unit.confirmed(draft.now)
        if (unit.epc, unit.price) == (line.epc, line.price):
            draft.units.see(confirmed)
            return LineResult(line.index, line.serial, LineStatus.UNCHANGED)
        relabelled = replace(confirmed, epc=line.epc, price=line.price)
        draft.units.step(relabelled, UnitStepKind.RELABELLED, cause)
        return LineResult(line.index, line.serial, LineStatus.APPLIED)
    _count_in(line, unit, mode, draft, cause)
    known = unit or SerialUnit(line.serial, line.position, UnitState.IN_STOCK, draft.now)
    here = replace(known.placed(line.position, draft.now), epc=line.epc, price=line.price)
    draft.units.step(here, _registered_as(unit), cause)
    return LineResult(line.index, line.serial, LineStatus.APPLIED)


def _count_in(
    line: UnitLine, unit: SerialUnit | None, mode: UnitsMode, draft: StockDraft, cause: Cause
) -> None:
    """Count the piece, unless it is one of the units that are counted there without a name."""
    if mode is UnitsMode.PRESENT and draft.position(line.position).unnamed > 0:
        if unit is not None and unit.is_on_hand:
            _leave(unit, draft, cause)
        return
    if unit is not None:
        arrive(unit, line.position, draft, cause)
        return
    received = mode is UnitsMode.RECEIVED
    reason = AdjustmentReason.RECEIPT if received else AdjustmentReason.FOUND
    reasoned = cause._replace(reason=reason)
    draft.position(line.position).move(MovementKind.ADJUSTED, Change(on_hand=1), reasoned)


def _registered_as(unit: SerialUnit | None) -> UnitStepKind:
    if unit is None:
        return UnitStepKind.REGISTERED
    return UnitStepKind.MOVED if unit.is_on_hand else UnitStepKind.CAME_BACK


def _problem(line: UnitLine, unit: SerialUnit | None, draft: StockDraft) -> Refusal | None:
    """Give why a line cannot be so, with a path inside of it."""
    bearer = None if line.epc is None else draft.units.tagged(line.epc)
    if bearer is not None and bearer.serial != line.serial:
        return _tag_taken(bearer.serial)
    if draft.position(line.position).on_hand >= LARGEST:
        return invalid(f"At most {LARGEST} units can be on hand.", "serial")
    if unit is None:
        return None
    if unit.position.sku != line.position.sku:
        return invalid(f"The piece is known as one of {unit.position.sku}.", "sku")
    state = unit.state_at(draft.now)
    if state in OFF_SALE:
        return unit_not_available(unit.serial, state.value, "serial")
    if unit.rentals and line.position.condition is Condition.NEW:
        return invalid("A piece that was rented out is not new.", "condition")
    if state is UnitState.RESERVED and unit.position != line.position:
        return unit_not_available(unit.serial, state.value, "locationCode")
    return None


def _tag_taken(serial: str) -> Refusal:
    return Refusal(
        StockRefusal.TAG_TAKEN.value,
        f"The piece {serial} bears this tag.",
        path=("epc",),
        params={"serial": serial},
    )
