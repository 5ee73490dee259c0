"""What is @external is owned elsewhere, looks the same there, and is used for something."""

from collections.abc import Iterator, Sequence

from graphql import print_ast

from gateway.composition.elements import Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import merged_output


def externals_are_sound(composition: Composition) -> Iterator[Problem]:
    """EXTERNAL_MISSING_ON_BASE, EXTERNAL_UNUSED, EXTERNAL_TYPE_MISMATCH, EXTERNAL_ARGUMENT_*."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT):
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            if any(share.field.external for share in shares):
                yield from _problems(composition, f"{name}.{field}", shares)
    for name, declared in composition.declarations.of_kind(Kind.INTERFACE):
        for subgraph, each in declared:
            for item in each.fields.values():
                if item.external and not each.is_interface_object:
                    message = f"{name}.{item.name}: an interface's field cannot be @external."
                    code, places = "EXTERNAL_ON_INTERFACE", item.marks.of("external").places
                    yield Problem(code, message, (subgraph.name,), places)


def _problems(
    composition: Composition, coordinate: str, shares: Sequence[FieldShare]
) -> Iterator[Problem]:
    externals = [share for share in shares if share.field.external]
    owners = [share for share in shares if not share.field.external]
    if not owners:
        names = tuple(share.subgraph.name for share in externals)
        message = f"{coordinate} is @external everywhere; no subgraph has it."
        yield Problem("EXTERNAL_MISSING_ON_BASE", message, names, places_of(*externals))
        return
    for share in externals:
        if not share.used:
            message = f"{coordinate} is @external, and no @key, @requires or @provides uses it."
            places = share.field.marks.of("external").places
            yield Problem("EXTERNAL_UNUSED", message, (share.subgraph.name,), places)
        yield from _disagreements(composition, coordinate, share, owners)


def _disagreements(
    composition: Composition, coordinate: str, share: FieldShare, owners: Sequence[FieldShare]
) -> Iterator[Problem]:
    names = (share.subgraph.name,)
    types = [owner.field.type for owner in owners] + [share.field.type]
    if merged_output(types, composition.declarations) is None:
        message = (
            f"{coordinate} is {print_ast(share.field.type)} where it is @external and "
            f"{print_ast(owners[0].field.type)} where it is owned."
        )
        yield Problem("EXTERNAL_TYPE_MISMATCH", message, names, places_of(share, *owners))
    for owner in owners:
        for name in owner.field.arguments:
            if name not in share.field.arguments:
                message = f"{coordinate} is @external without its argument {name}."
                places = places_of(share, owner.field.arguments[name])
                yield Problem("EXTERNAL_ARGUMENT_MISSING", message, names, places)
