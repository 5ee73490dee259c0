"""An entity fetch: distinct representations out, entities back to the objects they are of."""

from collections.abc import Iterable, Mapping
from typing import Any

from gateway.execution.compiled_plan import CompiledCall, CompiledFetch
from gateway.execution.merge import copied, merge, merge_into_each
from gateway.execution.renames import client_keys, rename
from gateway.execution.run_state import RunState
from gateway.execution.subgraph_answer import SubgraphAnswer, path_of_error
from gateway.execution.subgraph_errors import Failure, as_told, unreachable
from gateway.execution.tree import ClientPath, JsonObject, locate

_NESTED = frozenset({dict, list})


class GatheredCall:
    """The objects of one `_entities` call, by the representation they share.

    `targets[n]` are the objects of `representations[n]`, those below each path apart.
    """

    __slots__ = ("call", "representations", "targets")

    def __init__(self, call: CompiledCall, tree: JsonObject) -> None:
        self.call = call
        targets: dict[bytes, list[list[JsonObject]]] = {}
        by_key: dict[Any, list[list[JsonObject]]] = {}
        write = call.write
        for groups in call.gather(tree):
            for key, items in groups.items():
                known = by_key.get(key)
                if known is not None:
                    known.append(items)
                elif (written := key if key.__class__ is bytes else write(items[0])) is not None:
                    rows = by_key[key] = targets.setdefault(written, [])
                    rows.append(items)
        self.representations = list(targets)
        self.targets = list(targets.values())

    @classmethod
    def of(
        cls, call: CompiledCall, targets: Mapping[bytes, list[list[JsonObject]]]
    ) -> "GatheredCall":
        """Make a call of objects that are found already, by their representations."""
        made = cls.__new__(cls)
        made.call = call
        made.representations, made.targets = list(targets), list(targets.values())
        return made

    def variable(self) -> bytes:
        """Give the call's variable as a member of the JSON object of variables."""
        return self.call.variable + b"[" + b",".join(self.representations) + b"]"

    def objects(self, position: int | None = None) -> list[JsonObject]:
        """Give the objects of one representation, or all of them."""
        chosen = self.targets if position is None else self.targets[position : position + 1]
        return [item for targets in chosen for items in targets for item in items]

    def places(self, tree: JsonObject, objects: Iterable[JsonObject]) -> list[ClientPath]:
        """Tell where objects stand in the client's answer."""
        wanted = {id(item) for item in objects}
        found = [(item, at) for path in self.call.paths for item, at in locate(tree, path)]
        return list(dict.fromkeys(at for item, at in found if id(item) in wanted))


def accept_entities(
    fetch: CompiledFetch,
    gathered: list[GatheredCall],
    answer: SubgraphAnswer | None,
    state: RunState,
) -> None:
    """Merge what came; whatever did not come is laid to the fetch's account."""
    if answer is None:
        for one in gathered:
            _fail(fetch, one, one.objects(), unreachable(fetch.subgraph), state)
        return
    for error in answer.errors:
        _tell(fetch, gathered, error, state)
    for one in gathered:
        _accept_call(fetch, one, answer, state)


def _accept_call(
    fetch: CompiledFetch, one: GatheredCall, answer: SubgraphAnswer, state: RunState
) -> None:
    key = one.call.response_key
    entities = None if answer.data is None else answer.data.get(key)
    if entities.__class__ is list and len(entities) == len(one.representations):
        _merge(one, entities, state)
    elif not answer.errors and one.representations and key in (answer.data or ()):
        _fail(fetch, one, one.objects(), unreachable(fetch.subgraph), state)


def _merge(one: GatheredCall, entities: list[Any], state: RunState) -> None:
    if one.call.renames:
        rename(entities, one.call.renames, state.interfaces)
    shares, interfaces = one.call.shares, state.interfaces
    for entity, targets in zip(entities, one.targets, strict=True):
        if entity.__class__ is not dict:
            continue
        if _NESTED.isdisjoint(map(type, entity.values())):
            for items in targets:
                merge_into_each(items, entity, interfaces)
            continue
        for row, items in enumerate(targets):
            given = copied(entity) if row else entity
            if shares:
                merge_into_each(items, given, interfaces)
                continue
            for number, item in enumerate(items):
                merge(item, copied(entity) if number else given, interfaces)


def _tell(fetch: CompiledFetch, gathered: list[GatheredCall], error: Any, state: RunState) -> None:
    """Report an error where the client can see it, or as the reason for what is missing."""
    told = as_told(error, fetch.subgraph)
    key, path = _split(path_of_error(error))
    one = next((call for call in gathered if call.call.response_key == key), None)
    if one is None:
        for call in gathered:
            _fail(fetch, call, call.objects(), told, state)
        return
    position = path[0] if path else None
    objects = one.objects(position if isinstance(position, int) else None)
    if len(path) < 2:  # noqa: PLR2004  # the whole call or a whole entity
        _fail(fetch, one, objects, told, state)
        return
    below = client_keys(path[1:], one.call.renames)
    for place in one.places(state.tree, objects):
        state.log.add(told[0], [*place, *below], told[1])


def _split(path: list[str | int]) -> tuple[str | int | None, list[str | int]]:
    return (path[0], path[1:]) if path else (None, [])


def _fail(
    fetch: CompiledFetch,
    one: GatheredCall,
    objects: list[JsonObject],
    told: tuple[str, dict[str, Any]],
    state: RunState,
) -> None:
    message, extensions = told
    failure = Failure(
        message, extensions, lambda: fetch.keys, places=lambda: one.places(state.tree, objects)
    )
    state.log.failed(failure, objects)
