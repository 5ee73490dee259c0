"""What subgraphs leave unsaid, said: all that Federation 1 implied, and the keys of extensions."""

from collections.abc import Iterator
from dataclasses import replace

from gateway.composition.elements import Field, Kind, Subgraph, Type
from gateway.composition.field_use import (
    FieldSet,
    field_sets,
    key_coordinates,
    selected_fields,
    used_coordinates,
)
from gateway.federation_spec.field_sets import InvalidFieldSet

_COMPOSITE = {Kind.OBJECT, Kind.INTERFACE}


def upgrade(subgraph: Subgraph) -> Subgraph:
    """Read a subgraph as Federation 2 would have been written.

    An extension owns the fields of its keys, whatever it calls them. In Federation 1 everything is
    shared as well, external fields that nothing uses are forgotten, and so are keys of interfaces
    and field sets that need nothing from elsewhere.
    """
    used = used_coordinates(subgraph) if subgraph.is_federation_1 else frozenset()
    idle = frozenset(_idle_field_sets(subgraph)) if subgraph.is_federation_1 else frozenset()
    types = {
        name: _type(subgraph, each, used, idle) if each.kind in _COMPOSITE else each
        for name, each in subgraph.types.items()
    }
    return replace(subgraph, types=types)


def _type(
    subgraph: Subgraph,
    each: Type,
    used: frozenset[tuple[str, str]],
    idle: frozenset[tuple[str, str]],
) -> Type:
    fields = (_owned(subgraph, each, field) for field in each.fields.values())
    if not subgraph.is_federation_1:
        return replace(each, fields={field.name: field for field in fields})
    kept = (
        _shared(each, field, idle)
        for field in fields
        if not field.external or (each.name, field.name) in used
    )
    keys = () if each.kind is Kind.INTERFACE else each.keys
    return replace(each, keys=keys, fields={field.name: field for field in kept})


def _owned(subgraph: Subgraph, each: Type, field: Field) -> Field:
    is_key = each.is_extension and field.name in key_coordinates(subgraph, each.name)
    is_promised = each.kind is Kind.INTERFACE and subgraph.is_federation_1
    return replace(field, external=False) if is_key or is_promised else field


def _shared(each: Type, field: Field, idle: frozenset[tuple[str, str]]) -> Field:
    owner = f"{each.name}.{field.name}"
    return replace(
        field,
        shareable=each.kind is Kind.OBJECT and each.name != "Subscription",
        requires=None if ("requires", owner) in idle else field.requires,
        provides=None if ("provides", owner) in idle else field.provides,
    )


def _idle_field_sets(subgraph: Subgraph) -> Iterator[tuple[str, str]]:
    """@requires and @provides that name no external field."""
    for each in field_sets(subgraph):
        if each.directive != "key" and _is_idle(subgraph, each):
            yield each.directive, each.owner


def _is_idle(subgraph: Subgraph, used: FieldSet) -> bool:
    try:
        return not any(field.external for _, field, _ in selected_fields(subgraph, used))
    except InvalidFieldSet:
        return False
