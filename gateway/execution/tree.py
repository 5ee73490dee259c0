"""The one JSON tree of a request: finding objects in it by the paths of a plan."""

from collections.abc import Sequence
from typing import Any, TypeAlias

from gateway.planning.plan import ListStep, Path, PathStep

JsonObject: TypeAlias = dict[str, Any]
ClientPath: TypeAlias = tuple[str | int, ...]


def collect(roots: Sequence[Any], path: Path) -> list[JsonObject]:
    """Give the objects at a path below some objects, each once, in order; other shapes are left."""
    try:
        found = _walk(roots, path)
        return list({id(item): item for item in found if item.__class__ is dict}.values())
    except (AttributeError, TypeError):
        found = [item for root in roots for item, _ in locate(root, path)]
        return list({id(item): item for item in found}.values())


def _walk(roots: Sequence[Any], path: Path) -> Sequence[Any]:
    level = roots
    for step in path:
        if step.__class__ is str:
            level = [value for item in level if (value := item.get(step)) is not None]
        elif step.__class__ is ListStep:
            level = [value for items in level for value in items if value is not None]
        else:
            types = step.types  # type: ignore[union-attr]  # the third kind of step
            level = [item for item in level if item.get("__typename") in types]
    return level


def locate(root: Any, path: Path) -> list[tuple[JsonObject, ClientPath]]:
    """Give the objects at a path with where they stand; an object shared by places has several."""
    level: list[tuple[Any, ClientPath]] = [(root, ())]
    for step in path:
        level = [each for item, at in level for each in _below(item, at, step)]
    return [(item, at) for item, at in level if isinstance(item, dict)]


def below(item: Any, step: PathStep) -> Sequence[Any]:
    """Give what one step of a path leads to from one value."""
    return [value for value, _ in _below(item, (), step)]


def _below(item: Any, at: ClientPath, step: PathStep) -> Sequence[tuple[Any, ClientPath]]:
    if isinstance(step, str):
        value = item.get(step) if isinstance(item, dict) else None
        return [] if value is None else [(value, (*at, step))]
    if isinstance(step, ListStep):
        items = item if isinstance(item, list) else []
        return [(value, (*at, index)) for index, value in enumerate(items) if value is not None]
    name = item.get("__typename") if isinstance(item, dict) else None
    return [(item, at)] if isinstance(name, str) and name in step.types else []
