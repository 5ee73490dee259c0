"""A field or an input has one type here and a compatible one there."""

from collections.abc import Iterator, Sequence

from graphql import TypeNode, print_ast

from gateway.composition.elements import Argument, Field, Kind, Subgraph
from gateway.composition.ownership import field_names
from gateway.composition.problems import Hint, Level, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import is_same, merged_input, merged_output

Declared = Sequence[tuple[Subgraph, Field | Argument]]


def types_differ(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE, INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            fields = [(s, each.fields[field]) for s, each in declared if field in each.fields]
            general = merged_output([one.type for _, one in fields], composition.declarations)
            code = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
            yield from _hints(code, f"{name}.{field}", fields, general)
            yield from _argument_hints(f"{name}.{field}", fields)
    for name, declared in composition.declarations.of_kind(Kind.INPUT):
        for item in dict.fromkeys(item for _, each in declared for item in each.inputs):
            inputs = [(s, each.inputs[item]) for s, each in declared if item in each.inputs]
            strict = merged_input(one.type for _, one in inputs)
            yield from _hints(
                "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE", f"{name}.{item}", inputs, strict
            )


def _argument_hints(coordinate: str, fields: Sequence[tuple[Subgraph, Field]]) -> Iterator[Hint]:
    for name in dict.fromkeys(name for _, field in fields for name in field.arguments):
        given = [(s, field.arguments[name]) for s, field in fields if name in field.arguments]
        strict = merged_input(one.type for _, one in given)
        code = "INCONSISTENT_BUT_COMPATIBLE_ARGUMENT_TYPE"
        yield from _hints(code, f"{coordinate}({name}:)", given, strict)


def _hints(
    code: str, coordinate: str, declared: Declared, merged: TypeNode | None
) -> Iterator[Hint]:
    others = [(s, one) for s, one in declared if merged and not is_same(one.type, merged)]
    if merged is None or not others:
        return
    said = ", ".join(f"{print_ast(one.type)} in {s.name}" for s, one in others)
    message = f"{coordinate} is {print_ast(merged)} for clients, but {said}."
    places = places_of(*(one for _, one in others), *(one for _, one in declared))
    yield Hint(code, message, Level.INFO, tuple(s.name for s, _ in others), places)
