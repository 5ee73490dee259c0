"""Sorting the good lines of a bulk import from the bad ones."""

from collections.abc import Callable, Sequence
from typing import Any

from inventory_svc.domain.importing import MOST_LINES, ImportLine, RecordT, key_of
from inventory_svc.domain.line_results import LineResult, rejected
from inventory_svc.domain.refusals import invalid
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in


def require_bulk_size(lines: Sequence[Any], most: int = MOST_LINES) -> None:
    """Refuse INVALID_INPUT for no lines or too many."""
    if not 1 <= len(lines) <= most:
        raise invalid(f"Give between 1 and {most} lines.", "input", "lines")


def checked_lines(
    lines: Sequence[RecordT], check: Callable[[RecordT], RecordT]
) -> tuple[list[ImportLine[RecordT]], list[LineResult]]:
    """Give the lines that pass the check, in canonical form, and the results of the others."""
    require_bulk_size(lines)
    good: list[ImportLine[RecordT]] = []
    bad: list[LineResult] = []
    for index, line in enumerate(lines):
        try:
            good.append(ImportLine(index, check(line)))
        except (Refusal, RefusedAll) as refused:
            reasons = refusals_in(refused)
            bad.append(rejected(index, key_of(line), *(_located(index, r) for r in reasons)))
    return good, bad


def _located(index: int, refusal: Refusal) -> Refusal:
    return refusal.under("input", "lines", str(index))
