"""Aliases that a plan invented go back to the client's own response keys."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from gateway.execution.merge import merge
from gateway.execution.tree import collect
from gateway.planning.plan import Rename


def rename(results: Sequence[Any], renames: Sequence[Rename], interfaces: AbstractSet[str]) -> None:
    """Undo the renames in some results (root data, or returned entities), in place."""
    for change in renames:
        for item in collect([result for result in results if result is not None], change.path):
            if change.alias in item:
                merge(item, {change.response_key: item.pop(change.alias)}, interfaces)


def client_keys(path: Sequence[str | int], renames: Sequence[Rename]) -> list[str | int]:
    """Put the client's response keys into an error's path."""
    by_alias = {change.alias: change.response_key for change in renames}
    return [by_alias.get(step, step) if isinstance(step, str) else step for step in path]
