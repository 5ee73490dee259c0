"""Whether the merged schema is a schema: what each subgraph says rightly may not fit together."""

from collections.abc import Iterator

from graphql import (
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
    InputValueDefinitionNode,
    Undefined,
    build_schema,
    is_input_type,
    print_ast,
    validate_schema,
    value_from_ast,
)
from graphql.type import GraphQLArgument, GraphQLInputField

from gateway.composition.problems import Problem


def unsound_parts(supergraph: str) -> Iterator[Problem]:
    """INVALID_GRAPHQL: types that do not fit their interfaces, defaults that are no values now."""
    schema = build_schema(supergraph, assume_valid_sdl=True)
    for error in validate_schema(schema):
        yield Problem("INVALID_GRAPHQL", error.message)
    yield from _defaults(schema)


def _defaults(schema: GraphQLSchema) -> Iterator[Problem]:
    for each in schema.type_map.values():
        if isinstance(each, GraphQLInputObjectType):
            for name, item in each.fields.items():
                yield from _default(f"{each.name}.{name}", item)
        elif isinstance(each, GraphQLObjectType | GraphQLInterfaceType):
            for name, field in each.fields.items():
                for argument, given in field.args.items():
                    yield from _default(f"{each.name}.{name}({argument}:)", given)


def _default(coordinate: str, given: GraphQLArgument | GraphQLInputField) -> Iterator[Problem]:
    node = given.ast_node
    if not isinstance(node, InputValueDefinitionNode) or node.default_value is None:
        return
    if is_input_type(given.type) and value_from_ast(node.default_value, given.type) is Undefined:
        message = (
            f"The default {print_ast(node.default_value)} of {coordinate} is no value of "
            f"{print_ast(node.type)} in the supergraph."
        )
        yield Problem("INVALID_GRAPHQL", message)
