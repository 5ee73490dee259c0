"""Sorting the good lines of a bulk import from the bad ones."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic

from inventory_svc.domain.importing import ImportLine, RecordT
from service_kit.commands.line_results import LineResult, rejected, require_bulk_size
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in


@dataclass(frozen=True, slots=True)
class SentLine(Generic[RecordT]):
    """A line as it was sent: what it says it speaks of, and how to read it.

    `read` may refuse, with a path inside the line.
    """

    ref: str
    read: Callable[[], RecordT]


def checked_lines(
    lines: Sequence[SentLine[RecordT]], check: Callable[[RecordT], RecordT]
) -> tuple[list[ImportLine[RecordT]], list[LineResult]]:
    """Give the lines that pass the check, in canonical form, and the results of the others."""
    require_bulk_size(lines)
    good: list[ImportLine[RecordT]] = []
    bad: list[LineResult] = []
    for index, line in enumerate(lines):
        try:
            good.append(ImportLine(index, check(line.read())))
        except (Refusal, RefusedAll) as refused:
            reasons = refusals_in(refused)
            placed = (each.under("input", "lines", str(index)) for each in reasons)
            bad.append(rejected(index, line.ref, *placed))
    return good, bad
