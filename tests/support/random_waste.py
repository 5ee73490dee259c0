"""Fetches of a plan that nobody needs: neither the client, nor another fetch as an input."""

from collections.abc import Iterable, Iterator
from itertools import product

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    InlineFragmentNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    parse,
)

from gateway.planning.conditions import Conditions, opposite
from gateway.planning.plan import (
    Fetch,
    OperationKind,
    Path,
    QueryPlan,
    RepresentationField,
    RepresentationSelection,
)
from gateway.planning.plan_text import path_text

Keys = tuple[str, ...]


def wasted(plan: QueryPlan, document: DocumentNode, *, strictly: bool = True) -> list[str]:
    """Tell which fetches give nothing that is used; `strictly`, or that another gives too."""
    used = set(_asked(document)) | set(_inputs(plan))
    given = {fetch.id: dict(_given(fetch)) for fetch in plan.fetches}
    useful = {
        fetch.id: {place for place, keys in given[fetch.id].items() if keys in used}
        for fetch in plan.fetches
    }
    problems = []
    for fetch in plan.fetches:
        others = [each for each in plan.fetches if each is not fetch and _may_double(fetch, each)]
        mine = useful[fetch.id]
        if not mine and not _shows_existence(given, fetch, used):
            problems.append(f"#{fetch.id} gives nothing that is used")
        problems += (
            f"#{fetch.id} gives nothing that #{other.id} does not give"
            for other in others
            if strictly and mine and other.subgraph == fetch.subgraph and mine < useful[other.id]
        )
    return problems


def _may_double(fetch: Fetch, other: Fetch) -> bool:
    """Whether both may be sent: the turns of a change exclude each other, what is below too."""
    if fetch.kind is OperationKind.MUTATION:
        return False
    return any(
        not any(opposite(each) in theirs for each in own)
        for own, theirs in product(_cases(fetch), _cases(other))
    )


def _cases(fetch: Fetch) -> list[Conditions]:
    """The sets of conditions of which one must hold for the fetch to be sent."""
    return [frozenset((*fetch.conditions, *each)) for each in fetch.alternatives or ((),)]


def _shows_existence(given: dict[int, dict[str, Keys]], fetch: Fetch, used: Iterable[Keys]) -> bool:
    """Whether an object's being there, or its type, is known through this fetch alone."""
    objects = {keys[:-1] for keys in given[fetch.id].values() if keys[-1] == "__typename"}
    wanted = {keys[:length] for keys in used for length in range(len(keys) + 1)}
    known = {
        keys[:length]
        for number, places in given.items()
        if number != fetch.id
        for place, keys in places.items()
        for length in range(1 + place.partition("|")[0].count("."), len(keys))
    }
    return bool((objects & wanted) - known) or bool(fetch.entity_calls and objects & wanted)


def _asked(document: DocumentNode) -> Iterator[Keys]:
    fragments = {
        node.name.value: node.selection_set
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }
    for node in document.definitions:
        if isinstance(node, OperationDefinitionNode):
            yield from (keys for _, keys in _leaves(node.selection_set, (), "", fragments))


def _inputs(plan: QueryPlan) -> Iterator[Keys]:
    for fetch in plan.fetches:
        for call in fetch.entity_calls:
            for path in call.paths:
                for one in call.representations:
                    yield from _read(one.fields, _keys(path))
                for context in call.contexts:
                    for source in context.sources:
                        yield from _read(source.selections, _keys(path[: source.steps]))


def _read(selections: Iterable[RepresentationSelection], at: Keys) -> Iterator[Keys]:
    for selection in selections:
        if not isinstance(selection, RepresentationField):
            yield from _read(selection.selections, at)
        elif selection.selections:
            yield from _read(selection.selections, (*at, selection.response_key))
        else:
            yield (*at, selection.response_key)


def _keys(path: Path) -> Keys:
    return tuple(step for step in path if isinstance(step, str))


def _place(path: Path) -> str:
    """Where a fetch begins: what leads there is not its doing."""
    return (f".{path_text(path)}" if path else "") + "|"


def _given(fetch: Fetch) -> Iterator[tuple[str, Keys]]:
    """Every leaf of a fetch: its exact place, and the keys that lead there."""
    renames = {one.alias: one.response_key for one in fetch.renames}
    (operation,) = parse(fetch.operation).definitions
    assert isinstance(operation, OperationDefinitionNode)
    if not fetch.entity_calls:
        for path in fetch.paths or ((),):
            leaves = _leaves(operation.selection_set, _keys(path), _place(path), {}, renames)
            yield from leaves
        return
    for call, selection in zip(fetch.entity_calls, operation.selection_set.selections, strict=True):
        renames = {one.alias: one.response_key for one in call.renames}
        for below in _occurrences(selection):
            for path in call.paths:
                yield from _leaves(below, _keys(path), _place(path), {}, renames)


def _occurrences(call: SelectionNode) -> Iterator[SelectionSetNode]:
    """The selections of a call: one for each of the conditions it is asked under."""
    if isinstance(call, InlineFragmentNode):
        for each in call.selection_set.selections:
            yield from _occurrences(each)
    elif isinstance(call, FieldNode) and call.selection_set is not None:
        yield call.selection_set


def _leaves(
    selections: SelectionSetNode,
    keys: Keys,
    place: str,
    fragments: dict[str, SelectionSetNode],
    renames: dict[str, str] | None = None,
) -> Iterator[tuple[str, Keys]]:
    for node in selections.selections:
        if isinstance(node, FieldNode):
            key = node.alias.value if node.alias else node.name.value
            key = (renames or {}).get(key, key)
            if node.selection_set is None:
                yield f"{place}.{key}", (*keys, key)
            else:
                inner = f"{place}.{key}"
                yield from _leaves(node.selection_set, (*keys, key), inner, fragments, renames)
        elif isinstance(node, InlineFragmentNode):
            condition = node.type_condition.name.value if node.type_condition else ""
            inner = f"{place}/{condition}"
            yield from _leaves(node.selection_set, keys, inner, fragments, renames)
        elif isinstance(node, FragmentSpreadNode):
            yield from _leaves(fragments[node.name.value], keys, place, fragments, renames)
