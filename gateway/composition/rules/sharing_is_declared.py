"""A field that several subgraphs resolve says so in each of them."""

from collections.abc import Iterator, Mapping, Sequence

from gateway.composition.elements import Kind
from gateway.composition.field_use import Coordinate, coordinates_in
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition


def sharing_is_declared(composition: Composition) -> Iterator[Problem]:
    """INVALID_FIELD_SHARING, INVALID_SHAREABLE_USAGE."""
    rule = _Sharing(composition)
    for name, declared in composition.declarations.of_kind(Kind.OBJECT):
        names = dict.fromkeys((*field_names(declared), *rule.names_from_interface_objects(name)))
        for field in names:
            yield from rule.problems(name, field)
    yield from _misplaced(composition)


class _Sharing:
    """Looks at one field after another."""

    def __init__(self, composition: Composition) -> None:
        self._composition = composition
        subgraphs = composition.subgraphs
        self._keys: Mapping[str, frozenset[Coordinate]] = {
            each.name: coordinates_in(each, "key") for each in subgraphs
        }
        self._provided: Mapping[str, frozenset[Coordinate]] = {
            each.name: coordinates_in(each, "provides") for each in subgraphs
        }

    def names_from_interface_objects(self, type_name: str) -> Iterator[str]:
        """The fields that an object type gets from interface objects."""
        for declared in self._composition.declarations.interface_objects_of(type_name):
            yield from field_names(declared)

    def problems(self, type_name: str, field: str) -> Iterator[Problem]:
        """INVALID_FIELD_SHARING: resolved in several subgraphs, not shareable in all of them."""
        resolving = [share for share in self._shares(type_name, field) if self._counts(share)]
        silent = [
            share for share in resolving if not share.field.external and not self._may_share(share)
        ]
        if len(resolving) < 2 or not silent:  # noqa: PLR2004 - nobody to share it with
            return
        others = ", ".join(share.subgraph.name for share in resolving)
        names = tuple(share.subgraph.name for share in silent)
        alone = ", ".join(names)
        message = f"{type_name}.{field} is resolved by {others}, but not @shareable in {alone}."
        yield Problem("INVALID_FIELD_SHARING", message, names, places_of(*silent, *resolving))

    def _shares(self, type_name: str, field: str) -> list[FieldShare]:
        """Everybody's part in the field; who gives it up, even little by little, has none."""
        declarations = self._composition.declarations
        shares = self._composition.ownership.shares(declarations.by_name[type_name], field)
        shares += self._composition.shares_by_interface(type_name, field)
        return [share for share in shares if not _is_source(share, shares)]

    def _counts(self, share: FieldShare) -> bool:
        """Whether it gives values: its own, or those of others that it provides on some path."""
        if share.field.external:
            coordinate = (share.type.name, share.field.name)
            return coordinate in self._provided[share.subgraph.name]
        return share.resolves

    def _may_share(self, share: FieldShare) -> bool:
        if share.type.name == "Subscription":
            return False
        coordinate = (share.type.name, share.field.name)
        return share.field.shareable or coordinate in self._keys[share.subgraph.name]


def _is_source(share: FieldShare, shares: Sequence[FieldShare]) -> bool:
    """Whether somebody takes the field over; not from an interface object, which keeps it."""
    return any(
        other.field.override is not None and other.field.override.source == share.subgraph.name
        for other in shares
        if other is not share and other.type.name == share.type.name
    )


def _misplaced(composition: Composition) -> Iterator[Problem]:
    """Where @shareable means nothing."""
    for subgraph in composition.subgraphs:
        if subgraph.is_federation_1:
            continue
        for each in subgraph.types.values():
            for field in each.fields.values():
                if not field.shareable:
                    continue
                names, places = (subgraph.name,), field.marks.of("shareable").places
                if each.kind is Kind.INTERFACE and not each.is_interface_object:
                    message = (
                        f"{each.name}.{field.name} is a field of an interface: nothing to share."
                    )
                    yield Problem("INVALID_SHAREABLE_USAGE", message, names, places)
                if each.name == "Subscription":
                    message = (
                        f"{each.name}.{field.name} cannot be shared: events come from one place."
                    )
                    yield Problem("INVALID_FIELD_SHARING", message, names, places)
