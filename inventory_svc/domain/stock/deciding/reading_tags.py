"""Deciding what reads of tags mean: at a door goods come in, a ceiling only sees them."""

from dataclasses import replace
from datetime import datetime

from inventory_svc.domain.refusals import unknown_unit
from inventory_svc.domain.stock.commands import RecordReads, TagRead
from inventory_svc.domain.stock.deciding.answers import Answer
from inventory_svc.domain.stock.deciding.registering import arrive
from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import (
    UNJUDGED,
    ReadPoint,
    SerialUnit,
    Sighting,
    UnitState,
)
from retail_kit.quantities import LARGEST
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    rejected,
    results_to_json,
)


def decide_reads(command: RecordReads, draft: StockDraft) -> Answer:
    """Look at the reads in the order of their time; the answer tells the fate of every one."""
    cause = Cause(command.request.identifier, command.actor)
    results = [rejected(line.index, line.ref, *line.refusals) for line in command.rejected]
    in_time = sorted(command.lines, key=lambda each: (each.at, each.index))
    results.extend(_seen(read, command.location, draft, cause) for read in in_time)
    return Answer(Outcome({"results": results_to_json(results)}))


def _seen(read: TagRead, location: str, draft: StockDraft, cause: Cause) -> LineResult:
    unit = draft.units.tagged(read.epc)
    if unit is None:
        path = ("input", "lines", str(read.index), "epc")
        return rejected(read.index, read.epc, unknown_unit(read.epc, *path))
    sighting = Sighting(location, read.at, read.point)
    state = unit.state_at(draft.now)
    seen = _noted(sighting, unit, state)
    place = _comes_in_by(sighting, unit, seen, state)
    if place is not None and draft.position(_at(place, seen)).on_hand < LARGEST:
        _place(unit, seen, place, draft, cause)
    elif seen != unit:
        draft.units.see(seen)
    else:
        return LineResult(read.index, read.epc, LineStatus.UNCHANGED)
    return LineResult(read.index, read.epc, LineStatus.APPLIED)


def _noted(sighting: Sighting, unit: SerialUnit, state: UnitState) -> SerialUnit:
    last = sighting if unit.seen is None else max(unit.seen, sighting, key=_moment_of)
    placed_by = sighting if _tells_where(sighting, unit, state) else unit.placed_by
    return replace(unit, seen=last, placed_by=placed_by)


def _tells_where(sighting: Sighting, unit: SerialUnit, state: UnitState) -> bool:
    """Whether this read, rather than one that came before, says where the piece is.

    Of reads at doors the last does, whichever comes first; without any, the first read of a piece
    that was missing. One from before the piece was placed, or taken away, by a word says nothing.
    """
    known = unit.placed_by
    if sighting.at < unit.placed_at:
        return False
    if known is None:
        return sighting.point is ReadPoint.DOOR or state is UnitState.MISSING
    if sighting.point is not known.point:
        return sighting.point is ReadPoint.DOOR
    is_later = _moment_of(sighting) > _moment_of(known)
    return sighting != known and is_later is (known.point is ReadPoint.DOOR)


def _comes_in_by(
    sighting: Sighting, before: SerialUnit, after: SerialUnit, state: UnitState
) -> Sighting | None:
    """Give the read by which goods have come in, if they have.

    What is kept for somebody, sold or rented does not move: whom a door lets in may wear it.
    A piece that was missing is found wherever it is seen; any other comes in by a door, but not by
    that of where it is or was last: there it goes out, unless it had come in elsewhere before.
    """
    tells = after.placed_by != before.placed_by
    elsewhere = sighting.location != before.position.location
    by_door = sighting.point is ReadPoint.DOOR and sighting.at >= before.placed_at
    match state:
        case UnitState.MISSING if tells:
            return sighting
        case UnitState.IN_STOCK | UnitState.BACK | UnitState.IN_REFURBISHMENT if (
            tells and elsewhere
        ):
            return sighting
        case UnitState.IN_TRANSIT if by_door and elsewhere:
            return after.placed_by
        case _:
            return None


def _place(
    before: SerialUnit, seen: SerialUnit, place: Sighting, draft: StockDraft, cause: Cause
) -> None:
    key = _at(place, seen)
    if seen.state in UNJUDGED:
        moved = replace(seen, position=key)
        draft.units.step(moved, UnitStepKind.MOVED, cause, effective_at=place.at)
        return
    arrive(before, key, draft, cause, place.at)
    kind = UnitStepKind.MOVED if seen.is_on_hand else UnitStepKind.CAME_BACK
    here = replace(seen.freed(), position=key)
    draft.units.step(here, kind, cause, effective_at=place.at)


def _at(place: Sighting, unit: SerialUnit) -> PositionKey:
    return unit.position._replace(location=place.location)


def _moment_of(sighting: Sighting) -> tuple[datetime, str, str]:
    """Give what reads are ordered by, those of one moment too."""
    return sighting.at, sighting.location, sighting.point
