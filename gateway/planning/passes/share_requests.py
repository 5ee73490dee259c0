"""Calls to one subgraph that can start at the same time travel in one request."""

from collections.abc import Iterator
from itertools import combinations

from gateway.planning.drafts import Draft, Drafts
from gateway.planning.graph import QueryGraph
from gateway.planning.schedule import Schedule


def share_requests(drafts: Drafts, _graph: QueryGraph) -> None:
    """Join the entity drafts of one subgraph, as far as the whole plan waits no longer for it.

    Those of one level cannot depend on each other. An earlier one waits for a later one only if
    what comes after it has that much time.
    """
    levels = drafts.levels()
    shared: dict[tuple[str, int], Draft] = {}
    for draft in _entity_drafts(drafts):
        request = shared.setdefault((draft.subgraph, levels[draft]), draft)
        if request is not draft:
            drafts.join(request, draft)
    schedule = Schedule(drafts)
    for first, second in list(_pairs(drafts)):
        if first in drafts.all and second in drafts.all and schedule.may_wait(first, second):
            drafts.join(first, second)
            schedule = schedule.renewed()


def _entity_drafts(drafts: Drafts) -> list[Draft]:
    return [draft for draft in drafts.all if draft.calls and not draft.is_reentry]


def _pairs(drafts: Drafts) -> Iterator[tuple[Draft, Draft]]:
    by_subgraph: dict[str, list[Draft]] = {}
    for draft in _entity_drafts(drafts):
        by_subgraph.setdefault(draft.subgraph, []).append(draft)
    for alike in by_subgraph.values():
        yield from combinations(alike, 2)
