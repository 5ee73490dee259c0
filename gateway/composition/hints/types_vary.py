"""A type has other parts in one subgraph than in another."""

from collections.abc import Iterator, Sequence

from gateway.composition.elements import Kind
from gateway.composition.ownership import FieldShare, field_names
from gateway.composition.problems import Hint, Level, Placed, places_of
from gateway.composition.rules.composition import Composition
from gateway.composition.types import Declaration, named

_ROOTS = ("Query", "Mutation", "Subscription")


def types_vary(composition: Composition) -> Iterator[Hint]:
    """INCONSISTENT_*: _VALUE_TYPE_FIELD, _ENTITY, _UNION_MEMBER, _RUNTIME_TYPES_..."""
    for name, declared in composition.declarations.of_kind(Kind.OBJECT, Kind.INTERFACE):
        if name not in _ROOTS:
            keyed = [each for _, each in declared if each.keys]
            if not keyed:
                yield from _value_type(name, declared)
            else:
                yield from _entity(name, declared)
        for field in field_names(declared):
            shares = composition.ownership.shares(declared, field)
            yield from _runtime_types(f"{name}.{field}", shares)
    for name, declared in composition.declarations.of_kind(Kind.UNION):
        for member in dict.fromkeys(one for _, each in declared for one in each.members):
            knowing = [(s, each) for s, each in declared if member in each.members]
            what = f"{member} is a member of {name}"
            yield from _partly("INCONSISTENT_UNION_MEMBER", what, knowing, declared)


def _value_type(name: str, declared: list[Declaration]) -> Iterator[Hint]:
    kind = "INTERFACE" if declared[0][1].kind is Kind.INTERFACE else "OBJECT"
    for field in field_names(declared):
        knowing = [(s, each.fields[field]) for s, each in declared if field in each.fields]
        code = f"INCONSISTENT_{kind}_VALUE_TYPE_FIELD"
        yield from _partly(code, f"{name} has no key, and its field {field} is", knowing, declared)


def _entity(name: str, declared: list[Declaration]) -> Iterator[Hint]:
    if not any(each.is_interface_object for _, each in declared):
        keyed = [(subgraph, each) for subgraph, each in declared if each.keys]
        yield from _partly("INCONSISTENT_ENTITY", f"{name} has a @key", keyed, declared)


def _partly(
    code: str,
    what: str,
    knowing: Sequence[tuple[object, Placed]],
    declared: list[Declaration],
) -> Iterator[Hint]:
    known = {id(subgraph) for subgraph, _ in knowing}
    lacking = [(subgraph, each) for subgraph, each in declared if id(subgraph) not in known]
    if lacking:
        has = ", ".join(s.name for s, _ in declared if id(s) in known)
        names = tuple(subgraph.name for subgraph, _ in lacking)
        message = f"{what} in {has}, but not in {', '.join(names)}."
        places = places_of(*(one for _, one in lacking), *(one for _, one in knowing))
        yield Hint(code, message, Level.INFO, names, places)


def _runtime_types(coordinate: str, shares: list[FieldShare]) -> Iterator[Hint]:
    able = [share for share in shares if share.resolves]
    possible = {share.subgraph.name: _possible(share) for share in able}
    if len(set(possible.values())) > 1 and all(possible.values()):
        said = "; ".join(f"{', '.join(sorted(one))} in {name}" for name, one in possible.items())
        message = f"{coordinate} may be of other types in one subgraph than in another: {said}."
        code = "INCONSISTENT_RUNTIME_TYPES_FOR_SHAREABLE_RETURN"
        yield Hint(code, message, Level.WARN, tuple(possible), places_of(*able))


def _possible(share: FieldShare) -> frozenset[str]:
    """The object types that this subgraph may return, if the field's type is abstract."""
    types = share.subgraph.types
    name = named(share.field.type)
    declared = types.get(name)
    if declared is None or declared.is_interface_object:
        return frozenset()
    if declared.kind is Kind.UNION:
        return frozenset(declared.members)
    if declared.kind is Kind.INTERFACE:
        return frozenset(
            each.name
            for each in types.values()
            if each.kind is Kind.OBJECT and name in each.interfaces
        )
    return frozenset()
