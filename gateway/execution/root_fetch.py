"""The answer to a root fetch: its data belongs at the root of the tree."""

from gateway.execution.compiled_plan import CompiledFetch
from gateway.execution.merge import merge
from gateway.execution.renames import client_keys, rename
from gateway.execution.run_state import RunState
from gateway.execution.subgraph_answer import SubgraphAnswer, path_of_error
from gateway.execution.subgraph_errors import Failure, as_told, unreachable


def accept_root(fetch: CompiledFetch, answer: SubgraphAnswer | None, state: RunState) -> None:
    """Merge what came; whatever did not come is laid to the fetch's account."""
    if answer is None:
        message, extensions = unreachable(fetch.subgraph)
        state.log.failed(Failure(message, extensions, lambda: fetch.keys), [state.tree])
        return
    renames = fetch.fetch.renames
    for number, error in enumerate(answer.errors):
        message, extensions = as_told(error, fetch.subgraph)
        path = client_keys(path_of_error(error), renames)
        if path:
            state.log.add(message, path, extensions)
        # Without data every field of the fetch is missing, and the first error says why.
        if not path or (answer.data is None and number == 0):
            failure = Failure(message, extensions, lambda: fetch.keys, is_told=bool(path))
            state.log.failed(failure, [state.tree])
    if answer.data is not None:
        if renames:
            rename([answer.data], renames, state.interfaces)
        merge(state.tree, answer.data, state.interfaces)
