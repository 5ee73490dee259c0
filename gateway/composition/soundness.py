"""Whether the merged schema is a schema: what each subgraph says rightly may not fit together."""

import re
from collections.abc import Iterator

from graphql import (
    DocumentNode,
    build_ast_schema,
    parse,
    validate_schema,
)

from gateway.composition.problems import Placed, Problem, places_of
from gateway.composition.types import Declarations
from gateway.federation_spec.link import links_of

_COORDINATE = re.compile(r"\b([A-Za-z_]\w*)(?:\.([A-Za-z_]\w*))?")


def unsound_parts(supergraph: str, declarations: Declarations) -> Iterator[Problem]:
    """INVALID_GRAPHQL: reserved names, types that do not fit their interfaces, defaults no more."""
    document = parse(supergraph, no_location=True)
    reserved = list(_reserved(document, declarations))
    yield from reserved
    if reserved:
        return
    try:
        schema = build_ast_schema(document, assume_valid_sdl=True)
    except TypeError as error:
        message = f"{error} Types that a link imports, or that begin with its name, are left out."
        yield Problem("INVALID_GRAPHQL", message)
        return
    for message in (error.message for error in validate_schema(schema)):
        involved = list(_fields_in(message, declarations)) or list(_types_in(message, declarations))
        names = tuple(dict.fromkeys(name for name, _ in involved))
        places = places_of(*(element for _, element in involved))
        yield Problem("INVALID_GRAPHQL", message, names, places)


def _reserved(document: DocumentNode, declarations: Declarations) -> Iterator[Problem]:
    """Types that nobody could tell from those of a specification which the supergraph links."""
    prefixes = {link.prefix: link.url for link in links_of(document)}
    for name, declared in declarations.by_name.items():
        prefix, separator, _ = name.partition("__")
        if separator and prefix in prefixes:
            message = f"{name} is called like a type of {prefixes[prefix]}, which is used here."
            names = tuple(subgraph.name for subgraph, _ in declared)
            places = places_of(*(each for _, each in declared))
            yield Problem("INVALID_GRAPHQL", message, names, places)


def _fields_in(message: str, declarations: Declarations) -> Iterator[tuple[str, Placed]]:
    """The parts that a message about the whole names, in each subgraph that has them."""
    for name, part in _COORDINATE.findall(message):
        for subgraph, each in declarations.by_name.get(name, ()) if part else ():
            element = each.fields.get(part) or each.inputs.get(part)
            if element is not None:
                yield subgraph.name, element


def _types_in(message: str, declarations: Declarations) -> Iterator[tuple[str, Placed]]:
    """The types that it names."""
    for name, _ in _COORDINATE.findall(message):
        for subgraph, each in declarations.by_name.get(name, ()):
            yield subgraph.name, each
