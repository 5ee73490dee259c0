"""Interface objects stand for an interface that another subgraph really has."""

from collections.abc import Iterator

from gateway.composition.elements import Kind
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition


def interface_objects_are_sound(composition: Composition) -> Iterator[Problem]:
    """INTERFACE_OBJECT_USAGE_ERROR, INTERFACE_KEY_NOT_ON_IMPLEMENTATION."""
    for name, declared in composition.declarations.of_kind(Kind.INTERFACE):
        objects = tuple(s.name for s, each in declared if each.is_interface_object)
        if objects and all(each.is_interface_object for _, each in declared):
            message = f"{name} is @interfaceObject everywhere; no subgraph has the interface."
            places = places_of(*(each.marks.of("interfaceObject") for _, each in declared))
            yield Problem("INTERFACE_OBJECT_USAGE_ERROR", message, objects, places)
        for subgraph, each in declared:
            if each.is_interface_object and not each.keys:
                message = f"{name} is @interfaceObject without a @key."
                places = each.marks.of("interfaceObject").places
                yield Problem("INTERFACE_OBJECT_USAGE_ERROR", message, (subgraph.name,), places)
            if each.is_interface_object:
                continue
            for key in each.keys:
                for other in subgraph.types.values():
                    has_key = any(known.fields == key.fields for known in other.keys)
                    if name in other.interfaces and other.kind is Kind.OBJECT and not has_key:
                        message = f'{other.name} lacks the @key(fields: "{key.fields}") of {name}.'
                        code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
                        yield Problem(code, message, (subgraph.name,), places_of(key, other))
