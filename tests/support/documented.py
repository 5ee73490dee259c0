"""The operations that docs/operations.md shows: their text, their variables and who sends them."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

PAGE: Final = Path(__file__).parents[2] / "docs" / "operations.md"
_SECTION = re.compile(r"^### ", re.MULTILINE)
_WHO = re.compile(r"^Who: `(\w+)`", re.MULTILINE)
_BLOCKS = re.compile(r"^```graphql\n(.*?)^```\n\n```json\n(.*?)^```", re.MULTILINE | re.DOTALL)
_WITHOUT = re.compile(r"^\| `(\w+_svc)` \| (.*) \|$", re.MULTILINE)
_NAME = re.compile(r"^(query|mutation|subscription) (\w+)", re.MULTILINE)
NOTHING: Final = "nothing"


@dataclass(frozen=True, slots=True)
class Documented:
    """One operation: `without` names, for each service, what is null when it is down."""

    kind: str
    name: str
    role: str
    text: str
    variables: Mapping[str, Any]
    without: Mapping[str, frozenset[str]]


@cache
def documented() -> Mapping[str, Documented]:
    """Read the page: every operation by its name."""
    _, *sections = _SECTION.split(PAGE.read_text(encoding="utf-8"))
    found = [one for section in sections for one in _operations(section)]
    names = [one.name for one in found]
    assert len(names) == len(set(names)), "two operations have one name"
    return {one.name: one for one in found}


def screens() -> list[Documented]:
    """Give the operations of which the page says what they answer without each service."""
    return [one for one in documented().values() if one.without]


def _operations(section: str) -> list[Documented]:
    who = _WHO.search(section)
    assert who is not None, f"nobody does this: {section[:60]}"
    blocks = _BLOCKS.findall(section)
    assert len(blocks) == section.count("```graphql"), f"no variables: {section[:60]}"
    without = {service: _paths(cell) for service, cell in _WITHOUT.findall(section)}
    assert not without or len(blocks) == 1, f"whose table is it? {section[:60]}"
    return [_operation(text, given, who[1], without) for text, given in blocks]


def _operation(
    text: str, given: str, role: str, without: Mapping[str, frozenset[str]]
) -> Documented:
    head = _NAME.search(text)
    assert head is not None, f"no name: {text[:60]}"
    return Documented(head[1], head[2], role, text, json.loads(given), without)


def _paths(cell: str) -> frozenset[str]:
    return frozenset() if cell == NOTHING else frozenset(re.findall(r"`([\w.]+)`", cell))
