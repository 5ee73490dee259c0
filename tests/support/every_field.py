"""Operations that ask for every field of a schema, each by one short way."""

from collections import deque
from collections.abc import Iterator

from graphql import (
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
)
from graphql.pyutils import Undefined
from graphql.type import GraphQLArgument, GraphQLField, GraphQLInputType, GraphQLNonNull

_LONGEST = 6
_VALUES = {"Boolean": "true", "Float": "1.5", "ID": '"1"', "Int": "1"}


def operations(schema: GraphQLSchema, most: int) -> Iterator[str]:
    """At most so many operations: a type is looked at once for each field that leads to it."""
    seen: set[tuple[str, str]] = set()
    waiting: deque[tuple[str, tuple[str, ...], GraphQLNamedType]] = deque(
        (kind, (), root)
        for kind, root in (("query", schema.query_type), ("mutation", schema.mutation_type))
        if root is not None
    )
    count = 0
    while waiting and count < most:
        kind, trail, current = waiting.popleft()
        if is_abstract_type(current):
            for runtime in schema.get_possible_types(_abstract(current)):
                waiting.append((kind, (*trail, f"... on {runtime.name}"), runtime))
        if not isinstance(current, GraphQLObjectType | GraphQLInterfaceType):
            continue
        for name, field in current.fields.items():
            step, target = _step(name, field), get_named_type(field.type)
            last = step if is_leaf_type(target) else f"{step} {{ __typename }}"
            yield _written(kind, trail, last)
            count += 1
            if not is_leaf_type(target) and len(trail) < _LONGEST:
                edge = (f"{current.name}.{name}", target.name)
                if edge not in seen:
                    seen.add(edge)
                    waiting.append((kind, (*trail, step), target))


def _abstract(current: GraphQLNamedType) -> GraphQLInterfaceType | GraphQLUnionType:
    assert isinstance(current, GraphQLInterfaceType | GraphQLUnionType)
    return current


def _written(kind: str, trail: tuple[str, ...], last: str) -> str:
    text = last
    for step in reversed(trail):
        text = f"{step} {{ {text} }}"
    return f"{kind} {{ {text} }}"


def _step(name: str, field: GraphQLField) -> str:
    needed = [
        f"{argument}: {_value(each.type)}"
        for argument, each in field.args.items()
        if _is_required(each)
    ]
    return f"{name}({', '.join(needed)})" if needed else name


def _is_required(each: GraphQLArgument) -> bool:
    return isinstance(each.type, GraphQLNonNull) and each.default_value is Undefined


def _value(node: GraphQLInputType) -> str:
    return _VALUES.get(get_named_type(node).name, '"a"')
