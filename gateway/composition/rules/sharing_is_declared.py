"""A field that several subgraphs resolve says so in each of them."""

from collections.abc import Iterator

from gateway.composition.elements import Kind
from gateway.composition.field_use import key_coordinates
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem
from gateway.composition.rules.composition import Composition


def sharing_is_declared(composition: Composition) -> Iterator[Problem]:
    """INVALID_FIELD_SHARING: resolved in several subgraphs, not shareable in all of them."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT):
        for field in field_names(declared):
            resolving = [
                share
                for share in composition.ownership.shares(declared, field)
                if share.resolves and not _gives_way(share)
            ]
            silent = [share.subgraph.name for share in resolving if not _may_share(share)]
            if len(resolving) > 1 and silent:
                others = [share.subgraph.name for share in resolving]
                message = (
                    f"{name}.{field} is resolved by {', '.join(others)}, "
                    f"but not @shareable in {', '.join(silent)}."
                )
                yield Problem("INVALID_FIELD_SHARING", message, tuple(silent))


def _may_share(share: FieldShare) -> bool:
    if share.type.name == "Subscription":
        return False
    return share.field.shareable or share.field.name in key_coordinates(
        share.subgraph, share.type.name
    )


def _gives_way(share: FieldShare) -> bool:
    """A progressive override shares the field with its source by percentage, not by value."""
    return share.field.override is not None and share.field.override.label is not None
