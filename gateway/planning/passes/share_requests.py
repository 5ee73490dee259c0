"""Calls to one subgraph that can start at the same time travel in one request."""

from gateway.planning.drafts import Draft, Drafts
from gateway.planning.graph import QueryGraph


def share_requests(drafts: Drafts, _graph: QueryGraph) -> None:
    """Join the entity drafts of one subgraph and level; they cannot depend on each other."""
    levels = drafts.levels()
    shared: dict[tuple[str, int], Draft] = {}
    for draft in list(drafts.all):
        if draft.calls:
            request = shared.setdefault((draft.subgraph, levels[draft]), draft)
            if request is not draft:
                drafts.join(request, draft)
