"""Drafts become the plan: numbered, printed, frozen."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from gateway.planning.aliases import Aliases
from gateway.planning.around import Around
from gateway.planning.conditions import Conditions
from gateway.planning.drafts import Call, Draft, Drafts, path_of
from gateway.planning.graph import QueryGraph
from gateway.planning.inputs import context_source, representations_of
from gateway.planning.operation import Operation
from gateway.planning.plan import (
    Condition,
    ContextSource,
    ContextVariable,
    EntityCall,
    Fetch,
    OperationKind,
    Path,
    QueryPlan,
    Rename,
    Representation,
)
from gateway.planning.printing import Printer, printed_operation
from gateway.planning.ways import Way

_NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_]")


def finish(drafts: Drafts, operation: Operation, graph: QueryGraph) -> QueryPlan:
    """Print every draft; fetches come in the order in which they can start."""
    levels = drafts.levels()
    ordered = sorted(drafts.all, key=levels.__getitem__)
    numbers = {draft: number for number, draft in enumerate(ordered)}
    writer = _Writer(drafts, operation, graph)
    return QueryPlan(
        kind=operation.kind,
        fetches=tuple(
            writer.fetch(draft, number, _direct_needs(drafts, draft, numbers))
            for draft, number in numbers.items()
        ),
    )


def _direct_needs(drafts: Drafts, draft: Draft, numbers: dict[Draft, int]) -> tuple[int, ...]:
    """What a draft waits for, without what its other needs wait for anyway."""
    needs = drafts.needs(draft)
    implied: set[Draft] = set()
    for needed in needs:
        implied |= drafts.reachable_from(needed)
    return tuple(sorted(numbers[needed] for needed in needs - implied))


@dataclass(frozen=True, slots=True)
class _Part:
    """One `_entities` field as printed, before it has its response key: the text of its selection.

    It is written several times if it is asked under several alternatives.
    """

    occurrences: tuple[tuple[Conditions, str], ...]
    representations: tuple[Representation, ...]
    renames: tuple[Rename, ...]
    contexts: tuple[ContextVariable, ...] = ()


class _Writer:
    """Writes the fetches of one plan."""

    def __init__(self, drafts: Drafts, operation: Operation, graph: QueryGraph) -> None:
        self._use = drafts.use
        self._operation = operation
        self._graph = graph

    def fetch(self, draft: Draft, number: int, needs: tuple[int, ...]) -> Fetch:
        around = Around.of(self._use.of(draft.ways))
        printer = Printer(self._use, self._graph)
        if draft.calls and not draft.is_reentry:
            return self._entity_fetch(draft, number, needs, around, printer)
        aliases = Aliases(self._use, draft.ways)
        selection = printer.root(draft.ways, aliases, around)
        kind = OperationKind.QUERY if draft.is_reentry else self._operation.kind
        name = self._name(draft.subgraph, number)
        variables = self._client_variables(printer)
        definitions = [self._operation.variables[variable] for variable in variables]
        return Fetch(
            id=number,
            subgraph=draft.subgraph,
            kind=kind,
            operation=printed_operation(kind, name, definitions, selection),
            operation_name=name,
            variables=variables,
            depends_on=needs,
            conditions=tuple(sorted(around.said)),
            alternatives=_alternatives(around),
            renames=aliases.renames,
            paths=tuple(path for call in draft.calls for path in call.paths),
        )

    def _entity_fetch(
        self,
        draft: Draft,
        number: int,
        needs: tuple[int, ...],
        around: Around,
        printer: Printer,
    ) -> Fetch:
        parts: dict[_Part, list[Path]] = {}
        names = _ContextNames(self._free_variable, self._graph)
        for call in draft.calls:
            part = self._part(call, around, printer, names)
            parts.setdefault(part, []).extend(call.paths)
        calls, selections, definitions = [], [], []
        for index, (part, paths) in enumerate(parts.items()):
            key = "_entities" if len(parts) == 1 else f"_e{index}"
            number_of_call = "" if len(parts) == 1 else str(index)
            variable = self._free_variable(f"representations{number_of_call}")
            head = "_entities" if len(parts) == 1 else f"{key}: _entities"
            head += f"(representations: ${variable})"
            written = [
                printer.under(conditions, head, f" {selection}")
                for conditions, selection in part.occurrences
            ]
            selections.append(written[0] if len(written) == 1 else f"... {{ {' '.join(written)} }}")
            definitions.append(f"${variable}: [_Any!]!")
            calls.append(
                EntityCall(
                    key,
                    variable,
                    tuple(dict.fromkeys(paths)),
                    part.representations,
                    part.renames,
                    part.contexts,
                )
            )
        definitions += names.definitions
        variables = self._client_variables(printer)
        definitions += [self._operation.variables[variable] for variable in variables]
        name = self._name(draft.subgraph, number)
        text = "{ " + " ".join(selections) + " }"
        return Fetch(
            id=number,
            subgraph=draft.subgraph,
            kind=OperationKind.QUERY,
            operation=printed_operation(OperationKind.QUERY, name, definitions, text),
            operation_name=name,
            variables=variables,
            depends_on=needs,
            entity_calls=tuple(calls),
            conditions=tuple(sorted(around.said)),
            alternatives=_alternatives(around),
        )

    def _part(self, call: Call, around: Around, printer: Printer, names: "_ContextNames") -> _Part:
        aliases = Aliases(self._use, call.hops)
        contexts = names.of(call.hops)
        printer.contexts = names.variables
        return _Part(
            occurrences=tuple(
                (conditions, printer.entities(call, aliases, inside))
                for conditions, inside in around.occurrences(self._use.of(call.hops))
            ),
            representations=representations_of(call.hops, self._graph),
            renames=aliases.renames,
            contexts=contexts,
        )

    def _name(self, subgraph: str, number: int) -> str | None:
        if self._operation.name is None:
            return None
        return f"{self._operation.name}__{_NOT_IN_NAMES.sub('_', subgraph)}__{number}"

    def _client_variables(self, printer: Printer) -> tuple[str, ...]:
        return tuple(name for name in self._operation.variables if name in printer.variables)

    def _free_variable(self, name: str) -> str:
        while name in self._operation.variables:
            name = f"_{name}"
        return name


class _ContextNames:
    """The variables of one fetch that are filled from contexts."""

    def __init__(self, free: Callable[[str], str], graph: QueryGraph) -> None:
        self.variables: dict[tuple[Way, str], str] = {}
        self._free = free
        self._graph = graph
        self._known: dict[tuple[str, tuple[ContextSource, ...]], ContextVariable] = {}

    @property
    def definitions(self) -> list[str]:
        """The variables as an operation declares them."""
        return [f"${each.variable}: {each.type}" for each in self._known.values()]

    def of(self, hops: Iterable[Way]) -> tuple[ContextVariable, ...]:
        """The variables of a call; what comes from the same place is one."""
        found = {}
        for hop in hops:
            for context in hop.contexts:
                sources = tuple(
                    context_source(each, len(path_of(each.origin)), self._graph)
                    for each in context.settings
                )
                key = (context.type, sources)
                if key not in self._known:
                    name = self._free(f"context{len(self._known)}")
                    self._known[key] = ContextVariable(name, context.type, sources)
                self.variables[hop, context.argument] = self._known[key].variable
                found[self._known[key].variable] = self._known[key]
        return tuple(found.values())


def _alternatives(around: Around) -> tuple[tuple[Condition, ...], ...]:
    """What else must hold, besides that which is common to all; nothing, if there is one way."""
    if len(around.held) == 1:
        return ()
    return tuple(sorted(tuple(sorted(each - around.said)) for each in around.held))
