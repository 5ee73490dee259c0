"""An element is described in other words in one subgraph than in another."""

from collections.abc import Iterator, Sequence

from gateway.composition.elements import Field, Marks, Subgraph, Type
from gateway.composition.problems import Hint, Level, places_of
from gateway.composition.rules.composition import Composition

_ROOTS = ("Query", "Mutation", "Subscription")


def descriptions_differ(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_DESCRIPTION: clients read the words of the first subgraph."""
    for name, declared in composition.declarations.by_name.items():
        elements: dict[str, list[tuple[Subgraph, Marks]]] = {}
        for subgraph, each in declared:
            for coordinate, marks in _elements(name, each):
                if coordinate in _ROOTS:
                    continue
                elements.setdefault(coordinate, []).append((subgraph, marks))
        for coordinate, found in elements.items():
            yield from _hints(coordinate, found)


def _elements(name: str, each: Type) -> Iterator[tuple[str, Marks]]:
    yield name, each.marks
    for field in each.fields.values():
        yield from _field_elements(f"{name}.{field.name}", field)
    for item in each.inputs.values():
        yield f"{name}.{item.name}", item.marks
    for value, marks in each.values.items():
        yield f"{name}.{value}", marks


def _field_elements(coordinate: str, field: Field) -> Iterator[tuple[str, Marks]]:
    yield coordinate, field.marks
    for argument in field.arguments.values():
        yield f"{coordinate}({argument.name}:)", argument.marks


def _hints(coordinate: str, found: Sequence[tuple[Subgraph, Marks]]) -> Iterator[Hint]:
    described = [(subgraph, marks) for subgraph, marks in found if marks.description]
    if len({marks.description for _, marks in described}) > 1:
        names = tuple(subgraph.name for subgraph, _ in described)
        message = f"{coordinate} is described differently in {', '.join(names)}."
        places = places_of(*(marks for _, marks in described))
        yield Hint("INCONSISTENT_DESCRIPTION", message, Level.INFO, names, places)
