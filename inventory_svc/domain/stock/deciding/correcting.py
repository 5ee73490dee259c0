"""Deciding what becomes of refused lines of a feed once somebody has looked at them."""

from inventory_svc.domain.refusals import feed_line_settled
from inventory_svc.domain.stock.commands import CorrectFeedLines
from inventory_svc.domain.stock.deciding.answers import Answer
from inventory_svc.domain.stock.deciding.counting import told_of, write_line
from inventory_svc.domain.stock.draft import Cause, StockDraft
from inventory_svc.domain.stock.feed_rejection import (
    FeedRejection,
    RejectionKey,
    RejectionState,
)
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import LineResult, LineStatus, rejected, results_to_json
from service_kit.commands.refusal import NOT_FOUND, Refusal


def decide_correction(command: CorrectFeedLines, draft: StockDraft) -> Answer:
    """Write each line that is still open, once; a line that is refused again says the new why."""
    results: list[LineResult] = []
    for number in command.discarded:
        found = _open(command, number, draft)
        if isinstance(found, Refusal):
            results.append(rejected(number, str(number), found))
        else:
            _settle(found, RejectionState.DISCARDED, command, draft)
            results.append(LineResult(number, str(number), LineStatus.APPLIED))
    for bad in command.rejected:
        found = _open(command, bad.index, draft)
        reasons = (found,) if isinstance(found, Refusal) else bad.refusals
        if isinstance(found, FeedRejection):
            draft.save_rejection(found.refused_again(bad.told, bad.refusals))
        results.append(rejected(bad.index, bad.ref, *reasons))
    results.extend(_written(command, draft))
    return Answer(Outcome({"results": results_to_json(results)}))


def _written(command: CorrectFeedLines, draft: StockDraft) -> list[LineResult]:
    cause = Cause(command.request.identifier, command.actor)
    results: list[LineResult] = []
    for line in command.lines:
        found = _open(command, line.index, draft)
        if isinstance(found, Refusal):
            results.append(rejected(line.index, line.position.identifier, found))
            continue
        result = write_line(line, found.mode, draft, cause, found.as_of)
        if result.status is LineStatus.REJECTED:
            draft.save_rejection(found.refused_again(told_of(line), result.refusals))
        else:
            _settle(found, RejectionState.CORRECTED, command, draft)
        results.append(result)
    return results


def _open(command: CorrectFeedLines, number: int, draft: StockDraft) -> FeedRejection | Refusal:
    """Give a line that waits to be settled, or why there is none."""
    path = ("input", "lines", str(number))
    found = draft.rejection(RejectionKey(command.feed, number))
    if found is None:
        message = "The feed has no refused line of this number."
        return Refusal(NOT_FOUND, message, path=path, params={"number": str(number)})
    if found.state is not RejectionState.OPEN:
        return feed_line_settled(number, *path)
    return found


def _settle(
    found: FeedRejection, state: RejectionState, command: CorrectFeedLines, draft: StockDraft
) -> None:
    draft.save_rejection(found.settled(state, command.actor, draft.now))
