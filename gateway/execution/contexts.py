"""Calls whose fields take values from around their objects: one call per combination of values.

The request is the planned one with the call repeated, each time with variables of its own. How
often is known when the objects are; what was written for one number of calls is kept.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import orjson
from graphql import (
    FieldNode,
    NameNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    VariableDefinitionNode,
    VariableNode,
    Visitor,
    parse,
    print_ast,
    visit,
)

from gateway.execution.compiled_plan import CompiledCall, CompiledFetch
from gateway.execution.entity_fetch import GatheredCall
from gateway.execution.tree import JsonObject, below
from gateway.planning.plan import (
    ContextSource,
    ContextVariable,
    EntityCall,
    Fetch,
    Path,
    RepresentationField,
    RepresentationSelection,
)

MOST_REPEATED = 20
"""How often one request repeats a call; objects in further circumstances take a further request."""

Request = tuple[CompiledFetch, list[GatheredCall], list[bytes]]
"""What to ask: the fetch as sent, its calls with their objects, and the values of its variables."""


def contextual_requests(fetch: CompiledFetch, tree: JsonObject) -> Iterator[Request]:
    """Give the requests of a fetch that has contexts; none, if there are no objects to send."""
    groups = [_groups(call, planned, tree) for call, planned in _calls(fetch)]
    for start in range(0, max(map(len, groups), default=0), MOST_REPEATED):
        parts = [group[start : start + MOST_REPEATED] for group in groups]
        if any(one.representations for part in parts for one, _ in part):
            yield _request(fetch, parts)


_Group = tuple[GatheredCall, Sequence[Any]]


def _calls(fetch: CompiledFetch) -> Iterator[tuple[CompiledCall, EntityCall]]:
    return zip(fetch.calls, fetch.fetch.entity_calls, strict=True)


def _request(fetch: CompiledFetch, parts: Sequence[Sequence[_Group]]) -> Request:
    repeated = _repeated(fetch.fetch, tuple(map(len, parts)))
    gathered, members, calls = [], [], []
    for (call, planned), part in zip(_calls(fetch), parts, strict=True):
        for number, (one, values) in enumerate(part):
            names = repeated.names[call.response_key, number]
            one.call = replace(
                call,
                response_key=names[call.response_key],
                variable=orjson.dumps(names[planned.variable]) + b":",
            )
            calls.append(one.call)
            gathered.append(one)
            members.append(one.variable())
            for context, value in zip(planned.contexts, values, strict=True):
                name = orjson.dumps(names[context.variable])
                members.append(name + b":" + orjson.dumps(value))
    return replace(fetch, prefix=repeated.prefix, calls=tuple(calls)), gathered, members


def _groups(call: CompiledCall, planned: EntityCall, tree: JsonObject) -> list[_Group]:
    """Give the objects of a call, those with the same values around them together."""
    found: dict[bytes, tuple[Sequence[Any], dict[bytes, list[list[JsonObject]]]]] = {}
    seen: set[int] = set()
    for path in call.paths:
        for item, values in _with_values(tree, path, planned.contexts):
            representation = call.write(item)
            if id(item) in seen or representation is None:
                continue
            if not _suffice(values, planned.contexts):
                continue
            seen.add(id(item))
            _, by_representation = found.setdefault(orjson.dumps(values), (values, {}))
            by_representation.setdefault(representation, [[]])[0].append(item)
    if not planned.contexts and not found:
        return [(GatheredCall.of(call, {}), ())]
    return [(GatheredCall.of(call, targets), values) for values, targets in found.values()]


def _suffice(values: Sequence[Any], contexts: Sequence[ContextVariable]) -> bool:
    return not any(
        value is None and context.required for value, context in zip(values, contexts, strict=True)
    )


def _with_values(
    tree: JsonObject, path: Path, contexts: Sequence[ContextVariable]
) -> Iterator[tuple[JsonObject, list[Any]]]:
    """Give each object at a path with the contexts' values for it."""
    level: list[tuple[Any, tuple[Any, ...]]] = [(tree, (tree,))]
    for step in path:
        level = [(to, (*trail, to)) for item, trail in level for to in below(item, step)]
    for item, trail in level:
        if item.__class__ is dict:
            yield item, [_value(context.sources, trail) for context in contexts]


def _value(sources: Sequence[ContextSource], trail: Sequence[Any]) -> Any:
    for source in sources:
        around = trail[source.steps]
        if source.types is None or around.get("__typename") in source.types:
            return _read(around, source.selections)
    return None


def _read(item: Any, selections: Sequence[RepresentationSelection]) -> Any:
    """Give the one leaf that the selections lead to; in lists, the leaf of every item."""
    if item.__class__ is list:
        return [_read(each, selections) for each in item]
    if item.__class__ is not dict:
        return None
    for selection in selections:
        if not isinstance(selection, RepresentationField):
            if item.get("__typename") in selection.types:
                return _read(item, selection.selections)
        elif selection.name != "__typename" or len(selections) == 1:
            value = item.get(selection.response_key)
            return _read(value, selection.selections) if selection.selections else value
    return None


class _Repeated:
    """A request with each call repeated as often as told: its text, and how names became others."""

    def __init__(self, fetch: Fetch, counts: Sequence[int]) -> None:
        operation = parse(fetch.operation, no_location=True).definitions[0]
        assert isinstance(operation, OperationDefinitionNode)  # noqa: S101  # that is what it is
        self._declared = {
            one.variable.name.value: one for one in operation.variable_definitions or ()
        }
        own = {call.variable for call in fetch.entity_calls}
        own.update(each.variable for call in fetch.entity_calls for each in call.contexts)
        self._taken = set(self._declared) - own
        self.names: dict[tuple[str, int], Mapping[str, str]] = {}
        self._definitions: dict[str, VariableDefinitionNode] = {}
        selections = []
        calls = zip(fetch.entity_calls, operation.selection_set.selections, counts, strict=True)
        for call, selection, count in calls:
            selections += [self._copy(call, selection, number) for number in range(count)]
        text = print_ast(
            OperationDefinitionNode(
                operation=operation.operation,
                name=operation.name,
                variable_definitions=tuple(self._definitions.values()),
                selection_set=SelectionSetNode(selections=tuple(selections)),
            )
        )
        head = {"query": text}
        if fetch.operation_name is not None:
            head["operationName"] = fetch.operation_name
        self.prefix = orjson.dumps(head)[:-1]

    def _copy(self, call: EntityCall, selection: SelectionNode, number: int) -> SelectionNode:
        own = [call.variable, *(each.variable for each in call.contexts)]
        names = {name: self._free(name, number) for name in own}
        names[call.response_key] = f"{call.response_key}_{number}" if number else call.response_key
        self.names[call.response_key, number] = names
        copier = _Copier(names, names[call.response_key], own)
        copied: SelectionNode = visit(selection, copier)
        for name in copier.used:
            declared = self._declared[name]
            new = names.get(name, name) if name in own else name
            self._definitions[new] = VariableDefinitionNode(
                variable=VariableNode(name=NameNode(value=new)),
                type=declared.type,
                default_value=declared.default_value,
            )
        return copied

    def _free(self, name: str, number: int) -> str:
        """Two calls may have a variable of one name: they are told apart like repeated ones."""
        free = f"{name}_{number}" if number else name
        while free in self._taken:
            free = f"_{free}"
        self._taken.add(free)
        return free


_repeated = lru_cache(maxsize=512)(_Repeated)


class _Copier(Visitor):
    """Renames the variables of a call, and gives its field another response key."""

    def __init__(self, names: Mapping[str, str], key: str, own: Sequence[str]) -> None:
        super().__init__()
        self.used: dict[str, None] = {}
        self._names = names
        self._key = key
        self._own = own

    def leave_variable(self, node: VariableNode, *_: object) -> VariableNode:
        name = node.name.value
        self.used[name] = None
        return VariableNode(name=NameNode(value=self._names[name])) if name in self._own else node

    def leave_field(
        self, node: FieldNode, _key: object, _parent: object, _path: object, around: list[Any]
    ) -> FieldNode:
        if any(isinstance(each, FieldNode) for each in around):
            return node
        return FieldNode(
            alias=None if self._key == node.name.value else NameNode(value=self._key),
            name=node.name,
            arguments=node.arguments,
            directives=node.directives,
            selection_set=node.selection_set,
        )


def is_contextual(fetch: Fetch) -> bool:
    """Whether any call of a fetch has contexts."""
    return any(call.contexts for call in fetch.entity_calls)
