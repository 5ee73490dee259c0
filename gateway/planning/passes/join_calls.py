"""Calls to one subgraph for the objects of one place become one call."""

from collections.abc import Iterator

from gateway.planning.drafts import Call, Draft, Drafts
from gateway.planning.graph import QueryGraph
from gateway.planning.inputs import ConflictingInputs, representations_of


def join_calls(drafts: Drafts, graph: QueryGraph) -> None:
    """Join drafts of the same subgraph and place, unless one waits for the other.

    A join that would make the whole plan wait longer is left out.
    """
    for first, second in list(_candidates(drafts)):
        if first in drafts.all and second in drafts.all and _may_join(drafts, first, second):
            _join(drafts, first, second, graph)


def _candidates(drafts: Drafts) -> Iterator[tuple[Draft, Draft]]:
    by_place: dict[object, list[Draft]] = {}
    for draft in drafts.all:
        if draft.calls:
            by_place.setdefault((draft.subgraph, tuple(draft.calls[0].paths)), []).append(draft)
    for alike in by_place.values():
        for index, first in enumerate(alike):
            for second in alike[index + 1 :]:
                yield first, second


def _may_join(drafts: Drafts, first: Draft, second: Draft) -> bool:
    if second in drafts.reachable_from(first) or first in drafts.reachable_from(second):
        return False
    levels = drafts.levels()
    if levels[first] == levels[second]:
        return True
    early, late = sorted((first, second), key=levels.__getitem__)
    delay = levels[late] - levels[early]
    depth = max(levels.values())
    waiting = [draft for draft in drafts.all if early in drafts.reachable_from(draft)]
    return all(levels[draft] + delay <= depth for draft in waiting)


def _join(drafts: Drafts, first: Draft, second: Draft, graph: QueryGraph) -> None:
    call, other = first.calls[0], second.calls[0]
    joined = Call(call.paths, call.hops + other.hops)
    try:
        representations_of(joined.hops, graph)
    except ConflictingInputs:
        return
    drafts.join(first, second)
    first.calls = [joined]
