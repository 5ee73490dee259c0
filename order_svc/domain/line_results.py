"""What became of each line of a bulk import: a bad line never loses the others."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from service_kit.commands.refusal import Refusal
from service_kit.runtime.json_values import JSON


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


def to_json(results: Sequence[LineResult]) -> JSON:
    """The results as they are kept with the outcome of the import."""
    return [
        {
            "index": result.index,
            "ref": result.ref,
            "status": result.status.value,
            "refusals": [
                {
                    "code": refusal.code,
                    "message": refusal.message,
                    "path": list(refusal.path),
                    "params": dict(refusal.params),
                }
                for refusal in result.refusals
            ],
        }
        for result in results
    ]


def from_json(values: Sequence[Mapping[str, Any]]) -> tuple[LineResult, ...]:
    """Read results back from the outcome of an import."""
    return tuple(
        LineResult(
            value["index"],
            value["ref"],
            LineStatus(value["status"]),
            tuple(
                Refusal(one["code"], one["message"], path=one["path"], params=one["params"])
                for one in value["refusals"]
            ),
        )
        for value in values
    )
