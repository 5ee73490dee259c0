"""What an interface promises anywhere, each of its types has somewhere."""

from collections.abc import Iterator, Sequence

from gateway.composition.elements import Kind
from gateway.composition.ownership import field_names
from gateway.composition.problems import Problem, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration


def interfaces_are_implemented(composition: Composition) -> Iterator[Problem]:
    """INTERFACE_FIELD_NO_IMPLEM: a field of the merged interface is missing on a type of it."""
    declarations = composition.declarations
    for interface, declared in declarations.of_kind(Kind.INTERFACE):
        promised = _promised(declared)
        for name in declarations.implementations(interface):
            known = set(field_names(declarations.by_name[name]))
            for field in promised:
                if field not in known:
                    owners = tuple(s.name for s, each in declared if field in each.fields)
                    message = f"{interface}.{field} is not implemented by {name} in any subgraph."
                    promises = (each.fields.get(field) for _, each in declared)
                    types = (each for _, each in declarations.by_name[name])
                    places = places_of(*promises, *types)
                    yield Problem("INTERFACE_FIELD_NO_IMPLEM", message, owners, places)


def _promised(declared: Sequence[Declaration]) -> tuple[str, ...]:
    """Fields of real interfaces; what an interface object adds, its types get for nothing."""
    given = {field for _, each in declared if each.is_interface_object for field in each.fields}
    return tuple(field for field in field_names(declared) if field not in given)
