"""Input objects merge to what every subgraph understands; something must be left."""

from collections.abc import Iterator, Sequence

from graphql import print_ast

from gateway.composition.elements import Kind
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.arguments_agree import defaults_agree, is_required
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration, merged_input


def inputs_agree(composition: Composition) -> Iterator[Problem]:
    """EMPTY_MERGED_INPUT_TYPE, REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH, ..."""
    for name, declared in composition.declarations.of_kind(Kind.INPUT):
        fields = tuple(dict.fromkeys(field for _, each in declared for field in each.inputs))
        names = tuple(subgraph.name for subgraph, _ in declared)
        if not any(all(field in each.inputs for _, each in declared) for field in fields):
            message = f"No field of {name} is known to every subgraph that has it."
            places = places_of(*(each for _, each in declared))
            yield Problem("EMPTY_MERGED_INPUT_TYPE", message, names, places)
        for field in fields:
            yield from _problems(f"{name}.{field}", field, declared)


def _problems(coordinate: str, name: str, declared: Sequence[Declaration]) -> Iterator[Problem]:
    knowing = [(subgraph, each.inputs[name]) for subgraph, each in declared if name in each.inputs]
    lacking = [subgraph.name for subgraph, each in declared if name not in each.inputs]
    fields = [field for _, field in knowing]
    names = tuple(subgraph.name for subgraph, _ in knowing)
    places = places_of(*fields)
    if lacking and any(is_required(field) for field in fields):
        message = f"{coordinate} is required, and unknown in {', '.join(lacking)}."
        code = "REQUIRED_INPUT_FIELD_MISSING_IN_SOME_SUBGRAPH"
        others = [each for _, each in declared if name not in each.inputs]
        yield Problem(code, message, names, places_of(*fields, *others))
    if merged_input(field.type for field in fields) is None:
        said = " or ".join(dict.fromkeys(print_ast(field.type) for field in fields))
        yield Problem("FIELD_TYPE_MISMATCH", f"{coordinate} is {said}.", names, places)
    if not defaults_agree(fields):
        message = f"{coordinate} has different default values."
        yield Problem("INPUT_FIELD_DEFAULT_MISMATCH", message, names, places)
