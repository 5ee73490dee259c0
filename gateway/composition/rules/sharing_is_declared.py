"""A field that several subgraphs resolve says so in each of them."""

from collections.abc import Iterator, Mapping

from gateway.composition.elements import Kind
from gateway.composition.field_use import Coordinate, coordinates_in
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition


def sharing_is_declared(composition: Composition) -> Iterator[Problem]:
    """INVALID_FIELD_SHARING: resolved in several subgraphs, not shareable in all of them."""
    keys = {each.name: coordinates_in(each, "key") for each in composition.subgraphs}
    for name, declared in composition.declarations.of_kind(Kind.OBJECT):
        for field in field_names(declared):
            resolving = [
                share
                for share in composition.ownership.shares(declared, field)
                if share.resolves and not _gives_way(share)
            ]
            silent = [share for share in resolving if not _may_share(share, keys)]
            names = tuple(share.subgraph.name for share in silent)
            if len(resolving) > 1 and silent:
                others = [share.subgraph.name for share in resolving]
                message = (
                    f"{name}.{field} is resolved by {', '.join(others)}, "
                    f"but not @shareable in {', '.join(names)}."
                )
                places = places_of(*silent, *resolving)
                yield Problem("INVALID_FIELD_SHARING", message, names, places)


def _may_share(share: FieldShare, keys: Mapping[str, frozenset[Coordinate]]) -> bool:
    if share.type.name == "Subscription":
        return False
    coordinate = (share.type.name, share.field.name)
    return share.field.shareable or coordinate in keys[share.subgraph.name]


def _gives_way(share: FieldShare) -> bool:
    """A progressive override shares the field with its source by percentage, not by value."""
    return share.field.override is not None and share.field.override.label is not None
