"""Sorting the good lines of a bulk import from the bad ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic

from inventory_svc.domain.importing import MOST_LINES, ImportLine, RecordT
from inventory_svc.domain.line_results import LineResult, rejected
from inventory_svc.domain.refusals import invalid
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in


@dataclass(frozen=True, slots=True)
class SentLine(Generic[RecordT]):
    """A line as it was sent: what it says it speaks of, and how to read it.

    `read` may refuse, with a path inside the line.
    """

    ref: str
    read: Callable[[], RecordT]


def require_bulk_size(lines: Sequence[Any], field: str) -> None:
    """Refuse INVALID_INPUT for no lines or too many in this field of the input."""
    if not 1 <= len(lines) <= MOST_LINES:
        raise invalid(f"Give between 1 and {MOST_LINES} lines.", "input", field)


def checked_lines(
    lines: Sequence[SentLine[RecordT]], field: str, check: Callable[[RecordT], RecordT]
) -> tuple[list[ImportLine[RecordT]], list[LineResult]]:
    """Give the lines that pass the check, in canonical form, and the results of the others.

    `field` is where the input has them.
    """
    require_bulk_size(lines, field)
    good: list[ImportLine[RecordT]] = []
    bad: list[LineResult] = []
    for index, line in enumerate(lines):
        try:
            good.append(ImportLine(index, check(line.read())))
        except (Refusal, RefusedAll) as refused:
            reasons = refusals_in(refused)
            bad.append(
                rejected(
                    index, line.ref, *(each.under("input", field, str(index)) for each in reasons)
                )
            )
    return good, bad
