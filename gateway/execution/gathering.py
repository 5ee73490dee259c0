"""The objects that an `_entities` call is about, grouped by the representation they share."""

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from itertools import count, pairwise
from typing import Any, TypeAlias

import orjson

from gateway.execution.generated import UNUSUAL, Source, quoted
from gateway.execution.representations import Writer
from gateway.execution.tree import JsonObject, collect
from gateway.planning.plan import (
    ListStep,
    Path,
    PathStep,
    Representation,
    RepresentationField,
    TypeStep,
)

Groups: TypeAlias = dict[Any, list[JsonObject]]
"""Objects below one path by a key; the objects of one key have one representation.

A key is the representation itself, as bytes, or something cheaper that tells as much.
"""
Gather: TypeAlias = Callable[[JsonObject], Sequence[Groups]]
"""Gives, for each path of a call, the groups of the objects that stand there."""

_PLAIN = frozenset({str, int, type(None)})
"""Classes among whose values those that are equal are written alike."""
MOST_PATHS = 50
"""How many paths a call may have for which code is generated."""
_INTERPRETED_FIRST = 2
"""How often a call is interpreted before code is generated: many plans are run only once."""


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a call is about, and what may be done with it.

    Below the paths of `repeated` an object may be in several places. Equal objects at the paths
    of `united` may be made one; at those of `shared` they are likely to be one already.
    """

    paths: Sequence[Path]
    representations: Sequence[Representation]
    write: Writer
    repeated: AbstractSet[Path] = frozenset()
    united: AbstractSet[Path] = frozenset()
    shared: AbstractSet[Path] = frozenset()


def gathering(call: Gathered) -> Gather:
    """Make the gathering of a call: interpreted at first, generated when it is used again."""
    made: list[Gather] = []
    uses = count()

    def interpret(tree: JsonObject) -> Sequence[Groups]:
        return gathered(tree, call.paths, call.write)

    def gather(tree: JsonObject) -> Sequence[Groups]:
        if not made:
            if next(uses) < _INTERPRETED_FIRST:
                return interpret(tree)
            made.append(gathering_source(call).compiled("gather"))
        try:
            return made[0](tree)
        except UNUSUAL:
            return interpret(tree)

    return interpret if len(call.paths) > MOST_PATHS else gather


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


def gathering_source(call: Gathered) -> Source:
    """Write `gather(tree)`, which gives what `gathered` gives, or raises one of UNUSUAL."""
    source = Source()
    source.name("write", call.write)
    source.name("plain", _PLAIN)
    source.name("dumps", orjson.dumps)
    key = _key(call.representations)
    calls: list[str] = []
    for number, path in enumerate(call.paths):
        unites = path in call.united
        walk = _walk(source, path[:-1] if unites else path, call.shared)
        objects = source.function(f"objects_{number}", "tree", walk) + "(tree)"
        lines = (
            _uniting(objects, path[-1], key)
            if unites
            else _grouping(objects, key, repeated=path in call.repeated)
        )
        if unites and path in call.repeated:
            lines += ["once_each(groups)"]
            source.name("once_each", _once_each)
        lines += ["return groups"]
        calls.append(source.function(f"groups_{number}", "tree", lines) + "(tree)")
    source.function("gather", "tree", [f"return [{', '.join(calls)}]"])
    return source


def _once_each(groups: Groups) -> None:
    for key, items in groups.items():
        if len(items) > 1:
            groups[key] = list({id(item): item for item in items}.values())


def _walk(source: Source, path: Path, shared: AbstractSet[Path]) -> list[str]:
    """Write what goes down a path; below what many places share it goes once."""
    ends = [number for number in range(1, len(path)) if path[:number] in shared]
    lines = ["found = [tree]"]
    for start, end in pairwise([0, *ends]):
        found = _stretch(source, path[start:end])
        lines += ["found = {", f"    id({found[0]}): {found[0]}", *found[1:], "}.values()"]
    found = _stretch(source, path[ends[-1] if ends else 0 :])
    return [*lines, "return [", f"    {found[0]}", *found[1:], "]"]


def _stretch(source: Source, steps: Path) -> list[str]:
    """Write the name of what is found, and the inside of a comprehension that finds it."""
    lines = ["    for at_0 in found"]
    depth = 0
    for step in steps:
        at = f"at_{depth}"
        if isinstance(step, TypeStep):
            lines.append(f'    if {at}.get("__typename") in {source.constant("types", step.types)}')
            continue
        depth += 1
        below = at if isinstance(step, ListStep) else f"[{at}.get({quoted(step)})]"
        lines += [f"    for at_{depth} in {below}", f"    if at_{depth} is not None"]
    return [f"at_{depth}", *lines]


def _grouping(objects: str, key: "_Key", *, repeated: bool) -> list[str]:
    # What stands in many places is most of the work: it goes before any key is read.
    each = f"{{id(item): item for item in {objects}}}.values()" if repeated else objects
    return [
        "groups = {}",
        f"for item in {each}:",
        *(f"    {line}" for line in key.lines),
        "    if key in groups:",
        "        groups[key].append(item)",
        "    elif key is not None:",
        "        groups[key] = [item]",
    ]


def _uniting(objects: str, last: PathStep, key: "_Key") -> list[str]:
    """Group likewise, and put one object in all the places of those that are equal to it."""
    if isinstance(last, str):
        place = f"above[{quoted(last)}]"
        head, indent = [f"    item = above.get({quoted(last)})"], "    "
    else:
        place = "above[index]"
        head, indent = ["    for index, item in enumerate(above):"], "        "
    loop = [
        "if item is None:",
        "    continue",
        *key.lines,
        "same = groups.get(key)",
        "if same is None:",
        "    if key is not None:",
        "        groups[key] = [item]",
        "    continue",
        "known = same[0]",
        "if item is known:",
        "    continue",
        *(_of_key_alone(place) if key.is_one_field else ()),
        "if key not in texts:",
        "    texts[key] = dumps(known)",
        "if dumps(item) == texts[key]:",
        f"    {place} = known",
        "else:",
        "    same.append(item)",
    ]
    lines = [*head, *(f"{indent}{line}" for line in loop)]
    return ["groups, texts = {}, {}", f"for above in {objects}:", *lines]


def _of_key_alone(place: str) -> list[str]:
    """Write the usual case: there is nothing but the key that has been compared already."""
    return [
        "if len(item) == 1 == len(known) and type(key) is not bytes:",
        f"    {place} = known",
        "    continue",
    ]


@dataclass(frozen=True, slots=True)
class _Key:
    """The lines that give an object's key, and whether it is the value of a single field.

    Then it is bytes, the representation itself, where that value is neither text nor an integer.
    """

    lines: Sequence[str]
    is_one_field: bool = False


def _key(representations: Sequence[Representation]) -> _Key:
    """Write what gives an object's key, without writing its representation where that can be."""
    if any(
        not isinstance(field, RepresentationField) or field.selections
        for one in representations
        for field in one.fields
    ):
        return _Key(["key = write(item)"])
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
        lines = [
            f"key = item.get({quoted(keys[0])})",
            "if type(key) is not str and type(key) is not int:",
            "    key = write(item)",
        ]
        return _Key(lines, is_one_field=True)
    parts = {f"part_{number}": key for number, key in enumerate(distinct)}
    others = " or ".join(f"type({part}) not in plain" for part in parts)
    lines = [
        *(f"{part} = item.get({quoted(key)})" for part, key in parts.items()),
        f"key = write(item) if {others} else ({', '.join(parts)})",
    ]
    return _Key(lines)
