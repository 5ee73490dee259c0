"""Calls to one subgraph for the objects of one place become one call."""

from collections.abc import Iterable, Iterator, Sequence

from gateway.planning.drafts import Call, Draft, Drafts
from gateway.planning.graph import QueryGraph
from gateway.planning.inputs import ConflictingInputs, representations_of
from gateway.planning.schedule import Schedule
from gateway.planning.shared_inputs import may_share_inputs


def join_calls(drafts: Drafts, graph: QueryGraph) -> None:
    """Join drafts of the same subgraph and place, unless one waits for the other.

    Those that wait for the same drafts go together at once. Of the others, a join that would make
    the whole plan wait longer is left out.
    """
    for alike in list(_alike(drafts)):
        _join(drafts, alike, graph)
    schedule: Schedule | None = None
    for first, second in list(_pairs(drafts)):
        if first not in drafts.all or second not in drafts.all:
            continue
        schedule = schedule or Schedule(drafts)
        if schedule.may_wait(first, second) and _join(drafts, (first, second), graph):
            schedule = None


def _place(draft: Draft) -> tuple[object, ...]:
    return draft.subgraph, draft.is_reentry, tuple(draft.calls[0].paths)


def _alike(drafts: Drafts) -> Iterable[list[Draft]]:
    """Drafts of one place that have equal needs: none of them can wait for another."""
    groups: dict[object, list[Draft]] = {}
    for draft in drafts.all:
        if draft.calls:
            key = (_place(draft), frozenset(drafts.needs(draft)))
            groups.setdefault(key, []).append(draft)
    return (group for group in groups.values() if len(group) > 1)


def _pairs(drafts: Drafts) -> Iterator[tuple[Draft, Draft]]:
    by_place: dict[object, list[Draft]] = {}
    for draft in drafts.all:
        if draft.calls:
            by_place.setdefault(_place(draft), []).append(draft)
    for alike in by_place.values():
        for index, first in enumerate(alike):
            for second in alike[index + 1 :]:
                yield first, second


def _join(drafts: Drafts, alike: Sequence[Draft], graph: QueryGraph) -> bool:
    """Join into the first as many as it can share representations with; tell if there were any."""
    first, *others = alike
    if _fits(drafts, first, others, graph):
        _absorb(drafts, first, others)
        return True
    fitting = [other for other in others if _joins(drafts, first, other, graph)]
    return bool(fitting)


def _joins(drafts: Drafts, first: Draft, other: Draft, graph: QueryGraph) -> bool:
    fits = _fits(drafts, first, [other], graph)
    if fits:
        _absorb(drafts, first, [other])
    return fits


def _fits(drafts: Drafts, first: Draft, others: Iterable[Draft], graph: QueryGraph) -> bool:
    hops = [hop for draft in (first, *others) for hop in draft.calls[0].hops]
    try:
        representations_of(hops, graph)
    except ConflictingInputs:
        return False
    return may_share_inputs(hops, graph, drafts.use)


def _absorb(drafts: Drafts, first: Draft, others: Iterable[Draft]) -> None:
    call = first.calls[0]
    hops = list(call.hops)
    for other in others:
        hops += other.calls[0].hops
        drafts.join(first, other)
    first.calls = [Call(call.paths, hops)]
