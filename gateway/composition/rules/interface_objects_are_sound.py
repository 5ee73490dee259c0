"""Interface objects stand for an interface that another subgraph really has, with all its types."""

from collections.abc import Iterator, Sequence

from graphql import print_ast

from gateway.composition.elements import Key, Kind, Subgraph, Type
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration
from gateway.federation_spec.field_sets import InvalidFieldSet, parse_field_set


def interface_objects_are_sound(composition: Composition) -> Iterator[Problem]:
    """INTERFACE_OBJECT_USAGE_ERROR, INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE."""
    for name, declared in composition.declarations.of_kind(Kind.INTERFACE):
        implementations = composition.declarations.implementations(name)
        yield from _everywhere(name, declared)
        for subgraph, each in declared:
            if each.is_interface_object:
                yield from _object_problems(subgraph, each, implementations)
            else:
                yield from _key_problems(subgraph, each, implementations)


def _everywhere(name: str, declared: Sequence[Declaration]) -> Iterator[Problem]:
    if all(each.is_interface_object for _, each in declared):
        message = f"{name} is @interfaceObject everywhere; no subgraph has the interface."
        names = tuple(subgraph.name for subgraph, _ in declared)
        places = places_of(*(each.marks.of("interfaceObject") for _, each in declared))
        yield Problem("INTERFACE_OBJECT_USAGE_ERROR", message, names, places)


def _object_problems(
    subgraph: Subgraph, each: Type, implementations: Sequence[str]
) -> Iterator[Problem]:
    place = each.marks.of("interfaceObject")
    if not each.keys:
        message = f"{each.name} is @interfaceObject without a @key."
        yield Problem("INTERFACE_OBJECT_USAGE_ERROR", message, (subgraph.name,), place.places)
    known = [name for name in implementations if name in subgraph.types]
    if known:
        message = (
            f"{each.name} is @interfaceObject here, so its types are not known here; "
            f"but {', '.join(known)} is declared."
        )
        places = places_of(*(subgraph.types[name] for name in known), place)
        yield Problem("INTERFACE_OBJECT_USAGE_ERROR", message, (subgraph.name,), places)


def _key_problems(
    subgraph: Subgraph, interface: Type, implementations: Sequence[str]
) -> Iterator[Problem]:
    """Whoever comes by a key of the interface may ask for any of its types."""
    for key in interface.keys:
        for name in implementations:
            other = subgraph.types.get(name)
            is_known = other is not None and interface.name in other.interfaces
            if key.resolvable and not is_known:
                message = (
                    f'{interface.name} can be entered by @key(fields: "{key.fields}") here, '
                    f"but {name}, which implements it elsewhere, is not declared as such here."
                )
                code = "INTERFACE_KEY_MISSING_IMPLEMENTATION_TYPE"
                yield Problem(code, message, (subgraph.name,), places_of(key))


def interface_keys_are_kept(composition: Composition) -> Iterator[Problem]:
    """INTERFACE_KEY_NOT_ON_IMPLEMENTATION: each type of an interface has the interface's keys."""
    for subgraph in composition.subgraphs:
        for each in subgraph.types.values():
            for interface in (subgraph.types.get(name) for name in each.interfaces):
                if interface is None or each.kind is not Kind.OBJECT:
                    continue
                for key in interface.keys:
                    if not any(_serves(own, key) for own in each.keys):
                        message = f"{each.name} lacks the key {key.fields!r} of {interface.name}."
                        code = "INTERFACE_KEY_NOT_ON_IMPLEMENTATION"
                        yield Problem(code, message, (subgraph.name,), places_of(key, each))


def _serves(own: Key, key: Key) -> bool:
    same = own.fields == key.fields or _plain(own) == _plain(key)
    return same and (own.resolvable or not key.resolvable)


def _plain(key: Key) -> str:
    try:
        return " ".join(print_ast(parse_field_set(key.fields)).split())
    except InvalidFieldSet:  # told by another rule
        return key.fields
