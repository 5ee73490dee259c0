"""The planner: from a validated operation to the fetches that answer it."""

from functools import lru_cache, partial

from graphql import DocumentNode

from gateway.errors import OperationTooComplex, Unplannable
from gateway.planning.choice import choose, cost_of
from gateway.planning.detours import without_detours
from gateway.planning.doubles import without_doubles
from gateway.planning.drafts import Draft, Drafts, Use
from gateway.planning.effort import Effort
from gateway.planning.finish import finish
from gateway.planning.graph import QueryGraph
from gateway.planning.labels import NO_LABELS, LabelledFields
from gateway.planning.operation import FieldSelection, Operation, Selection, normalise
from gateway.planning.options import Option
from gateway.planning.passes.all_passes import ALL_PASSES
from gateway.planning.plan import OperationKind, QueryPlan
from gateway.planning.search import DeadEnd, Leaf, Search
from gateway.planning.spares import without_spares
from gateway.planning.types import TypeWorld
from gateway.planning.ways import Way
from gateway.supergraph.model import Supergraph

MOST_GRAPHS = 16
"""Of how many choices of active labels the graph is kept."""

_Picked = tuple[tuple[Leaf, ...], tuple[Option, ...]]


class Planner:
    """Plans operations over one supergraph; the same operation always gets the same plan."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._world = TypeWorld(supergraph)
        self._graph_with = lru_cache(maxsize=MOST_GRAPHS)(partial(_graph, supergraph, self._world))
        self.labelled = LabelledFields(supergraph)

    def plan(
        self,
        document: DocumentNode,
        operation_name: str | None = None,
        labels: frozenset[str] = NO_LABELS,
        effort: Effort | None = None,
    ) -> QueryPlan:
        """Plan one operation of a document that is valid against the public schema.

        `labels` are those of overrides that are active, `effort` bounds the search. Raises
        OperationNotFound, Unplannable, OperationTooComplex.
        """
        try:
            operation = normalise(document, operation_name, self._world)
            return _Planning(self._graph_with(labels), effort or Effort()).planned(operation)
        except RecursionError as error:
            raise OperationTooComplex("The operation is nested too deeply.") from error


def _graph(supergraph: Supergraph, world: TypeWorld, labels: frozenset[str]) -> QueryGraph:
    return QueryGraph(supergraph, world, labels)


class _Planning:
    """The planning of one operation."""

    def __init__(self, graph: QueryGraph, effort: Effort) -> None:
        self._graph = graph
        self._effort = effort

    def planned(self, operation: Operation) -> QueryPlan:
        """Draft the fetches, improve them, write them down."""
        drafts = self._drafts(operation)
        for improve in ALL_PASSES:
            improve(drafts, self._graph)
        return finish(drafts, operation, self._graph)

    def _drafts(self, operation: Operation) -> Drafts:
        try:
            if operation.kind is OperationKind.QUERY:
                return self._parallel(operation)
            return self._one_by_one(operation)
        except DeadEnd as dead_end:
            if self._effort.is_hasty:  # another way may have led on
                raise OperationTooComplex("The operation needs too much planning.") from dead_end
            raise Unplannable(f"No subgraph can be asked for {dead_end}.") from dead_end

    def _parallel(self, operation: Operation) -> Drafts:
        """All root fields at once, each leaf from wherever it is cheapest."""
        search = Search(self._graph, self._effort)
        roots = search.roots(operation.kind, operation.selections)
        leaves = search.leaves(roots, operation.selections)
        use = Use()
        use.add(leaves, self._chosen(leaves))
        drafts = Drafts(use)
        drafts.start(use.when)
        return drafts

    def _chosen(self, leaves: tuple[Leaf, ...]) -> tuple[Option, ...]:
        options = [leaf.options for leaf in leaves]
        chosen = without_detours(options, choose(options))
        once = without_doubles(chosen, self._effort)
        return once if once == chosen else without_spares(options, once)

    def _one_by_one(self, operation: Operation) -> Drafts:
        """Each root field from exactly one subgraph, in order; neighbours there go together."""
        use = Use()
        drafts = Drafts(use)
        before: list[Draft] = []
        for leaves, chosen in self._runs(operation):
            known = set(use.when)
            use.add(leaves, chosen)
            before = drafts.start([way for way in use.when if way not in known], before)
        return drafts

    def _runs(self, operation: Operation) -> list[_Picked]:
        runs: list[tuple[Way, _Picked]] = []
        keys: set[str | None] = set()
        for selection in operation.selections:
            root, (leaves, chosen) = self._best_root(operation, selection)
            key = selection.response_key if isinstance(selection, FieldSelection) else None
            is_again = key in keys  # within one request it would run at its first place
            if runs and runs[-1][0].at.subgraph == root.at.subgraph and not is_again:
                first, (known_leaves, known_chosen) = runs[-1]
                runs[-1] = (first, (known_leaves + leaves, known_chosen + chosen))
                keys.add(key)
            else:
                runs.append((root, (leaves, chosen)))
                keys = {key}
        return [picked for _, picked in runs]

    def _best_root(self, operation: Operation, selection: Selection) -> tuple[Way, _Picked]:
        search = Search(self._graph, self._effort)
        best: tuple[int, Way, _Picked] | None = None
        dead_end: DeadEnd | None = None
        for root in search.roots(operation.kind, [selection]):
            try:
                leaves = search.leaves([root], [selection])
            except DeadEnd as error:
                dead_end = dead_end if _is_deeper(dead_end, error) else error
                continue
            chosen = self._chosen(leaves)
            cost = cost_of(chosen)
            if best is None or cost < best[0]:
                best = (cost, root, (leaves, chosen))
        if best is None:
            raise dead_end or AssertionError("The schema has no root type for this operation.")
        return best[1], best[2]


def _is_deeper(known: DeadEnd | None, new: DeadEnd) -> bool:
    return known is not None and str(known).count(".") >= str(new).count(".")
