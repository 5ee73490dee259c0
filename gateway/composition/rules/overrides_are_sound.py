"""A field is taken over once, from another subgraph, and alone."""

from collections.abc import Iterator

from gateway.composition.elements import Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition


def overrides_are_sound(composition: Composition) -> Iterator[Problem]:
    """OVERRIDE_FROM_SELF_ERROR, OVERRIDE_SOURCE_HAS_OVERRIDE, OVERRIDE_COLLISION_..., ..."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            for share in shares:
                yield from _problems(f"{name}.{field}", share, shares)


def _problems(coordinate: str, share: FieldShare, shares: list[FieldShare]) -> Iterator[Problem]:
    override = share.field.override
    if override is None:
        return
    names, places = (share.subgraph.name,), share.field.marks.of("override").places
    if share.type.kind is Kind.INTERFACE:
        what = "an interface object" if share.type.is_interface_object else "an interface"
        message = f"{coordinate} is a field of {what}, which cannot be overridden."
        yield Problem("OVERRIDE_ON_INTERFACE", message, names, places)
    if override.source == share.subgraph.name:
        message = f"{coordinate} overrides itself."
        yield Problem("OVERRIDE_FROM_SELF_ERROR", message, names, places)
    source = next((each for each in shares if each.subgraph.name == override.source), None)
    if source is not None and source.field.override is not None:
        message = f"{coordinate} is overridden from {override.source}, which overrides it too."
        both = places_of(share.field.marks.of("override"), source.field.marks.of("override"))
        yield Problem("OVERRIDE_SOURCE_HAS_OVERRIDE", message, (*names, override.source), both)
    if share.field.external:
        message = f"{coordinate} carries both @override and @external."
        code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
        yield Problem(code, message, names, places)
