"""What one subgraph would take and another would not: clients cannot use it."""

from collections.abc import Iterator, Sequence

from gateway.composition.elements import Argument, Kind, Subgraph
from gateway.composition.ownership import field_names
from gateway.composition.problems import Hint, Level, Placed, places_of
from gateway.composition.rules.composition import Composition

Takers = Sequence[tuple[Subgraph, Argument]]


def inputs_left_out(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_ARGUMENT_PRESENCE, _INPUT_OBJECT_FIELD, _DEFAULT_VALUE_PRESENCE."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            fields = [
                (share.subgraph, share.field)
                for share in composition.ownership.shares(declared, field)
                if not share.field.external
            ]
            for argument in dict.fromkeys(name for _, one in fields for name in one.arguments):
                takers = [
                    (s, one.arguments[argument]) for s, one in fields if argument in one.arguments
                ]
                others = [(s, one) for s, one in fields if argument not in one.arguments]
                coordinate = f"{name}.{field}({argument}:)"
                yield from _presence("INCONSISTENT_ARGUMENT_PRESENCE", coordinate, takers, others)
                yield from _defaults(coordinate, takers)
    for name, declared in composition.declarations.of_kind(Kind.INPUT):
        for item in dict.fromkeys(item for _, each in declared for item in each.inputs):
            takers = [(s, each.inputs[item]) for s, each in declared if item in each.inputs]
            types = [(s, each) for s, each in declared if item not in each.inputs]
            code = "INCONSISTENT_INPUT_OBJECT_FIELD"
            yield from _presence(code, f"{name}.{item}", takers, types)
            yield from _defaults(f"{name}.{item}", takers)


def _presence(
    code: str, coordinate: str, takers: Takers, others: Sequence[tuple[Subgraph, Placed]]
) -> Iterator[Hint]:
    if others:
        unknown = ", ".join(subgraph.name for subgraph, _ in others)
        message = f"{coordinate} is left out, because it is unknown in {unknown}."
        places = places_of(*(one for _, one in takers), *(one for _, one in others))
        yield Hint(code, message, Level.WARN, tuple(s.name for s, _ in takers), places)


def _defaults(coordinate: str, takers: Takers) -> Iterator[Hint]:
    without = [(s, one) for s, one in takers if one.default is None]
    if without and len(without) < len(takers):
        names = tuple(subgraph.name for subgraph, _ in without)
        message = f"{coordinate} gets no default value, because it has none in {', '.join(names)}."
        places = places_of(*(one for _, one in without), *(one for _, one in takers))
        yield Hint("INCONSISTENT_DEFAULT_VALUE_PRESENCE", message, Level.WARN, names, places)
