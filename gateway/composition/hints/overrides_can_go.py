"""What is left to do once a field has moved from one subgraph to another."""

from collections.abc import Iterator

from graphql.pyutils import did_you_mean, suggestion_list

from gateway.composition.elements import Kind, Override
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Hint, Level, places_of
from gateway.composition.rules.composition import Composition


def overrides_can_go(composition: Composition) -> Iterator[Hint]:
    """OVERRIDDEN_FIELD_CAN_BE_REMOVED, OVERRIDE_DIRECTIVE_CAN_BE_REMOVED, ..."""
    names = {subgraph.name for subgraph in composition.subgraphs}
    for name, declared in composition.declarations.of_kind(Kind.OBJECT):
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            for share in shares:
                if share.field.override is not None:
                    source = _source(share.field.override, shares)
                    yield _hint(f"{name}.{field}", share, share.field.override, source, names)


def _source(override: Override, shares: list[FieldShare]) -> FieldShare | None:
    return next((each for each in shares if each.subgraph.name == override.source), None)


def _hint(
    coordinate: str,
    share: FieldShare,
    override: Override,
    source: FieldShare | None,
    names: set[str],
) -> Hint:
    at = share.field.marks.of("override")
    own = (share.subgraph.name,)
    if override.source not in names:
        meant = did_you_mean(suggestion_list(override.source, sorted(names))[:1])
        message = f"{coordinate} is overridden from {override.source}, which is no subgraph.{meant}"
        return Hint("FROM_SUBGRAPH_DOES_NOT_EXIST", message, Level.WARN, own, at.places)
    if source is None or source.field.external:
        message = f"{coordinate} is no longer {override.source}'s own: remove the @override."
        return Hint("OVERRIDE_DIRECTIVE_CAN_BE_REMOVED", message, Level.INFO, own, at.places)
    places = places_of(source, at)
    named = (override.source,)
    if override.label is not None:
        message = f"{coordinate} is on its way from {override.source} to {share.subgraph.name}."
        return Hint("OVERRIDE_MIGRATION_IN_PROGRESS", message, Level.INFO, named, places)
    todo = "marked @external, since it is used there" if source.used else "removed there"
    message = f"{coordinate} is overridden by {share.subgraph.name} and can be {todo}."
    return Hint("OVERRIDDEN_FIELD_CAN_BE_REMOVED", message, Level.INFO, named, places)
