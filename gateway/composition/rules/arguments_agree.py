"""A field takes the same arguments everywhere, or at least none that one subgraph insists on."""

from collections.abc import Iterator, Sequence

from graphql import NonNullTypeNode, print_ast

from gateway.composition.elements import Argument, Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import merged_input


def arguments_agree(composition: Composition) -> Iterator[Problem]:
    """FIELD_ARGUMENT_*_MISMATCH, REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            shares = [
                share
                for share in composition.ownership.shares(declared, field)
                if not share.field.external
            ]
            for argument in dict.fromkeys(each for s in shares for each in s.field.arguments):
                yield from _problems(f"{name}.{field}({argument}:)", argument, shares)


def _problems(coordinate: str, name: str, shares: Sequence[FieldShare]) -> Iterator[Problem]:
    knowing = [share for share in shares if name in share.field.arguments]
    lacking = [share for share in shares if name not in share.field.arguments]
    arguments = [share.field.arguments[name] for share in knowing]
    names = tuple(share.subgraph.name for share in knowing)
    places = places_of(*arguments)
    if lacking and any(is_required(argument) for argument in arguments):
        others = ", ".join(share.subgraph.name for share in lacking)
        message = f"{coordinate} is required, and unknown in {others}."
        code = "REQUIRED_ARGUMENT_MISSING_IN_SOME_SUBGRAPH"
        yield Problem(code, message, names, places_of(*arguments, *lacking))
    if merged_input(argument.type for argument in arguments) is None:
        said = " or ".join(dict.fromkeys(print_ast(argument.type) for argument in arguments))
        yield Problem("FIELD_ARGUMENT_TYPE_MISMATCH", f"{coordinate} is {said}.", names, places)
    if not defaults_agree(arguments):
        message = f"{coordinate} has different default values."
        yield Problem("FIELD_ARGUMENT_DEFAULT_MISMATCH", message, names, places)


def is_required(argument: Argument) -> bool:
    """Whether a caller cannot leave it out."""
    return isinstance(argument.type, NonNullTypeNode) and argument.default is None


def defaults_agree(arguments: Sequence[Argument]) -> bool:
    """Whether those that have a default have the same one; the others take it away."""
    return len({print_ast(each.default) for each in arguments if each.default is not None}) <= 1
