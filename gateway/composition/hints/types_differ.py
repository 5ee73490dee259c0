"""A field has one type here and a compatible one there; clients see the most general."""

from collections.abc import Iterator

from graphql import print_ast

from gateway.composition.elements import Kind
from gateway.composition.ownership import field_names
from gateway.composition.problems import Hint, Level, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import is_same, merged_output


def types_differ(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            general = merged_output([s.field.type for s in shares], composition.declarations)
            others = [s for s in shares if general and not is_same(s.field.type, general)]
            if general is None or not others:
                continue
            said = ", ".join(f"{print_ast(s.field.type)} in {s.subgraph.name}" for s in others)
            message = f"{name}.{field} is {print_ast(general)} for clients, but {said}."
            names = tuple(share.subgraph.name for share in others)
            code = "INCONSISTENT_BUT_COMPATIBLE_FIELD_TYPE"
            yield Hint(code, message, Level.INFO, names, places_of(*others, *shares))
