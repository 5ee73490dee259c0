"""Deciding what the goods themselves did: feeds, and returns that are put back."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from inventory_svc.domain.refusals import StockRefusal, pieces_on_hand
from inventory_svc.domain.stock.commands import (
    FeedLine,
    FeedMode,
    FeedStock,
    RestockReturn,
)
from inventory_svc.domain.stock.deciding.answers import Answer, refused
from inventory_svc.domain.stock.deciding.declaring import settle
from inventory_svc.domain.stock.draft import Cause, Change, OpenPosition, StockDraft
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionKey
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.position import PositionKey
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
from service_kit.messaging.envelope import text_of
from service_kit.runtime.json_values import JSON


def decide_feed(command: FeedStock, draft: StockDraft) -> Answer:
    """Write each line for itself; the answer tells the fate of every one, or counts them."""
    cause = Cause(command.request.identifier, command.actor)
    results = [rejected(line.index, line.ref, *line.refusals) for line in command.rejected]
    results.extend(
        LineResult(line.index, _ref(line), LineStatus.UNCHANGED)
        if command.unnamed and _is_counted(line, draft)
        else write_line(line, command.mode, draft, cause, command.as_of)
        for line in command.lines
    )
    if command.feed:
        _keep_rejected(command, results, draft)
    if command.summarised:
        counts = Counter(result.status for result in results)
        return Answer(Outcome({status.value: counts[status] for status in LineStatus}))
    return Answer(Outcome({"results": results_to_json(results), "at": text_of(draft.now)}))


def write_line(
    line: FeedLine, mode: FeedMode, draft: StockDraft, cause: Cause, as_of: datetime | None
) -> LineResult:
    """Write one line as its feed means it, and tell its fate.

    The goods of a delta had moved by `as_of`; None is now.
    """
    if mode is FeedMode.SNAPSHOT:
        return _write_snapshot(line, draft, cause)
    return _write_delta(line, draft, cause, as_of)


def _is_counted(line: FeedLine, draft: StockDraft) -> bool:
    """Whether anybody has counted the position as late as the line, or later."""
    counted_at = draft.counted_at(line.position)
    moment = line.counted_at or draft.now
    return counted_at is not None and counted_at >= moment


def told_of(line: FeedLine) -> dict[str, JSON]:
    """Give a good line in the words of a feed."""
    sku, location, condition = line.position
    return {
        "sku": sku,
        "locationCode": location,
        "condition": condition.value,
        "quantity": line.quantity,
        "snapshotAt": None if line.counted_at is None else text_of(line.counted_at),
        **({} if line.unit is None else {"unit": line.unit.value}),
    }


def _keep_rejected(command: FeedStock, results: Sequence[LineResult], draft: StockDraft) -> None:
    told = {line.index: line.told for line in command.rejected}
    told.update((line.index, told_of(line)) for line in command.lines)
    for result in results:
        if result.status is LineStatus.REJECTED:
            draft.save_rejection(
                FeedRejection(
                    RejectionKey(command.feed, result.index),
                    command.mode,
                    told[result.index],
                    result.refusals,
                    draft.now,
                    command.as_of or draft.now,
                    command.source,
                )
            )


def out_of_bounds(
    position: OpenPosition, change: int, *path: str, named: int = 0
) -> Refusal | None:
    """Give why a position cannot change by so many units, of which some are named pieces."""
    on_hand = position.on_hand + change
    if on_hand < 0:
        return _below_zero(position.on_hand, change, *path)
    if change < 0 and on_hand < position.pieces - named:
        return pieces_on_hand(position.pieces, *path)
    return _above_largest(*path) if on_hand > LARGEST else None


def decide_restock(command: RestockReturn, draft: StockDraft) -> Answer:
    """Put the units of all lines on their shelves; refused whole if one would not fit a number."""
    added = dict[PositionKey, int]()
    for index, line in enumerate(command.lines):
        added[line.position] = added.get(line.position, 0) + line.quantity
        position = draft.position(line.position)
        problem = out_of_bounds(
            position, added[line.position], "input", "lines", str(index), "quantity"
        )
        if problem is not None:
            return refused(problem)
    cause = Cause(command.request.identifier, command.actor)
    for line in command.lines:
        position = draft.position(line.position)
        position.move(MovementKind.RETURN, Change(on_hand=line.quantity), cause)
    return Answer(Outcome({"returnId": command.return_id}))


def _write_snapshot(line: FeedLine, draft: StockDraft, cause: Cause) -> LineResult:
    """Set on hand to what was counted plus what has moved since; reservations stay as they are.

    What was declared before the count is in it, and no longer withheld.
    """
    position, counted_at = draft.position(line.position), line.counted_at or draft.now
    if position.counted_at is not None and counted_at < position.counted_at:
        return rejected(line.index, _ref(line), _stale(line, position.counted_at.isoformat()))
    on_hand = max(0, line.quantity + draft.moved_since(line.position, counted_at))
    if on_hand > LARGEST:
        return rejected(line.index, _ref(line), _above_largest(*_quantity_of(line)))
    if on_hand < position.pieces:
        problem = pieces_on_hand(position.pieces, *_quantity_of(line))
        return rejected(line.index, _ref(line), problem)
    is_new = position.before is None and not position.movements
    position.counted_at = counted_at
    known = [row for row in position.declared.values() if row.declared_at <= counted_at]
    for row in known:
        settle(position, row.disposition, MovementKind.SNAPSHOT, cause)
    if on_hand == position.on_hand and known:
        return LineResult(line.index, _ref(line), LineStatus.APPLIED)
    if on_hand == position.on_hand and not is_new:
        return LineResult(line.index, _ref(line), LineStatus.UNCHANGED)
    change = Change(on_hand=on_hand - position.on_hand)
    position.move(MovementKind.SNAPSHOT, change, cause, effective_at=counted_at)
    return LineResult(line.index, _ref(line), LineStatus.APPLIED)


def _write_delta(
    line: FeedLine, draft: StockDraft, cause: Cause, as_of: datetime | None
) -> LineResult:
    """Move what had moved by a moment; a count of then or later knows of it."""
    position = draft.position(line.position)
    is_known = as_of is not None and position.was_counted(as_of)
    if is_known or not line.quantity:
        return LineResult(line.index, _ref(line), LineStatus.UNCHANGED)
    problem = out_of_bounds(position, line.quantity, *_quantity_of(line))
    if problem is not None:
        return rejected(line.index, _ref(line), problem)
    position.move(MovementKind.DELTA, Change(on_hand=line.quantity), cause, effective_at=as_of)
    return LineResult(line.index, _ref(line), LineStatus.APPLIED)


def _ref(line: FeedLine) -> str:
    return line.position.identifier


def _quantity_of(line: FeedLine) -> tuple[str, ...]:
    return ("input", "lines", str(line.index), "quantity")


def _above_largest(*path: str) -> Refusal:
    return invalid(f"At most {LARGEST} units can be on hand.", *path)


def _below_zero(on_hand: int, change: int, *path: str) -> Refusal:
    return Refusal(
        StockRefusal.NEGATIVE_STOCK.value,
        f"{on_hand} are on hand, so they cannot change by {change}.",
        path=path,
        params={"onHand": str(on_hand), "change": str(change)},
    )


def _stale(line: FeedLine, counted_at: str) -> Refusal:
    return Refusal(
        StockRefusal.STALE_SNAPSHOT.value,
        "A later count of this position is already known.",
        path=("input", "lines", str(line.index), "snapshotAt"),
        params={"countedAt": counted_at},
    )
