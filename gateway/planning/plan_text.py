"""A plan as text: what is asked of whom, in which order, for people and for tests."""

from collections.abc import Iterable, Iterator, Sequence

from graphql import parse, print_ast

from gateway.planning.plan import (
    Condition,
    ContextVariable,
    EntityCall,
    Fetch,
    ListStep,
    OperationKind,
    Path,
    QueryPlan,
    Rename,
    Representation,
    RepresentationField,
    RepresentationSelection,
    TypeStep,
)

_INDENT = "  "


def plan_text(plan: QueryPlan) -> str:
    """Print the plan as a tree; fetches that can run side by side stand under one Parallel."""
    stages = list(_stages(plan.fetches))
    body = [line for stage in stages for line in _stage(stage)]
    if len(stages) > 1:
        body = _block("Sequence", body)
    return "\n".join(_block("QueryPlan", body) if body else ["QueryPlan {}"])


def _stages(fetches: Sequence[Fetch]) -> Iterator[list[Fetch]]:
    """The fetches in waves; a wave needs only the waves before it."""
    level: dict[int, int] = {}
    waves: dict[int, list[Fetch]] = {}
    for fetch in fetches:
        level[fetch.id] = 1 + max((level[needed] for needed in fetch.depends_on), default=-1)
        waves.setdefault(level[fetch.id], []).append(fetch)
    yield from (waves[number] for number in sorted(waves))


def _stage(fetches: Sequence[Fetch]) -> list[str]:
    lines = [line for fetch in fetches for line in _fetch(fetch)]
    return _block("Parallel", lines) if len(fetches) > 1 else lines


def _fetch(fetch: Fetch) -> list[str]:
    lines = [line for call in fetch.entity_calls for line in _inputs(call)]
    if fetch.paths:
        lines.append(f"into {', '.join(map(path_text, fetch.paths))}")
    lines += _operation(fetch.operation)
    renames = (*fetch.renames, *(rename for call in fetch.entity_calls for rename in call.renames))
    lines += [_rename(rename) for rename in renames]
    kind = "Fetch" if fetch.kind is OperationKind.QUERY else fetch.kind.capitalize()
    head = f'{kind} #{fetch.id} "{fetch.subgraph}"'
    if fetch.depends_on:
        head += f" after {', '.join(f'#{needed}' for needed in fetch.depends_on)}"
    if fetch.conditions or fetch.alternatives:
        head += f" if {_when(fetch)}"
    return _block(head, lines)


def _operation(text: str) -> list[str]:
    return print_ast(parse(text, no_location=True)).split("\n")


def _when(fetch: Fetch) -> str:
    alternatives = " or ".join(map(_conditions, fetch.alternatives))
    if fetch.conditions and alternatives:
        return f"{_conditions(fetch.conditions)} and ({alternatives})"
    return alternatives or _conditions(fetch.conditions)


def _conditions(conditions: Iterable[Condition]) -> str:
    return " and ".join(
        f"{'not ' if condition.negated else ''}${condition.variable}" for condition in conditions
    )


def _inputs(call: EntityCall) -> Iterator[str]:
    yield f"{call.response_key} of {', '.join(map(path_text, call.paths))}"
    for representation in call.representations:
        yield f"{_INDENT}{_representation(representation)}"
    for context in call.contexts:
        yield f"{_INDENT}${context.variable} from {_sources(call, context)}"


def _sources(call: EntityCall, context: ContextVariable) -> str:
    """Where a context is read, nearest first; the path is the first of the call's."""
    texts = []
    for source in context.sources:
        steps = call.paths[0][: source.steps]
        if source.types is not None:
            steps += (TypeStep(source.types),)
        texts.append(f"{path_text(steps)} {_selections(source.selections)}".lstrip())
    return " or ".join(texts)


def _representation(representation: Representation) -> str:
    types = "*" if representation.types is None else " | ".join(sorted(representation.types))
    typename = representation.typename
    sent = f" as {typename}" if typename and typename != types else ""
    return f"{types}{sent} {_selections(representation.fields)}"


def _selections(selections: Iterable[RepresentationSelection]) -> str:
    return "{ " + " ".join(map(_selection, selections)) + " }"


def _selection(selection: RepresentationSelection) -> str:
    if not isinstance(selection, RepresentationField):
        types = " | ".join(sorted(selection.types))
        return f"... on {types} {_selections(selection.selections)}"
    text = selection.name
    if selection.response_key != selection.name:
        text += f" from {selection.response_key}"
    return f"{text} {_selections(selection.selections)}" if selection.selections else text


def _rename(rename: Rename) -> str:
    path = path_text((*rename.path, rename.alias))
    return f"rename {path} to {rename.response_key}"


def path_text(path: Path) -> str:
    """A path as text: `orders[].lines[]{Product}.item`."""
    text = ""
    for step in path:
        if isinstance(step, str):
            text += f".{step}" if text else step
        elif isinstance(step, ListStep):
            text += "[]"
        else:
            text += "{" + "|".join(sorted(step.types)) + "}"
    return text


def _block(head: str, lines: Iterable[str]) -> list[str]:
    return [f"{head} {{", *(f"{_INDENT}{line}" for line in lines), "}"]
