"""Enum values that only some subgraphs know, and enums that nobody uses."""

from collections.abc import Iterator

from gateway.composition.elements import Kind
from gateway.composition.enum_use import EnumUse, enum_uses
from gateway.composition.problems import Hint, Level, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration


def enums_differ(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM, _FOR_OUTPUT_ENUM, UNUSED_ENUM_TYPE."""
    uses = enum_uses(composition.declarations)
    for name, declared in composition.declarations.of_kind(Kind.ENUM):
        use = uses.get(name)
        if use is None:
            names = tuple(subgraph.name for subgraph, _ in declared)
            message = f"{name} is used by no field, argument or input."
            places = places_of(*(each for _, each in declared))
            yield Hint("UNUSED_ENUM_TYPE", message, Level.INFO, names, places)
        for value in dict.fromkeys(value for _, each in declared for value in each.values):
            if not all(value in each.values for _, each in declared):
                yield from _partial(f"{name}.{value}", value, declared, use)


def _partial(
    coordinate: str, value: str, declared: list[Declaration], use: EnumUse | None
) -> Iterator[Hint]:
    knowing = [(subgraph, each) for subgraph, each in declared if value in each.values]
    lacking = [(subgraph, each) for subgraph, each in declared if value not in each.values]
    unknown = ", ".join(subgraph.name for subgraph, _ in lacking)
    names = tuple(subgraph.name for subgraph, _ in knowing)
    places = places_of(*(each.values[value] for _, each in knowing), *(one for _, one in lacking))
    if use is EnumUse.INPUT:
        message = f"{coordinate} is left out, because {unknown} does not know it."
        code = "INCONSISTENT_ENUM_VALUE_FOR_INPUT_ENUM"
        yield Hint(code, message, Level.WARN, names, places)
    elif use is EnumUse.OUTPUT:
        message = f"{coordinate} is visible, although {unknown} does not know it."
        code = "INCONSISTENT_ENUM_VALUE_FOR_OUTPUT_ENUM"
        yield Hint(code, message, Level.INFO, names, places)
