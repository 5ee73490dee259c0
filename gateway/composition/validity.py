"""What is wrong with one subgraph's text taken alone, before it is compared with others.

Everything found is a GraphQLError with its nodes; its extensions hold a code if the Federation
specification has one for it, else it is plain invalid GraphQL.
"""

from collections.abc import Iterator, Mapping

from graphql import (
    DefinitionNode,
    DirectiveNode,
    DocumentNode,
    EnumTypeDefinitionNode,
    EnumTypeExtensionNode,
    ExecutableDefinitionNode,
    GraphQLError,
    InputObjectTypeDefinitionNode,
    InputObjectTypeExtensionNode,
    InputValueDefinitionNode,
    InterfaceTypeDefinitionNode,
    InterfaceTypeExtensionNode,
    ListValueNode,
    ObjectTypeDefinitionNode,
    ObjectTypeExtensionNode,
    ScalarTypeDefinitionNode,
    ScalarTypeExtensionNode,
    SchemaDefinitionNode,
    SchemaExtensionNode,
    StringValueNode,
    TypeDefinitionNode,
    TypeExtensionNode,
    UnionTypeDefinitionNode,
    UnionTypeExtensionNode,
    Visitor,
    build_ast_schema,
    specified_scalar_types,
    validate_schema,
    visit,
)
from graphql.language.ast import Node
from graphql.validation import KnownTypeNamesRule, PossibleTypeExtensionsRule
from graphql.validation.specified_rules import specified_sdl_rules
from graphql.validation.validate import validate_sdl

from gateway.composition.composed_directives import composition_faults
from gateway.composition.directive_arguments import argument_faults
from gateway.composition.faults import fault
from gateway.composition.federation_definitions import definition_faults, machinery
from gateway.composition.link_use import link_faults, link_spelling_faults
from gateway.composition.types import named
from gateway.federation_spec.arguments import WithDirectives, directives_named
from gateway.federation_spec.directives import (
    FEDERATION_2_DIRECTIVES,
    SINCE,
    FederationNames,
)

_FIELD_SETS = ("key", "requires", "provides")
_FEDERATION_2 = 2
# Names are checked by a rule; a type may be extended here and defined in another subgraph.
_RULES = [
    rule
    for rule in specified_sdl_rules
    if rule not in {KnownTypeNamesRule, PossibleTypeExtensionsRule}
]
_DEFINED: Mapping[type[TypeExtensionNode], type[TypeDefinitionNode]] = {
    EnumTypeExtensionNode: EnumTypeDefinitionNode,
    InputObjectTypeExtensionNode: InputObjectTypeDefinitionNode,
    InterfaceTypeExtensionNode: InterfaceTypeDefinitionNode,
    ObjectTypeExtensionNode: ObjectTypeDefinitionNode,
    ScalarTypeExtensionNode: ScalarTypeDefinitionNode,
    UnionTypeExtensionNode: UnionTypeDefinitionNode,
}


def faults(document: DocumentNode, names: FederationNames) -> list[GraphQLError]:
    """Everything wrong with the text of one subgraph."""
    if unreadable := link_spelling_faults(document):
        return unreadable  # what anything is called cannot be told
    return [
        *link_faults(document, names),
        *definition_faults(document, names),
        *_misplaced(document),
        *_root_faults(document),
        *_field_set_faults(document, names),
        *composition_faults(document, names),
        *_graphql_faults(document, names),
    ]


def _misplaced(document: DocumentNode) -> Iterator[GraphQLError]:
    """What would be read by nobody."""
    for node in document.definitions:
        if isinstance(node, ExecutableDefinitionNode):
            yield GraphQLError("A schema has no place for operations and fragments.", [node])
        elif isinstance(node, TypeExtensionNode) and node.name.value in specified_scalar_types:
            yield GraphQLError(f"{node.name.value} is built in and cannot be extended.", [node])
        elif (
            isinstance(node, TypeDefinitionNode)
            and not isinstance(node, ScalarTypeDefinitionNode)
            and node.name.value in specified_scalar_types
        ):
            yield GraphQLError(f"{node.name.value} is built in, a scalar.", [node])


def _root_faults(document: DocumentNode) -> Iterator[GraphQLError]:
    """A root type exists, and one of another name leaves no room for a type of the usual name."""
    types = {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode)
    }
    for schema in document.definitions:
        if not isinstance(schema, SchemaDefinitionNode | SchemaExtensionNode):
            continue
        for root in schema.operation_types or ():
            usual = root.operation.value.capitalize()
            if root.type.name.value not in types:
                message = f"There is no type {root.type.name.value} for the {usual} root."
                yield GraphQLError(message, [root.type])
            if root.type.name.value != usual and usual in types:
                message = f"{usual} is not the root type here, so nothing else may be called so."
                yield fault(f"ROOT_{usual.upper()}_USED", message, types[usual].name, root.type)
            if root.type.name.value != usual:
                yield from _membership_faults(document, root.type.name.value, usual)


def _membership_faults(document: DocumentNode, root: str, usual: str) -> Iterator[GraphQLError]:
    """Where a root type is found at run time: by its name, which no supergraph can pass on."""
    message = f"{root} is {usual} in the supergraph: call it so here too, or let it {{}}."
    for node in document.definitions:
        if isinstance(node, UnionTypeDefinitionNode | UnionTypeExtensionNode):
            members = [each for each in node.types or () if each.name.value == root]
            if members:
                yield GraphQLError(message.format("be in no union"), members)
        elif isinstance(node, ObjectTypeDefinitionNode | ObjectTypeExtensionNode):
            interfaces = [each for each in node.interfaces or () if node.name.value == root]
            if interfaces:
                yield GraphQLError(message.format("implement no interface"), interfaces)


def _field_set_faults(document: DocumentNode, names: FederationNames) -> Iterator[GraphQLError]:
    for node in _elements(document):
        for directive in _FIELD_SETS:
            for use in directives_named(node, names.directive(directive)):
                fields = (each.value for each in use.arguments or () if each.name.value == "fields")
                if not all(_is_field_set(value, names) for value in fields):
                    message = f"The fields of @{use.name.value} must be a string."
                    yield fault(f"{directive.upper()}_INVALID_FIELDS_TYPE", message, use)


def _is_field_set(value: Node, names: FederationNames) -> bool:
    """A string; Federation 1 also took a list of strings."""
    if isinstance(value, ListValueNode):
        return names.is_federation_1 and all(
            isinstance(each, StringValueNode) for each in value.values
        )
    return isinstance(value, StringValueNode)


def _graphql_faults(document: DocumentNode, names: FederationNames) -> Iterator[GraphQLError]:
    whole = DocumentNode(
        definitions=(*document.definitions, *machinery(document, _types_used(document), names))
    )
    found = [
        *(each for each in validate_sdl(whole, rules=_RULES) if not _is_foreign(each, names)),
        *argument_faults(document, names),
    ]
    yield from (_explained(each, names) for each in found)
    if not found and _names_exist(whole) and not list(_root_faults(document)):
        yield from _schema_faults(whole)


def _is_foreign(error: GraphQLError, names: FederationNames) -> bool:
    """Whether it is about a directive of another specification, which needs no definition."""
    if "Unknown directive" not in error.message:
        return False
    used = {node.name.value for node in error.nodes or () if isinstance(node, DirectiveNode)}
    known = {
        local.removeprefix("@")
        for link in names.links
        for own, local in link.imports.items()
        if own.startswith("@")
    }
    prefixes = tuple(f"{link.prefix}__" for link in names.links if link is not names.link)
    return all(
        name in known or name.startswith(prefixes) or name in {link.prefix for link in names.links}
        for name in used
    )


def _explained(error: GraphQLError, names: FederationNames) -> GraphQLError:
    """Say how to import what is a Federation directive but has not been imported."""
    used = next((node for node in error.nodes or () if isinstance(node, DirectiveNode)), None)
    if used is None or "Unknown directive" not in error.message:
        return error
    name = used.name.value
    if name not in FEDERATION_2_DIRECTIVES:
        return error
    if names.is_federation_1:
        message = f"{error.message} It is Federation 2's: begin with a @link to that."
        return GraphQLError(message, [used])
    if name not in names.known_directives:
        since = ".".join(map(str, SINCE[name]))
        return GraphQLError(f"{error.message} Federation has it since {since}.", [used])
    message = (
        f'{error.message} Add "@{name}" to the `import` of the @link to Federation, '
        f"or write @{names.directive(name)}."
    )
    return GraphQLError(message, [used])


def _names_exist(document: DocumentNode) -> bool:
    """Whether there is a schema to look at; which names are missing is told by a rule."""
    known = {
        node.name.value
        for node in document.definitions
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode)
    }
    return all(name in known for name in _types_used(document))


def _types_used(document: DocumentNode) -> tuple[str, ...]:
    """The types that some part of the text mentions, the built-in ones left out."""
    mentioned = (
        name
        for node in document.definitions
        for name in _mentioned(node)
        if name not in specified_scalar_types
    )
    return tuple(dict.fromkeys(mentioned))


def _mentioned(node: object) -> Iterator[str]:
    for part in ("interfaces", "types"):
        yield from (each.name.value for each in getattr(node, part, None) or ())
    for part in ("fields", "arguments"):
        for each in getattr(node, part, None) or ():
            yield named(each.type)
            for argument in getattr(each, "arguments", None) or ():
                yield named(argument.type)


def _schema_faults(document: DocumentNode) -> Iterator[GraphQLError]:
    """What makes no sense together: interfaces not implemented, unions of nothing, and so on."""
    seen = {
        node.name.value for node in document.definitions if isinstance(node, TypeDefinitionNode)
    }
    definitions: list[DefinitionNode] = []
    for node in document.definitions:
        if isinstance(node, TypeExtensionNode) and node.name.value not in seen:
            seen.add(node.name.value)
            parts = {key: getattr(node, key) for key in node.keys}
            definitions.append(_DEFINED[type(node)](**parts))
        else:
            definitions.append(node)
    whole = DocumentNode(definitions=tuple(definitions))
    try:
        found = _schema_errors(whole)
    except TypeError:
        # A default value of what can be no input is more than graphql-core bears.
        found = _schema_errors(visit(whole, _WithoutDefaults()))
    yield from (each for each in found if not _is_usual(each))


def _schema_errors(document: DocumentNode) -> list[GraphQLError]:
    return validate_schema(build_ast_schema(document, assume_valid_sdl=True))


class _WithoutDefaults(Visitor):
    def enter_input_value_definition(
        self, node: InputValueDefinitionNode, *_: object
    ) -> InputValueDefinitionNode:
        parts = {key: getattr(node, key) for key in node.keys if key != "default_value"}
        return InputValueDefinitionNode(**parts)


def _is_usual(error: GraphQLError) -> bool:
    """A subgraph may be without queries, or have none but those Federation adds."""
    return error.message.startswith(
        ("Query root type must be provided", "Type Query must define", "Union type _Entity must")
    )


def _elements(document: DocumentNode) -> Iterator[WithDirectives]:
    for node in document.definitions:
        if isinstance(node, TypeDefinitionNode | TypeExtensionNode):
            yield node
            yield from getattr(node, "fields", None) or ()
