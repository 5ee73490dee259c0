"""The field sets of a supergraph select what exists: keys, requirements, promises, contexts."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any

from graphql import (
    DirectiveNode,
    DocumentNode,
    FieldDefinitionNode,
    FieldNode,
    GraphQLError,
    InlineFragmentNode,
    ListValueNode,
    ObjectValueNode,
    SelectionNode,
    SelectionSetNode,
    TypeNode,
    ValueNode,
    VariableNode,
    parse_type,
)

from gateway.federation_spec.arguments import arguments_of, directives_named
from gateway.federation_spec.field_sets import InvalidFieldSet, parse_field_set
from gateway.federation_spec.join import JoinNames
from gateway.supergraph.ownership import Composite, Joined, named_type


def field_set_faults(
    document: DocumentNode, join: JoinNames, context: str
) -> Iterator[GraphQLError]:
    """Everything wrong with field sets; the join directives' arguments are what they must be.

    `context` is the local name of `@context`.
    """
    looking = _Looking(document, join, context)
    for definition in looking.types.values():
        for use in directives_named(definition, context):
            yield from looking.at_context(definition, use)
        for use in join.uses(definition, "type"):
            yield from looking.at_key(definition, use)
        for field in _fields(definition):
            for use in join.uses(field, "field"):
                yield from looking.at_field(definition, field, use)


class _Looking:
    """A look at one supergraph."""

    def __init__(self, document: DocumentNode, join: JoinNames, context: str) -> None:
        self._join = join
        self.types: Mapping[str, Joined] = {
            node.name.value: node for node in document.definitions if isinstance(node, Joined)
        }
        self._setters: defaultdict[str, list[str]] = defaultdict(list)
        for name, definition in self.types.items():
            for use in directives_named(definition, context):
                self._setters[str(arguments_of(use).get("name"))].append(name)

    def at_context(self, definition: Joined, use: DirectiveNode) -> Iterator[GraphQLError]:
        """What is set has a name."""
        if not isinstance(arguments_of(use).get("name"), str):
            message = f"{definition.name.value}: @{use.name.value} needs a string for its name."
            yield GraphQLError(message, use)

    def at_key(self, definition: Joined, use: DirectiveNode) -> Iterator[GraphQLError]:
        """What enters a graph can be read."""
        arguments = arguments_of(use)
        if text := arguments.get("key"):
            name, graph = definition.name.value, arguments.get("graph")
            yield from self._faults(use, f"{name}: key {text!r}", text, name, graph)

    def at_field(
        self, definition: Joined, field: FieldDefinitionNode, use: DirectiveNode
    ) -> Iterator[GraphQLError]:
        """What the field requires of its own object, promises below, and takes from contexts."""
        owner, arguments = definition.name.value, arguments_of(use)
        graph = arguments.get("graph")
        where = f"{owner}.{field.name.value}:"
        if requires := arguments.get("requires"):
            yield from self._faults(use, f"{where} requires {requires!r}", requires, owner, graph)
        if provides := arguments.get("provides"):
            below = named_type(self._type_in(field, graph))
            yield from self._faults(use, f"{where} provides {provides!r}", provides, below, graph)
        for each in arguments.get("contextArguments") or ():
            yield from self._context_faults(use, where, each, graph)

    def _context_faults(
        self, use: DirectiveNode, where: str, argument: Mapping[str, Any], graph: str | None
    ) -> Iterator[GraphQLError]:
        context, text = argument["context"], argument["selection"]
        if context not in self._setters:
            yield GraphQLError(f"{where} nothing sets the context {context!r}.", use)
        for setter in self._setters.get(context, ()):
            named = f"{where} {argument['name']} selects {text!r}"
            yield from self._faults(use, named, text, setter, graph)

    def _faults(
        self, use: DirectiveNode, where: str, text: str, type_name: str, graph: str | None
    ) -> Iterator[GraphQLError]:
        try:
            self._require_selected(parse_field_set(text), type_name, graph)
        except InvalidFieldSet as error:
            yield GraphQLError(f"{where}: {error}", use)

    def _require_selected(
        self, selections: SelectionSetNode, type_name: str, graph: str | None
    ) -> None:
        """Raise InvalidFieldSet unless all exists, with the types of a graph if one is named."""
        for node in selections.selections:
            _require_plain(node)
            if isinstance(node, InlineFragmentNode):
                condition = node.type_condition.name.value if node.type_condition else type_name
                if condition not in self.types:
                    raise InvalidFieldSet(f"{condition} has no fields.")
                self._require_selected(node.selection_set, condition, graph)
            elif isinstance(node, FieldNode) and node.name.value != "__typename":
                self._require_field(node, type_name, graph)

    def _require_field(self, node: FieldNode, type_name: str, graph: str | None) -> None:
        coordinate = f"{type_name}.{node.name.value}"
        found = (
            each
            for each in _fields(self.types.get(type_name))
            if each.name.value == node.name.value
        )
        field = next(found, None)
        if field is None:
            raise InvalidFieldSet(f"there is no field {coordinate}.")
        below = named_type(self._type_in(field, graph))
        if node.selection_set is None and below in self.types:
            raise InvalidFieldSet(f"{coordinate} needs a selection of its fields.")
        if node.selection_set is not None and below not in self.types:
            raise InvalidFieldSet(f"{coordinate} has no fields to select.")
        if node.selection_set is not None:
            self._require_selected(node.selection_set, below, graph)

    def _type_in(self, field: FieldDefinitionNode, graph: str | None) -> TypeNode:
        """The type that a field has in a graph, which may be another than in the whole."""
        for use in self._join.uses(field, "field"):
            arguments = arguments_of(use)
            if graph is not None and arguments.get("graph") == graph and arguments.get("type"):
                return parse_type(arguments["type"], no_location=True)
        return field.type


def _require_plain(node: SelectionNode) -> None:
    if not isinstance(node, FieldNode | InlineFragmentNode):
        raise InvalidFieldSet("there is no place for a named fragment.")
    if node.directives or (isinstance(node, FieldNode) and node.alias is not None):
        raise InvalidFieldSet("there is no place for directives and aliases.")
    if isinstance(node, FieldNode) and any(
        _has_variable(each.value) for each in node.arguments or ()
    ):
        raise InvalidFieldSet("there is no place for variables.")


def _has_variable(value: ValueNode) -> bool:
    if isinstance(value, ListValueNode):
        return any(map(_has_variable, value.values))
    if isinstance(value, ObjectValueNode):
        return any(_has_variable(each.value) for each in value.fields)
    return isinstance(value, VariableNode)


def _fields(definition: Joined | None) -> tuple[FieldDefinitionNode, ...]:
    return tuple(definition.fields or ()) if isinstance(definition, Composite) else ()
