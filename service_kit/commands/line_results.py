"""What became of each line of a bulk command: a bad line never loses the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.runtime.json_values import JSON

MOST_LINES = 1_000
"""Lines that one bulk command takes."""


class LineStatus(StrEnum):
    """What became of one line."""

    APPLIED = "APPLIED"
    UNCHANGED = "UNCHANGED"
    REJECTED = "REJECTED"


@dataclass(frozen=True, slots=True)
class LineResult:
    """The fate of the line at `index` of the input, which speaks of `ref`."""

    index: int
    ref: str
    status: LineStatus
    refusals: tuple[Refusal, ...] = ()


def rejected(index: int, ref: str, *refusals: Refusal) -> LineResult:
    """Give the result of a line that was refused."""
    return LineResult(index, ref, LineStatus.REJECTED, refusals)


def require_bulk_size(lines: Sequence[object]) -> None:
    """Refuse INVALID_INPUT for no lines or too many in `input.lines`."""
    if not 1 <= len(lines) <= MOST_LINES:
        message = f"Give between 1 and {MOST_LINES} lines."
        raise Refusal(INVALID_INPUT, message, path=("input", "lines"))


def results_to_json(results: Sequence[LineResult]) -> JSON:
    """Give the results as JSON, in the order of the lines, to be kept with the outcome."""
    return [
        {
            "index": result.index,
            "ref": result.ref,
            "status": result.status.value,
            "refusals": [_refusal_to_json(refusal) for refusal in result.refusals],
        }
        for result in sorted(results, key=lambda result: result.index)
    ]


def results_from_json(values: Any) -> tuple[LineResult, ...]:
    """Read results back from an outcome."""
    return tuple(
        LineResult(
            value["index"],
            value["ref"],
            LineStatus(value["status"]),
            tuple(_refusal_from_json(refusal) for refusal in value["refusals"]),
        )
        for value in values
    )


def _refusal_to_json(refusal: Refusal) -> JSON:
    return {
        "code": refusal.code,
        "message": refusal.message,
        "path": list(refusal.path),
        "params": dict(refusal.params),
        "retryable": refusal.retryable,
    }


def _refusal_from_json(value: Mapping[str, Any]) -> Refusal:
    return Refusal(
        value["code"],
        value["message"],
        path=tuple(value["path"]),
        params=value["params"],
        retryable=value["retryable"],
    )
