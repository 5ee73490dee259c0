"""Enum values that only some subgraphs know, and enums that nobody uses."""

from collections.abc import Iterator

from gateway.composition.elements import Kind
from gateway.composition.enum_use import EnumUse, enum_uses
from gateway.composition.problems import Hint, Level, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration, named


def enums_differ(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM, _FOR_OUTPUT_ENUM, UNUSED_ENUM_TYPE."""
    uses = enum_uses(composition.declarations)
    for name, declared in composition.declarations.of_kind(Kind.ENUM):
        values = dict.fromkeys(value for _, each in declared for value in each.values)
        partial = [v for v in values if not all(v in each.values for _, each in declared)]
        use = uses.get(name)
        if use is None and not _is_in_directives(name, declared):
            names = tuple(subgraph.name for subgraph, _ in declared)
            message = f"{name} is used by no field, argument or input."
            places = places_of(*(each for _, each in declared))
            yield Hint("UNUSED_ENUM_TYPE", message, Level.INFO, names, places)
        elif use is EnumUse.OUTPUT and partial:
            yield _visible(name, partial, declared)
        elif use is EnumUse.INPUT:
            yield from (_left_out(name, value, declared) for value in partial)


def _is_in_directives(name: str, declared: list[Declaration]) -> bool:
    return any(
        named(argument.type) == name
        for subgraph, _ in declared
        for directive in subgraph.composed_directives.values()
        for argument in directive.definition.arguments or ()
    )


def _visible(name: str, partial: list[str], declared: list[Declaration]) -> Hint:
    lacking = [(s, each) for s, each in declared if any(v not in each.values for v in partial)]
    names = tuple(subgraph.name for subgraph, _ in lacking)
    message = f"{name} has values that some subgraphs do not know: {', '.join(partial)}."
    places = places_of(*(each for _, each in lacking), *(each for _, each in declared))
    return Hint("INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM", message, Level.INFO, names, places)


def _left_out(name: str, value: str, declared: list[Declaration]) -> Hint:
    knowing = [(subgraph, each) for subgraph, each in declared if value in each.values]
    lacking = [(subgraph, each) for subgraph, each in declared if value not in each.values]
    unknown = ", ".join(subgraph.name for subgraph, _ in lacking)
    message = f"{name}.{value} is left out, because it is unknown in {unknown}."
    places = places_of(*(each.values[value] for _, each in knowing), *(one for _, one in lacking))
    names = tuple(subgraph.name for subgraph, _ in knowing)
    return Hint("INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM", message, Level.WARN, names, places)
