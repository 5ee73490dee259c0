"""Federation 1 subgraphs read as Federation 2: what was implied there is said here."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.field_use import key_coordinates, used_coordinates


def upgrade(subgraph: Subgraph) -> Subgraph:
    """Share everything, own the keys of extensions, forget external fields that nothing uses."""
    if not subgraph.is_federation_1:
        return subgraph
    used = used_coordinates(subgraph)
    types = {
        name: replace(each, fields={field.name: field for field in _fields(subgraph, each, used)})
        if each.kind in {Kind.OBJECT, Kind.INTERFACE}
        else each
        for name, each in subgraph.types.items()
    }
    return replace(subgraph, types=types)


def _fields(subgraph: Subgraph, each: Type, used: frozenset[tuple[str, str]]) -> Iterator[Field]:
    keys = key_coordinates(subgraph, each.name)
    for field in each.fields.values():
        if field.external and (each.name, field.name) not in used:
            continue
        owned = each.kind is Kind.INTERFACE or (each.is_extension and field.name in keys)
        yield replace(
            field,
            external=field.external and not owned,
            shareable=each.kind is Kind.OBJECT and each.name != "Subscription",
        )
