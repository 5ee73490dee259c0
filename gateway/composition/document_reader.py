"""One subgraph's document read into records: definitions and extensions joined, names undone."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveDefinitionNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    FieldDefinitionNode,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListTypeNode,
    NamedTypeNode,
    NameNode,
    NonNullTypeNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    OperationType,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    TypeNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    specified_scalar_types,
)

from gateway.composition.access import Access, Alternatives
from gateway.composition.composed_directives import composed_directives
from gateway.composition.cost import ListSize
from gateway.composition.elements import (
    Argument,
    Field,
    Key,
    Kind,
    Marks,
    Override,
    Type,
    place_in,
)
from gateway.composition.problems import Place
from gateway.federation_spec.arguments import (
    WithDirectives,
    arguments_of,
    directives_named,
    has_directive,
    texts_in,
)
from gateway.federation_spec.directives import (
    FEDERATION_2_DIRECTIVES,
    MACHINERY_FIELDS,
    FederationNames,
)

_KINDS: Mapping[type, Kind] = {
    ScalarTypeDefinitionNode: Kind.SCALAR,
    ScalarTypeExtensionNode: Kind.SCALAR,
    ObjectTypeDefinitionNode: Kind.OBJECT,
    ObjectTypeExtensionNode: Kind.OBJECT,
    InterfaceTypeDefinitionNode: Kind.INTERFACE,
    InterfaceTypeExtensionNode: Kind.INTERFACE,
    UnionTypeDefinitionNode: Kind.UNION,
    UnionTypeExtensionNode: Kind.UNION,
    EnumTypeDefinitionNode: Kind.ENUM,
    EnumTypeExtensionNode: Kind.ENUM,
    InputObjectTypeDefinitionNode: Kind.INPUT,
    InputObjectTypeExtensionNode: Kind.INPUT,
}
_ROOTS = {
    OperationType.QUERY: "Query",
    OperationType.MUTATION: "Mutation",
    OperationType.SUBSCRIPTION: "Subscription",
}
_Definition = TypeDefinitionNode | TypeExtensionNode


class DocumentReader:
    """Reads the document of a subgraph; `source` is what problems call it."""

    def __init__(
        self, subgraph: str, source: str, document: DocumentNode, names: FederationNames
    ) -> None:
        self._subgraph = subgraph
        self._source = source
        self._document = document
        self._names = names
        self._canonical = {names.directive(name): name for name in FEDERATION_2_DIRECTIVES}
        self._roots = _root_names(document)
        self.composed_directives = composed_directives(document, names)

    def directives(self) -> dict[str, DirectiveDefinitionNode]:
        """What the text defines itself, Federation's own left out."""
        return {
            node.name.value: node
            for node in self._document.definitions
            if isinstance(node, DirectiveDefinitionNode)
            and node.name.value not in self._canonical
            and node.name.value not in {"link", "core"}
        }

    def schema_marks(self) -> Marks:
        """What stands on the schema itself."""
        return self._marks(
            *(
                node
                for node in self._document.definitions
                if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
            )
        )

    def types(self) -> dict[str, Type]:
        """The types by their names, definitions and extensions joined."""
        parts: dict[str, list[_Definition]] = {}
        for node in self._document.definitions:
            if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
                name = node.name.value
                if not self._is_machinery(name):
                    parts.setdefault(self._roots.get(name, name), []).append(node)
        types = {name: self._type(name, nodes) for name, nodes in parts.items()}
        kept = {name: each for name, each in types.items() if not _is_empty_root(each)}
        kept.setdefault("Query", Type("Query", Kind.OBJECT, Marks()))
        return kept

    def _is_machinery(self, name: str) -> bool:
        if name in specified_scalar_types or name.startswith("__"):
            return True
        return self._names.is_machinery(name)

    def _type(self, name: str, nodes: list[_Definition]) -> Type:
        kind = _KINDS[type(nodes[0])]
        is_interface_object = any(self._has(node, "interfaceObject") for node in nodes)
        return Type(
            name=name,
            kind=Kind.INTERFACE if is_interface_object else kind,
            marks=self._marks(*nodes),
            fields={field.name: field for node in nodes for field in self._fields(node, name)},
            inputs={
                each.name.value: self._argument(each)
                for node in nodes
                if kind is Kind.INPUT
                for each in getattr(node, "fields", None) or ()
            },
            values={
                value.name.value: self._marks(value)
                for node in nodes
                for value in getattr(node, "values", None) or ()
            },
            members=self._names_in(nodes, "types") if kind is Kind.UNION else (),
            interfaces=self._names_in(nodes, "interfaces"),
            keys=tuple(key for node in nodes for key in self._keys(node)),
            is_extension=self._is_extension(nodes),
            is_interface_object=is_interface_object,
            specified_by=next(
                (each for node in nodes for each in directives_named(node, "specifiedBy")),
                None,
            ),
            one_of=any(has_directive(node, "oneOf") for node in nodes),
            contexts=tuple(self._texts(nodes, "context", "name")),
        )

    def _is_extension(self, nodes: list[_Definition]) -> bool:
        extends = self._names.directive("extends")
        return all(
            isinstance(node, TypeExtensionNode) or has_directive(node, extends) for node in nodes
        )

    def _fields(self, node: _Definition, owner: str) -> Iterator[Field]:
        """The fields of one definition; what stands on it holds for its own fields only."""
        shareable, external = self._has(node, "shareable"), self._has(node, "external")
        if _KINDS[type(node)] not in {Kind.OBJECT, Kind.INTERFACE}:
            return
        for each in getattr(node, "fields", None) or ():
            name = each.name.value
            if owner == "Query" and name in MACHINERY_FIELDS:
                continue
            yield self._field(each, shareable=shareable, external=external)

    def _field(self, node: FieldDefinitionNode, *, shareable: bool, external: bool) -> Field:
        return Field(
            name=node.name.value,
            type=self._renamed(node.type),
            arguments={each.name.value: self._argument(each) for each in node.arguments or ()},
            marks=self._marks(node),
            external=external or self._has(node, "external"),
            shareable=shareable or self._has(node, "shareable"),
            requires=self._field_set(node, "requires"),
            provides=self._field_set(node, "provides"),
            override=self._override(node),
        )

    def _argument(self, node: InputValueDefinitionNode) -> Argument:
        return Argument(
            node.name.value,
            self._renamed(node.type),
            node.default_value,
            self._marks(node),
            next(self._texts([node], "fromContext", "field"), None),
        )

    def _texts(
        self, nodes: Iterable[WithDirectives], directive: str, argument: str
    ) -> Iterator[str]:
        for node in nodes:
            for use in directives_named(node, self._names.directive(directive)):
                yield str(arguments_of(use).get(argument) or "")

    def _keys(self, node: WithDirectives) -> Iterator[Key]:
        for use in directives_named(node, self._names.directive("key")):
            arguments = arguments_of(use)
            yield Key(
                _field_set_text(arguments.get("fields")),
                arguments.get("resolvable") is not False,
                self._places(use),
            )

    def _field_set(self, node: WithDirectives, name: str) -> str | None:
        use = next(directives_named(node, self._names.directive(name)), None)
        return _field_set_text(arguments_of(use).get("fields")) if use else None

    def _override(self, node: WithDirectives) -> Override | None:
        use = next(directives_named(node, self._names.directive("override")), None)
        if use is None:
            return None
        arguments = arguments_of(use)
        return Override(str(arguments.get("from")), arguments.get("label") or None)

    def _marks(self, *nodes: WithDirectives) -> Marks:
        composed = [
            use
            for node in nodes
            for use in node.directives or ()
            if use.name.value in self.composed_directives
        ]
        descriptions = (getattr(node, "description", None) for node in nodes)
        return Marks(
            description=next((each.value for each in descriptions if each), None),
            inaccessible=any(self._has(node, "inaccessible") for node in nodes),
            tags=tuple(dict.fromkeys(self._texts(nodes, "tag", "name"))),
            deprecated=next(
                (each for node in nodes for each in directives_named(node, "deprecated")),
                None,
            ),
            composed=tuple(composed),
            repeatable=frozenset(
                use.name.value
                for use in composed
                if self.composed_directives[use.name.value].definition.repeatable
            ),
            access=Access(
                any(self._has(node, "authenticated") for node in nodes),
                self._alternatives(nodes, "requiresScopes", "scopes"),
                self._alternatives(nodes, "policy", "policies"),
            ),
            cost=next((each["weight"] for each in self._arguments(nodes, "cost")), None),
            list_size=next(map(_list_size, self._arguments(nodes, "listSize")), None),
            places=tuple(place for node in nodes for place in self._places(node)),
            uses=self._uses(nodes),
        )

    def _arguments(
        self, nodes: Iterable[WithDirectives], directive: str
    ) -> Iterator[dict[str, Any]]:
        for node in nodes:
            for use in directives_named(node, self._names.directive(directive)):
                yield arguments_of(use)

    def _alternatives(
        self, nodes: Iterable[WithDirectives], directive: str, argument: str
    ) -> Alternatives | None:
        for arguments in self._arguments(nodes, directive):
            groups = arguments.get(argument)
            groups = groups if isinstance(groups, list) else [groups]
            return tuple(texts_in(group) for group in groups)
        return None

    def _uses(self, nodes: Iterable[WithDirectives]) -> dict[str, Place]:
        uses: dict[str, Place] = {}
        for node in nodes:
            for use in node.directives or ():
                name = self._canonical.get(use.name.value)
                if name is not None:
                    uses.setdefault(name, *self._places(use))
        return uses

    def _places(self, node: object) -> tuple[Place, ...]:
        return place_in(self._subgraph, self._source, node)

    def _has(self, node: WithDirectives, name: str) -> bool:
        return has_directive(node, self._names.directive(name))

    def _names_in(self, nodes: Iterable[object], part: str) -> tuple[str, ...]:
        named = (each for node in nodes for each in getattr(node, part, None) or ())
        return tuple(dict.fromkeys(each.name.value for each in named))

    def _renamed(self, node: TypeNode) -> TypeNode:
        """Custom root type names become Query, Mutation and Subscription."""
        if isinstance(node, NonNullTypeNode):
            return NonNullTypeNode(type=self._renamed(node.type))  # type: ignore[arg-type]
        if isinstance(node, ListTypeNode):
            return ListTypeNode(type=self._renamed(node.type))
        assert isinstance(node, NamedTypeNode)  # noqa: S101 - the only kind left
        return NamedTypeNode(name=NameNode(value=self._roots.get(node.name.value, node.name.value)))


def _list_size(arguments: Mapping[str, Any]) -> ListSize:
    slicing, sized = arguments.get("slicingArguments"), arguments.get("sizedFields")
    return ListSize(
        arguments.get("assumedSize"),
        None if slicing is None else texts_in(slicing),
        None if sized is None else texts_in(sized),
        arguments.get("requireOneSlicingArgument"),
    )


def _root_names(document: DocumentNode) -> dict[str, str]:
    return {
        operation.type.name.value: _ROOTS[operation.operation]
        for node in document.definitions
        if isinstance(node, SchemaDefinitionNode | SchemaExtensionNode)
        for operation in node.operation_types or ()
    }


def _is_empty_root(each: Type) -> bool:
    return each.name in _ROOTS.values() and each.kind is Kind.OBJECT and not each.fields


def _field_set_text(value: object) -> str:
    """Federation 1 also allows a list of field sets."""
    return " ".join(map(str, value)) if isinstance(value, list) else str(value or "")
