"""Deciding what reads of tags mean: at a door goods come in, a ceiling only sees them."""

from dataclasses import replace

from inventory_svc.domain.refusals import unknown_unit
from inventory_svc.domain.stock.commands import RecordReads, TagRead
from inventory_svc.domain.stock.deciding.answers import Answer
from inventory_svc.domain.stock.deciding.registering import arrive
from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.units.history import UnitStepKind
from inventory_svc.domain.stock.units.unit import ReadPoint, SerialUnit, Sighting, UnitState
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
    if unit.seen is not None and read.at <= unit.seen.at:
        return LineResult(read.index, read.epc, LineStatus.UNCHANGED)
    seen = replace(unit, seen=Sighting(location, read.at, read.point))
    if _comes_in(read, unit, location, draft):
        _place(seen, read, location, draft, cause)
    else:
        draft.units.see(seen)
    return LineResult(read.index, read.epc, LineStatus.APPLIED)


def _comes_in(read: TagRead, unit: SerialUnit, location: str, draft: StockDraft) -> bool:
    """Whether the read says that goods came in: what is kept or sold does not move by itself.

    A piece that was missing is found wherever it is seen; any other comes in by a door, but not by
    that of where it is or was last: there it goes out. A read from before the piece was last
    placed, or taken away, says nothing of where it is now.
    """
    if read.at < unit.placed_at:
        return False
    if draft.position(unit.position._replace(location=location)).on_hand >= LARGEST:
        return False
    match unit.state_at(draft.now):
        case UnitState.MISSING:
            return True
        case UnitState.IN_TRANSIT | UnitState.IN_STOCK:
            return read.point is ReadPoint.DOOR and unit.position.location != location
        case _:
            return False


def _place(unit: SerialUnit, read: TagRead, location: str, draft: StockDraft, cause: Cause) -> None:
    key = unit.position._replace(location=location)
    arrive(unit, key, draft, cause, read.at)
    kind = UnitStepKind.MOVED if unit.is_on_hand else UnitStepKind.CAME_BACK
    here = replace(unit.freed(), position=key, placed_at=read.at)
    draft.units.step(here, kind, cause, effective_at=read.at)
