"""Whether a literal can stand for a type, by GraphQL's rules of coercion."""

from graphql import (
    ListTypeNode,
    ListValueNode,
    NamedTypeNode,
    NonNullTypeNode,
    NullValueNode,
    TypeNode,
    Undefined,
    ValueNode,
    specified_scalar_types,
)
from graphql.utilities import coerce_input_literal


def fits(value: ValueNode, node: TypeNode) -> bool:
    """Whether a literal can stand for a type; types that are not built in are taken on trust."""
    if isinstance(node, NonNullTypeNode):
        return not isinstance(value, NullValueNode) and fits(value, node.type)
    if isinstance(value, NullValueNode):
        return True
    if isinstance(node, ListTypeNode):
        items = value.values if isinstance(value, ListValueNode) else (value,)
        return all(fits(item, node.type) for item in items)
    assert isinstance(node, NamedTypeNode)  # noqa: S101 - the only kind left
    scalar = specified_scalar_types.get(node.name.value)
    return scalar is None or coerce_input_literal(value, scalar) is not Undefined
