"""A field is taken over once, from another subgraph, and alone."""

import re
from collections.abc import Iterator

from gateway.composition.elements import Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition

_LABEL = re.compile(r"^[A-Za-z][A-Za-z0-9_\-:./]*\Z")
_PERCENT = re.compile(r"^percent\((?P<share>\d{1,2}(\.\d{1,8})?|100)\)\Z", re.ASCII)


def overrides_are_sound(composition: Composition) -> Iterator[Problem]:
    """OVERRIDE_*: FROM_SELF_ERROR, SOURCE_HAS_OVERRIDE, LABEL_INVALID, ON_INTERFACE, ..."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            for share in shares:
                yield from _problems(f"{name}.{field}", share, shares)
                yield from _collisions(composition, share, shares)


def _problems(coordinate: str, share: FieldShare, shares: list[FieldShare]) -> Iterator[Problem]:
    override = share.field.override
    if override is None:
        return
    names, places = (share.subgraph.name,), share.field.marks.of("override").places
    if share.type.is_interface_object:
        message = f"{coordinate} is a field of an interface object, which takes nothing over."
        code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
        yield Problem(code, message, names, places)
    elif share.type.kind is Kind.INTERFACE:
        message = f"{coordinate} is a field of an interface, which cannot be overridden."
        yield Problem("OVERRIDE_ON_INTERFACE", message, names, places)
    if override.label is not None and not _is_label(override.label):
        message = (
            f"{coordinate} is overridden with the label {override.label!r}: a label begins with a "
            "letter and goes on with letters, digits, _, -, :, . or /; or it is percent(x), "
            "x from 0 to 100 with at most eight decimals."
        )
        yield Problem("OVERRIDE_LABEL_INVALID", message, names, places)
    if override.source == share.subgraph.name:
        message = f"{coordinate} overrides itself."
        yield Problem("OVERRIDE_FROM_SELF_ERROR", message, names, places)
        return
    source = next((each for each in shares if each.subgraph.name == override.source), None)
    if source is not None and source.field.override is not None:
        message = f"{coordinate} is overridden from {override.source}, which overrides it too."
        both = places_of(share.field.marks.of("override"), source.field.marks.of("override"))
        yield Problem("OVERRIDE_SOURCE_HAS_OVERRIDE", message, (*names, override.source), both)
    if share.field.external:
        message = f"{coordinate} carries both @override and @external."
        code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
        yield Problem(code, message, names, places)


def _collisions(
    composition: Composition, share: FieldShare, shares: list[FieldShare]
) -> Iterator[Problem]:
    """What an interface object has cannot be taken from it for one type alone."""
    override = share.field.override
    if override is None or any(each.subgraph.name == override.source for each in shares):
        return
    for source in composition.shares_by_interface(share.type.name, share.field.name):
        if source.subgraph.name == override.source:
            message = (
                f"{share.type.name}.{share.field.name} cannot be overridden from "
                f"{override.source}, which has it for all types of {source.type.name}."
            )
            code = "OVERRIDE_COLLISION_WITH_ANOTHER_DIRECTIVE"
            both = places_of(share.field.marks.of("override"), source)
            yield Problem(code, message, (share.subgraph.name, override.source), both)


def _is_label(text: str) -> bool:
    if percent := _PERCENT.match(text):
        return float(percent["share"]) <= 100  # noqa: PLR2004 - per cent
    return _LABEL.match(text) is not None
