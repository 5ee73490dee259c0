"""What a subgraph gave is merged into the tree, in place, deeply, lists by position.

What is there stays: a null never erases a value, and of two values the first is kept. The one
exception is a `__typename` that names an interface (an interface object's own word for itself),
which gives way to a real one. Values are adopted without a copy.
"""

from collections.abc import Iterable
from collections.abc import Set as AbstractSet
from typing import Any

from gateway.execution.tree import JsonObject


def merge(target: JsonObject, source: JsonObject, interfaces: AbstractSet[str]) -> None:
    """Merge an object into another; `interfaces` are the names of the graph's interfaces."""
    if target is source:
        return
    for key, value in source.items():
        present = target.get(key)
        if present is None:
            if value is not None or key not in target:
                target[key] = value
        elif present.__class__ is dict:
            if value.__class__ is dict:
                merge(present, value, interfaces)
        elif present.__class__ is list:
            if value.__class__ is list:
                merge_lists(present, value, interfaces)
        elif key == "__typename" and present in interfaces and value is not None:
            target[key] = value


def merge_into_each(
    targets: Iterable[JsonObject], source: JsonObject, interfaces: AbstractSet[str]
) -> None:
    """Merge one object into several, which will share what is nested in it."""
    for target in targets:
        if target.keys().isdisjoint(source):
            target.update(source)
        else:
            merge(target, source, interfaces)


def merge_lists(target: list[Any], source: list[Any], interfaces: AbstractSet[str]) -> None:
    """Merge items at equal positions; the longer of the two lists keeps its tail."""
    for position, value in enumerate(source[: len(target)]):
        present = target[position]
        if present is None:
            target[position] = value
        elif present.__class__ is dict and value.__class__ is dict:
            merge(present, value, interfaces)
        elif present.__class__ is list and value.__class__ is list:
            merge_lists(present, value, interfaces)
    target.extend(source[len(target) :])


def copied(value: Any) -> Any:
    """Give a deep copy of a JSON value: two places that later fetches tell apart share nothing."""
    if value.__class__ is dict:
        return {key: copied(below) for key, below in value.items()}
    if value.__class__ is list:
        return [copied(below) for below in value]
    return value
