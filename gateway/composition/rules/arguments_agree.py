"""A field takes the same arguments everywhere, or at least none that one subgraph insists on."""

from collections.abc import Iterator, Sequence

from graphql import (
    ListValueNode,
    NonNullTypeNode,
    ObjectValueNode,
    ValueNode,
    print_ast,
)

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
    if any(argument.from_context is not None for argument in arguments):
        yield from _contextual_problems(coordinate, knowing, name)
        return
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


def _contextual_problems(
    coordinate: str, knowing: Sequence[FieldShare], name: str
) -> Iterator[Problem]:
    """Clients cannot give what a context gives, so nobody may insist on having it from them."""
    for share in knowing:
        argument = share.field.arguments[name]
        if argument.from_context is None and is_required(argument):
            message = f"{coordinate} comes from a context elsewhere, but is required here."
            code = "CONTEXTUAL_ARGUMENT_NOT_CONTEXTUAL_IN_ALL_SUBGRAPHS"
            yield Problem(code, message, (share.subgraph.name,), argument.places)


def is_required(argument: Argument) -> bool:
    """Whether a caller cannot leave it out."""
    return isinstance(argument.type, NonNullTypeNode) and argument.default is None


def defaults_agree(arguments: Sequence[Argument]) -> bool:
    """Whether those that have a default have the same one; the others take it away."""
    return len({_written(each.default) for each in arguments if each.default is not None}) <= 1


def _written(value: ValueNode) -> str:
    """The same for equal values: the fields of an object have no order."""
    if isinstance(value, ObjectValueNode):
        fields = sorted(f"{field.name.value}: {_written(field.value)}" for field in value.fields)
        return f"{{{', '.join(fields)}}}"
    if isinstance(value, ListValueNode):
        return f"[{', '.join(map(_written, value.values))}]"
    return print_ast(value)
