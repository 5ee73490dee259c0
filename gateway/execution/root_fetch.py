"""The answer to a root fetch: its data belongs at the root, or where a field leads back to it.

A field that returns the query type gives an object of which other subgraphs fill their part.
"""

from collections.abc import Sequence
from typing import Any

from gateway.execution.compiled_plan import CompiledFetch
from gateway.execution.merge import copied, merge
from gateway.execution.renames import client_keys, rename
from gateway.execution.run_state import RunState
from gateway.execution.subgraph_answer import SubgraphAnswer, path_of_error
from gateway.execution.subgraph_errors import Failure, as_told, unreachable
from gateway.execution.tree import ClientPath, JsonObject, locate

_Place = tuple[JsonObject, ClientPath]


def accept_root(fetch: CompiledFetch, answer: SubgraphAnswer | None, state: RunState) -> None:
    """Merge what came; whatever did not come is laid to the fetch's account."""
    _accept(fetch, answer, state, [(state.tree, ())])


def accept_reentry(fetch: CompiledFetch, answer: SubgraphAnswer | None, state: RunState) -> None:
    """Merge what came into every object that stands for the root."""
    _accept(fetch, answer, state, places_of(fetch, state))


def places_of(fetch: CompiledFetch, state: RunState) -> list[_Place]:
    """Give the objects at the fetch's paths, each with where it stands."""
    return [place for path in fetch.fetch.paths for place in locate(state.tree, path)]


def _accept(
    fetch: CompiledFetch,
    answer: SubgraphAnswer | None,
    state: RunState,
    places: Sequence[_Place],
) -> None:
    if answer is None:
        _fail(fetch, unreachable(fetch.subgraph), state, places)
        return
    renames = fetch.fetch.renames
    for number, error in enumerate(answer.errors):
        told = as_told(error, fetch.subgraph)
        path = client_keys(path_of_error(error), renames)
        if path:
            for _, at in places:
                state.log.add(told[0], (*at, *path), told[1])
        # Without data every field of the fetch is missing, and the first error says why.
        if not path or (answer.data is None and number == 0):
            _fail(fetch, told, state, places, is_told=bool(path))
    if answer.data is not None:
        if renames:
            rename([answer.data], renames, state.interfaces)
        for number, (item, _) in enumerate(places):
            merge(item, copied(answer.data) if number else answer.data, state.interfaces)


def _fail(
    fetch: CompiledFetch,
    told: tuple[str, dict[str, Any]],
    state: RunState,
    places: Sequence[_Place],
    *,
    is_told: bool = False,
) -> None:
    failure = Failure(
        told[0],
        told[1],
        lambda: fetch.keys,
        places=lambda: [at for _, at in places if at],
        is_told=is_told,
    )
    state.log.failed(failure, [item for item, _ in places])
