"""What a fetch gives to the tree: the client's response keys, and below which others they stand."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from graphql import FieldNode, InlineFragmentNode, OperationDefinitionNode, SelectionSetNode, parse

from gateway.planning.plan import Fetch, Path

_Keys: TypeAlias = dict[str, "_Keys"]


@dataclass(frozen=True, slots=True)
class Given:
    """The keys, by the response keys of the places that they are given at."""

    by_place: Sequence[tuple[tuple[str, ...], _Keys]]

    @property
    def keys(self) -> frozenset[str]:
        """Those that each object at one of the places is given."""
        return frozenset[str]().union(*(keys for _, keys in self.by_place))

    def has(self, path: tuple[str, ...]) -> bool:
        """Whether what stands at a path, told by its response keys, is given."""
        return any(
            path[: len(place)] == place and _leads(keys, path[len(place) :])
            for place, keys in self.by_place
        )


def given_by(fetch: Fetch) -> Given:
    """Read what a fetch asks for."""
    operation = next(
        node
        for node in parse(fetch.operation, no_location=True).definitions
        if isinstance(node, OperationDefinitionNode)
    )
    renames = [*fetch.renames, *(one for call in fetch.entity_calls for one in call.renames)]
    names = {one.alias: one.response_key for one in renames}
    keys: _Keys = {}
    _collect(operation.selection_set, names, keys)
    if not fetch.entity_calls:
        return Given([(keys_of(path), keys) for path in fetch.paths or [()]])
    return Given(
        [
            (keys_of(path), keys.get(call.response_key, {}))
            for call in fetch.entity_calls
            for path in call.paths
        ]
    )


def keys_of(path: Path) -> tuple[str, ...]:
    """Give the response keys on a path."""
    return tuple(step for step in path if isinstance(step, str))


def _collect(selections: SelectionSetNode, names: Mapping[str, str], into: _Keys) -> None:
    for selection in selections.selections:
        if isinstance(selection, FieldNode):
            key = (selection.alias or selection.name).value
            below = into.setdefault(names.get(key, key), {})
            if selection.selection_set is not None:
                _collect(selection.selection_set, names, below)
        elif isinstance(selection, InlineFragmentNode):
            _collect(selection.selection_set, names, into)


def _leads(keys: _Keys, path: Sequence[str]) -> bool:
    for key in path:
        if key not in keys:
            return False
        keys = keys[key]
    return True
