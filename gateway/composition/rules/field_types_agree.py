"""The types of a field in several subgraphs have one that covers them all."""

from collections.abc import Iterator

from graphql import print_ast

from gateway.composition.elements import Kind
from gateway.composition.ownership import field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import merged_output


def field_types_agree(composition: Composition) -> Iterator[Problem]:
    """FIELD_TYPE_MISMATCH: no type of the field covers the others."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            shares = [
                share
                for share in composition.ownership.shares(declared, field)
                if not share.field.external
            ]
            types = [share.field.type for share in shares]
            if types and merged_output(types, composition.declarations) is None:
                said = ", ".join(
                    f"{print_ast(share.field.type)} in {share.subgraph.name}" for share in shares
                )
                names = tuple(share.subgraph.name for share in shares)
                message, places = f"{name}.{field} is {said}.", places_of(*shares)
                yield Problem("FIELD_TYPE_MISMATCH", message, names, places)
