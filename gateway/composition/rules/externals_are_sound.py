"""What is @external is owned elsewhere, looks the same there, and is used for something."""

from collections.abc import Iterator, Sequence

from graphql import print_ast

from gateway.composition.elements import Argument, Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.arguments_agree import defaults_agree
from gateway.composition.rules.composition import Composition
from gateway.composition.types import is_accepted, is_same, merged_output

_MERGED = (
    "inaccessible",
    "tag",
    "deprecated",
    "authenticated",
    "requiresScopes",
    "policy",
    "cost",
    "listSize",
)


def externals_are_sound(composition: Composition) -> Iterator[Problem]:
    """EXTERNAL_MISSING_ON_BASE, EXTERNAL_UNUSED, EXTERNAL_TYPE_MISMATCH, EXTERNAL_ARGUMENT_*."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT):
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            externals = [share for share in shares if share.field.external]
            if externals:
                every = [*shares, *composition.shares_by_interface(name, field)]
                owners = [share for share in every if not share.field.external]
                yield from _problems(composition, f"{name}.{field}", externals, owners)
    for name, declared in composition.declarations.of_kind(Kind.INTERFACE):
        for subgraph, each in declared:
            for item in each.fields.values():
                if item.external and not each.is_interface_object:
                    message = f"{name}.{item.name}: an interface's field cannot be @external."
                    code, places = "EXTERNAL_ON_INTERFACE", item.marks.of("external").places
                    yield Problem(code, message, (subgraph.name,), places)


def _problems(
    composition: Composition,
    coordinate: str,
    externals: Sequence[FieldShare],
    owners: Sequence[FieldShare],
) -> Iterator[Problem]:
    unused = [share for share in externals if not share.used]
    for share in unused:
        message = f"{coordinate} is @external, and no @key, @requires or @provides uses it."
        places = share.field.marks.of("external").places
        yield Problem("EXTERNAL_UNUSED", message, (share.subgraph.name,), places)
    if not owners:
        names = tuple(share.subgraph.name for share in externals)
        message = f"{coordinate} is @external everywhere; no subgraph has it."
        if not unused:
            yield Problem("EXTERNAL_MISSING_ON_BASE", message, names, places_of(*externals))
        return
    for share in externals:
        yield from _collisions(coordinate, share)
        yield from _disagreements(composition, coordinate, share, owners)


def _collisions(coordinate: str, share: FieldShare) -> Iterator[Problem]:
    """What would be merged belongs to the owner's declaration."""
    for directive in _MERGED:
        if directive in share.field.marks.uses or (
            directive == "deprecated" and share.field.marks.deprecated
        ):
            message = f"{coordinate} is @external: @{directive} belongs where it is owned."
            places = share.field.marks.of(directive).places
            code = "MERGED_DIRECTIVE_APPLICATION_ON_EXTERNAL"
            yield Problem(code, message, (share.subgraph.name,), places)


def _disagreements(
    composition: Composition, coordinate: str, share: FieldShare, owners: Sequence[FieldShare]
) -> Iterator[Problem]:
    names = (share.subgraph.name,)
    owned = merged_output([owner.field.type for owner in owners], composition.declarations)
    if owned is not None and not is_same(owned, share.field.type):
        message = (
            f"{coordinate} is {print_ast(share.field.type)} where it is @external and "
            f"{print_ast(owned)} where it is owned."
        )
        yield Problem("EXTERNAL_TYPE_MISMATCH", message, names, places_of(share, *owners))
    for owner in owners:
        for argument in owner.field.arguments.values():
            yield from _argument_problems(coordinate, share, argument)


def _argument_problems(coordinate: str, share: FieldShare, owned: Argument) -> Iterator[Problem]:
    names, own = (share.subgraph.name,), share.field.arguments.get(owned.name)
    if own is None:
        message = f"{coordinate} is @external without its argument {owned.name}."
        places = places_of(share, owned)
        if owned.from_context is None:
            yield Problem("EXTERNAL_ARGUMENT_MISSING", message, names, places)
        return
    if not is_accepted(owned.type, own.type):
        message = (
            f"{coordinate}({owned.name}:) is {print_ast(own.type)} where it is @external and "
            f"{print_ast(owned.type)} where it is owned."
        )
        yield Problem("EXTERNAL_ARGUMENT_TYPE_MISMATCH", message, names, places_of(own, owned))
    if own.default is not None and not defaults_agree([own, owned]):
        message = f"{coordinate}({owned.name}:) has another default where it is owned."
        yield Problem("EXTERNAL_ARGUMENT_DEFAULT_MISMATCH", message, names, places_of(own, owned))
