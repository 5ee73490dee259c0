"""The objects that an `_entities` call is about, grouped by the representation they share."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeAlias

from gateway.execution.generated import UNUSUAL, Source, quoted
from gateway.execution.representations import Writer
from gateway.execution.tree import JsonObject, collect
from gateway.planning.plan import ListStep, Path, Representation, RepresentationField, TypeStep

Groups: TypeAlias = dict[Any, list[JsonObject]]
"""Objects below one path by a key; the objects of one key have one representation.

A key is the representation itself, as bytes, or something cheaper that tells as much.
"""
Gather: TypeAlias = Callable[[JsonObject], Sequence[Groups]]
"""Gives, for each path of a call, the groups of the objects that stand there."""

_PLAIN = frozenset({str, int, type(None)})
"""Classes among whose values those that are equal are written alike."""


def gathering(
    paths: Sequence[Path],
    representations: Sequence[Representation],
    write: Writer,
    repeats: Sequence[bool],
) -> Gather:
    """Make the gathering of a call; `repeats` tells below which paths an object may be twice."""
    quick = gathering_source(paths, representations, write, repeats).compiled("gather")

    def gather(tree: JsonObject) -> Sequence[Groups]:
        try:
            groups: Sequence[Groups] = quick(tree)
        except UNUSUAL:
            return gathered(tree, paths, write)
        return groups

    return gather


def gathered(tree: JsonObject, paths: Sequence[Path], write: Writer) -> Sequence[Groups]:
    """Gather the objects, whatever is in the tree."""
    found: list[Groups] = []
    for path in paths:
        groups: Groups = {}
        for item in collect([tree], path):
            groups.setdefault(write(item), []).append(item)
        groups.pop(None, None)
        found.append(groups)
    return found


def gathering_source(
    paths: Sequence[Path],
    representations: Sequence[Representation],
    write: Writer,
    repeats: Sequence[bool],
) -> Source:
    """Write `gather(tree)`, which gives what `gathered` gives, or raises one of UNUSUAL."""
    source = Source()
    source.name("write", write)
    source.name("plain", _PLAIN)
    key = _key(representations)
    calls = []
    for number, (path, again) in enumerate(zip(paths, repeats, strict=True)):
        walk = source.function(f"objects_{number}", "tree", [*_walk(source, path)])
        each = f"{{id(one): one for one in {walk}(tree)}}.values()" if again else f"{walk}(tree)"
        calls.append(source.function(f"groups_{number}", "tree", _grouping(each, key)) + "(tree)")
    source.function("gather", "tree", [f"return [{', '.join(calls)}]"])
    return source


def _walk(source: Source, path: Path) -> Iterator[str]:
    """Write one comprehension that goes down a path."""
    lines = ["    for at_0 in [tree]"]
    depth = 0
    for step in path:
        at = f"at_{depth}"
        if isinstance(step, TypeStep):
            lines.append(f'    if {at}.get("__typename") in {source.constant("types", step.types)}')
            continue
        depth += 1
        below = at if isinstance(step, ListStep) else f"[{at}.get({quoted(step)})]"
        lines += [f"    for at_{depth} in {below}", f"    if at_{depth} is not None"]
    yield "return ["
    yield f"    at_{depth}"
    yield from lines
    yield "]"


def _grouping(each: str, key: Sequence[str]) -> list[str]:
    return [
        "groups = {}",
        f"for item in {each}:",
        *(f"    {line}" for line in key),
        "    if key in groups:",
        "        groups[key].append(item)",
        "    else:",
        "        groups[key] = [item]",
        "groups.pop(None, None)",
        "return groups",
    ]


def _key(representations: Sequence[Representation]) -> list[str]:
    """Write what gives an object's key, without writing its representation where that can be."""
    if any(
        not isinstance(field, RepresentationField) or field.selections
        for one in representations
        for field in one.fields
    ):
        return ["key = write(item)"]
    keys = [
        field.response_key
        for one in representations
        for field in one.fields
        if isinstance(field, RepresentationField)
    ]
    if any(one.types is not None or one.typename is None for one in representations):
        keys.append("__typename")
    distinct = dict.fromkeys(keys)
    if len(distinct) == 1:
        return [
            f"key = item.get({quoted(keys[0])})",
            "if type(key) is not str and type(key) is not int:",
            "    key = write(item)",
        ]
    parts = {f"part_{number}": key for number, key in enumerate(distinct)}
    others = " or ".join(f"type({part}) not in plain" for part in parts)
    return [
        *(f"{part} = item.get({quoted(key)})" for part, key in parts.items()),
        f"key = write(item) if {others} else ({', '.join(parts)})",
    ]
