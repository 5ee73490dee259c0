"""What the caller must be or have to read a field of an object, all directives taken together.

Three things decide about `field` of an object of type `T` that the operation reaches as `P` (`T`
itself, or an interface of it): the field, the type it stands on, and the type it gives. `P` counts
for what is selected through it. Composers write on an interface what the objects that implement it
demand together; that adds nothing here, where each object is known, and so it is left out: one
guarded type does not close a whole interface. What an interface demands beyond that does count.
"""

from collections.abc import Iterable, Mapping
from itertools import product

from graphql import GraphQLInterfaceType, GraphQLNamedType, get_named_type

from gateway.supergraph.model import Demand, DemandKind, Groups, Supergraph

Demands = frozenset[Demand]
NOTHING: Demands = frozenset()
_MOST_COMBINED = 5_000
"""How many groups are combined to find out where an interface's demand comes from."""


class AccessRules:
    """The demands of one supergraph, worked out when first asked for."""

    def __init__(self, supergraph: Supergraph) -> None:
        self._schema = supergraph.schema
        self._written = supergraph.demands
        self._own: dict[str, Demands] = {}
        self._fields: dict[tuple[str, str, str], Demands] = {}

    @property
    def demand_nothing(self) -> bool:
        """Whether everybody may read everything."""
        return not self._written

    def of(self, reached_as: str, type_name: str, field: str) -> Demands:
        """What reading a field of an object takes."""
        if not self._written or field.startswith("__"):
            return NOTHING
        key = (reached_as, type_name, field)
        known = self._fields.get(key)
        if known is None:
            known = self._on(type_name, field)
            if reached_as != type_name:
                known |= self._on(reached_as, field)
            self._fields[key] = known
        return known

    def _on(self, type_name: str, field: str) -> Demands:
        owner = self._schema.type_map.get(type_name)
        definition = getattr(owner, "fields", {}).get(field)
        if owner is None or definition is None:
            return NOTHING
        given = get_named_type(definition.type)
        return self._of_type(owner) | self._of_type(given) | self._of_field(owner, field)

    def _of_type(self, named: GraphQLNamedType) -> Demands:
        return self._demanded(named.name, named, "")

    def _of_field(self, owner: GraphQLNamedType, field: str) -> Demands:
        return self._demanded(f"{owner.name}.{field}", owner, f".{field}")

    def _demanded(self, coordinate: str, owner: GraphQLNamedType, suffix: str) -> Demands:
        written = self._written.get(coordinate, NOTHING)
        if not written or not isinstance(owner, GraphQLInterfaceType):
            return written
        known = self._own.get(coordinate)
        if known is None:
            objects = [
                self._written.get(f"{each.name}{suffix}", NOTHING)
                for each in self._schema.get_possible_types(owner)
            ]
            known = frozenset(each for each in written if not _follows(each, objects))
            self._own[coordinate] = known
        return known


def _follows(demand: Demand, from_all: Iterable[Demands]) -> bool:
    """Whether whoever meets all of the others' demands meets this one."""
    alike = [each for demands in from_all for each in demands if each.kind is demand.kind]
    if demand.kind is DemandKind.AUTHENTICATED:
        return bool(alike)
    together = _combined([each.groups or frozenset() for each in dict.fromkeys(alike)])
    wanted = demand.groups or frozenset()
    return together is not None and all(any(group <= had for group in wanted) for had in together)


def _combined(each: list[Groups]) -> Groups | None:
    """Give the groups that hold one of each; None if there is nothing, or too much, to combine."""
    size = 1
    for groups in each:
        size *= max(len(groups), 1)
    if not each or size > _MOST_COMBINED:
        return None
    return frozenset(frozenset[str]().union(*groups) for groups in product(*each))


def met(demand: Demand, had: Mapping[DemandKind, frozenset[str]]) -> bool:
    """Whether one group of a demand for scopes or policies is had whole."""
    names = had[demand.kind]
    return any(group <= names for group in demand.groups or ())
