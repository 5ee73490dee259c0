"""An enum that is both read and written has the same values everywhere."""

from collections.abc import Iterator, Sequence

from gateway.composition.elements import Kind
from gateway.composition.enum_use import EnumUse, enum_uses
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration


def enums_agree(composition: Composition) -> Iterator[Problem]:
    """ENUM_VALUE_MISMATCH, EMPTY_MERGED_ENUM_TYPE."""
    uses = enum_uses(composition.declarations)
    for name, declared in composition.declarations.of_kind(Kind.ENUM):
        values = tuple(dict.fromkeys(value for _, each in declared for value in each.values))
        partial = [
            value for value in values if not all(value in each.values for _, each in declared)
        ]
        names = tuple(subgraph.name for subgraph, _ in declared)
        use = uses.get(name)
        if use == EnumUse.INPUT | EnumUse.OUTPUT:
            for value in partial:
                if _is_hidden(declared, value):
                    continue
                lacking = [s.name for s, each in declared if value not in each.values]
                knowing = [each.values.get(value) for _, each in declared]
                others = [each for _, each in declared if value not in each.values]
                message = (
                    f"{name} is both an input and an output, "
                    f"but {', '.join(lacking)} does not know its value {value}."
                )
                places = places_of(*knowing, *others)
                yield Problem("ENUM_VALUE_MISMATCH", message, names, places)
        if use is EnumUse.INPUT and len(partial) == len(values):
            message = f"No value of {name} is known to every subgraph that has it."
            places = places_of(*(each for _, each in declared))
            yield Problem("EMPTY_MERGED_ENUM_TYPE", message, names, places)


def _is_hidden(declared: Sequence[Declaration], value: str) -> bool:
    return any(each.values[value].inaccessible for _, each in declared if value in each.values)
