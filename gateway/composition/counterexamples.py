"""Operations that show where a graph has a hole: valid ones, as short as the way there."""

from collections.abc import Iterator, Mapping, Sequence

from graphql import ListTypeNode, NonNullTypeNode, TypeNode

from gateway.composition.elements import Argument, Kind
from gateway.composition.ownership import FieldShare
from gateway.composition.rules.arguments_agree import is_required
from gateway.composition.types import Declarations, named

_EXAMPLES: Mapping[str, str] = {
    "Boolean": "true",
    "Float": "1.5",
    "ID": '"1"',
    "Int": "1",
    "String": '"a"',
}
_DEEPEST = 8


def operation(kind: str, trail: Sequence[str], last: str) -> str:
    """`query { a { b { last } } }` for a trail of `a` and `b`."""
    text = last
    for step in reversed(trail):
        text = f"{step} {{ {text} }}"
    return f"{kind} {{ {text} }}"


def asked(name: str, shares: Sequence[FieldShare], declarations: Declarations) -> str:
    """A field as an operation asks for it, with some value for each argument it insists on."""
    arguments = list(_arguments(shares, declarations))
    return f"{name}({', '.join(arguments)})" if arguments else name


def _arguments(shares: Sequence[FieldShare], declarations: Declarations) -> Iterator[str]:
    every = [share.field.arguments for share in shares if not share.field.external]
    for name, argument in every[0].items() if every else ():
        declared = [arguments[name] for arguments in every if name in arguments]
        contextual = any(each.from_context is not None for each in declared)
        if any(map(is_required, declared)) and not contextual:
            yield f"{name}: {_value(argument.type, declarations, 0)}"


def _value(node: TypeNode, declarations: Declarations, depth: int) -> str:
    if isinstance(node, NonNullTypeNode):
        return _value(node.type, declarations, depth)
    if isinstance(node, ListTypeNode):
        return "[]"
    declared = declarations.by_name.get(named(node), [])
    if not declared or declared[0][1].kind is Kind.SCALAR:
        return _EXAMPLES.get(named(node), '"a"')
    if declared[0][1].kind is Kind.ENUM:
        values = (value for value in declared[0][1].values)
        common = (v for v in values if all(v in each.values for _, each in declared))
        return next(common, "null")
    fields = [each.inputs for _, each in declared]
    needed = _needed(fields[0], one_of=declared[0][1].one_of)
    inner = (
        f"{item.name}: {_value(item.type, declarations, depth + 1)}"
        for item in needed
        if depth < _DEEPEST
    )
    return f"{{{', '.join(inner)}}}"


def _needed(inputs: Mapping[str, Argument], *, one_of: bool) -> list[Argument]:
    if one_of:
        return list(inputs.values())[:1]
    return [item for item in inputs.values() if is_required(item)]
