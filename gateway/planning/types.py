"""Questions about the types of the whole supergraph, answered fast."""

from collections.abc import Mapping

from graphql import (
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    is_abstract_type,
    is_composite_type,
    parse_type,
)

from gateway.planning.plan import OperationKind
from gateway.supergraph.model import OutputType, Supergraph
from gateway.supergraph.reader import output_type


class TypeWorld:
    """The full schema: which object types a type may be, which type a field has."""

    def __init__(self, supergraph: Supergraph) -> None:
        schema = supergraph.schema
        self._schema = schema
        self._runtime_types: Mapping[str, frozenset[str]] = _runtime_types(schema)
        self._ancestors = _ancestors(schema)
        self._fields: dict[tuple[str, str], OutputType] = {}

    def root_type(self, kind: OperationKind) -> str | None:
        """The name of the root type, or None."""
        root = {
            OperationKind.QUERY: self._schema.query_type,
            OperationKind.MUTATION: self._schema.mutation_type,
            OperationKind.SUBSCRIPTION: self._schema.subscription_type,
        }[kind]
        return root.name if root else None

    def runtime_types(self, name: str) -> frozenset[str]:
        """The object types a value of this type may have."""
        return self._runtime_types.get(name, frozenset())

    def is_abstract(self, name: str) -> bool:
        """Whether it is an interface or a union."""
        return is_abstract_type(self._schema.type_map.get(name))

    def is_kind_of(self, name: str, ancestor: str) -> bool:
        """Whether every value of `name` is one of `ancestor`, by declaration."""
        return name == ancestor or ancestor in self._ancestors.get(name, frozenset())

    def overlap(self, left: str, right: str) -> bool:
        """Whether some object may be of both types."""
        return not self.runtime_types(left).isdisjoint(self.runtime_types(right))

    def field_type(self, parent: str, name: str) -> OutputType:
        """The type of a field; the document was validated, so it exists."""
        known = self._fields.get((parent, name))
        if known is None:
            owner = self._schema.type_map[parent]
            assert isinstance(owner, GraphQLObjectType | GraphQLInterfaceType)  # noqa: S101
            text = str(owner.fields[name].type)
            known = output_type(parse_type(text, no_location=True))
            self._fields[parent, name] = known
        return known


def _runtime_types(schema: GraphQLSchema) -> dict[str, frozenset[str]]:
    result = {}
    for name, named in schema.type_map.items():
        if isinstance(named, GraphQLObjectType):
            result[name] = frozenset({name})
        elif is_composite_type(named):
            assert isinstance(named, GraphQLInterfaceType | GraphQLUnionType)  # noqa: S101
            result[name] = frozenset(each.name for each in schema.get_possible_types(named))
    return result


def _ancestors(schema: GraphQLSchema) -> dict[str, frozenset[str]]:
    result: dict[str, set[str]] = {}
    for name, named in schema.type_map.items():
        if isinstance(named, GraphQLObjectType | GraphQLInterfaceType):
            result.setdefault(name, set()).update(each.name for each in named.interfaces)
        elif isinstance(named, GraphQLUnionType):
            for member in named.types:
                result.setdefault(member.name, set()).add(name)
    return {name: frozenset(ancestors) for name, ancestors in result.items()}
