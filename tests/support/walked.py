"""The pages of docs/ that one walks through: who acts, what is sent, and what is answered.

`Act as *assistant, location S8*` stands before an operation, the answer behind it. A variable is
the id that an earlier answer had under its name (`file` of `file { id }`), or such a field itself.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import orjson

ROOT: Final = Path(__file__).parents[2]
_STEP = re.compile(
    r"(?:[Aa]ct as|[Aa]s) \*(?P<role>\w+)(?:, location (?P<location>\w+))?\*"
    r"(?:(?!```).)*```graphql\n(?P<operation>.*?)^```\n\n```json\n(?P<answer>.*?)^```",
    re.DOTALL | re.MULTILINE,
)
_VARIABLE = re.compile(r"\$(\w+)")


@dataclass(frozen=True, slots=True)
class Step:
    """One operation of a page; `who` is what the issuer of tokens is asked for."""

    who: str
    operation: str
    answer: Any

    @property
    def is_change(self) -> bool:
        """Whether it does something, and does not only look."""
        return self.operation.startswith("mutation")

    def variables(self, known: Mapping[str, Any]) -> dict[str, Any]:
        """Give the variables that the operation names, out of earlier answers."""
        return {name: known[name] for name in _VARIABLE.findall(self.operation)}


def steps_of(page: str) -> list[Step]:
    """Read the steps of a page of docs/; there is an answer to every operation."""
    text = (ROOT / page).read_text(encoding="utf-8")
    found = [
        Step(
            f"role={step['role']}" + (f"&location={step['location']}" if step["location"] else ""),
            step["operation"],
            orjson.loads(step["answer"]),
        )
        for step in _STEP.finditer(text)
    ]
    assert len(found) == text.count("```graphql"), f"{page}: not every operation can be walked"
    return found


def known_from(answer: Any, name: str = "") -> Iterator[tuple[str, Any]]:
    """Give what later steps may name of an answer."""
    if isinstance(answer, dict):
        for key, value in answer.items():
            if isinstance(value, dict | list):
                yield from known_from(value, key)
            else:
                yield (name if key == "id" else key), value
    elif isinstance(answer, list):
        for each in answer:
            yield from known_from(each, name.removesuffix("s"))


def differences(printed: Any, answer: Any, path: str = "$") -> list[str]:
    """Say where an answer is not as printed; a printed text ending in … leaves the rest open."""
    if isinstance(printed, dict) and isinstance(answer, dict) and printed.keys() == answer.keys():
        pairs = [(f"{path}.{key}", printed[key], answer[key]) for key in printed]
    elif isinstance(printed, list) and isinstance(answer, list) and len(printed) == len(answer):
        pairs = [
            (f"{path}[{i}]", *both) for i, both in enumerate(zip(printed, answer, strict=True))
        ]
    elif isinstance(printed, str) and printed.endswith("…"):
        return [] if str(answer).startswith(printed[:-1]) else [f"{path}: {answer}"]
    else:
        return [] if printed == answer else [f"{path}: {answer} instead of {printed}"]
    return [each for place, one, other in pairs for each in differences(one, other, place)]
