"""An operation as a newcomer can read it: values in place of variables, the unessential folded.

Left out are idempotency keys, the errors asked for, whatever a document keeps in a fragment, and
what is long in a variable; `…` stands in their place. Long ids are cut.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final, TypeAlias

from graphql import parse
from graphql.language import (
    ArgumentNode,
    FieldNode,
    InlineFragmentNode,
    ListValueNode,
    ObjectFieldNode,
    ObjectValueNode,
    OperationDefinitionNode,
    SelectionNode,
    SelectionSetNode,
    ValueNode,
    VariableNode,
    print_ast,
)

Variables: TypeAlias = Mapping[str, Any]

UNSHOWN_FIELDS: Final = frozenset({"userErrors"})
UNSHOWN_INPUTS: Final = frozenset({"idempotencyKey"})
LONGEST_TEXT: Final = 28
LONGEST_OBJECT: Final = 60
INDENT: Final = "  "
MORE: Final = "…"


@dataclass(frozen=True, slots=True)
class Block:
    """Something in braces: `head`, then `children` between `opening` and `closing`."""

    head: "Piece"
    opening: str
    children: tuple["Piece", ...]
    closing: str
    separator: str = ""


Piece: TypeAlias = str | Block


def folded(text: str, variables: Variables, width: int) -> str:
    """Write the operation of a document in as few lines of `width` columns as can be read."""
    found = [one for one in parse(text).definitions if isinstance(one, OperationDefinitionNode)]
    if len(found) != 1:
        raise ValueError("A document of the story holds one operation.")
    operation = found[0]
    kind = operation.operation.value
    block = _braces(f"{kind} ", operation.selection_set, variables)
    return "\n".join(_laid(block, "", width))


def _braces(head: Piece, selected: SelectionSetNode, variables: Variables) -> Block:
    return Block(head, "{", tuple(_selections(selected.selections, variables)), "}")


def _selections(selections: Iterable[SelectionNode], variables: Variables) -> Iterator[Piece]:
    more = False
    for one in selections:
        if isinstance(one, FieldNode):
            if one.name.value not in UNSHOWN_FIELDS:
                yield _field(one, variables)
        elif isinstance(one, InlineFragmentNode):
            condition = one.type_condition.name.value if one.type_condition else ""
            yield _braces(f"... on {condition} ", one.selection_set, variables)
        else:
            more = True
    if more:
        yield MORE


def _field(field: FieldNode, variables: Variables) -> Piece:
    alias = f"{field.alias.value}: " if field.alias else ""
    head: Piece = f"{alias}{field.name.value}"
    arguments = tuple(_named(field.arguments, variables))
    if arguments:
        head = Block(head, "(", arguments, ")", ",")
    if field.selection_set is None:
        return head
    return _braces(_followed(head), field.selection_set, variables)


def _followed(head: Piece) -> Piece:
    """Add the space that stands between a field and its selection."""
    return f"{head} " if isinstance(head, str) else replace(head, closing=f"{head.closing} ")


def _named(
    given: Sequence[ArgumentNode] | Sequence[ObjectFieldNode] | None, variables: Variables
) -> Iterator[Piece]:
    for one in given or ():
        if one.name.value not in UNSHOWN_INPUTS:
            yield _prefixed(f"{one.name.value}: ", _value(one.value, variables))


def _prefixed(prefix: str, value: Piece) -> Piece:
    return prefix + value if isinstance(value, str) else replace(value, head=prefix)


def _value(node: ValueNode, variables: Variables) -> Piece:
    match node:
        case VariableNode():
            return _literal(variables.get(node.name.value))
        case ObjectValueNode():
            return Block("", "{", tuple(_named(node.fields, variables)), "}", ",")
        case ListValueNode():
            return Block(
                "", "[", tuple(_value(one, variables) for one in node.values or ()), "]", ","
            )
        case _:
            return print_ast(node)


def _literal(value: Any) -> Piece:
    match value:
        case Mapping() if len(json.dumps(value)) > LONGEST_OBJECT:
            return f"{{{MORE}}}"
        case list() | tuple() if len(json.dumps(value)) > LONGEST_OBJECT:
            return f"[{MORE}]"
        case Mapping():
            known = {name: one for name, one in value.items() if name not in UNSHOWN_INPUTS}
            children = (_prefixed(f"{name}: ", _literal(one)) for name, one in known.items())
            return Block("", "{", tuple(children), "}", ",")
        case list() | tuple():
            return Block("", "[", tuple(_literal(one) for one in value), "]", ",")
        case str() if len(value) > LONGEST_TEXT and " " not in value:
            return json.dumps(value[:8] + MORE, ensure_ascii=False)
        case _:
            return json.dumps(value, ensure_ascii=False)


def _flat(piece: Piece) -> str:
    if isinstance(piece, str):
        return piece
    inside = f"{piece.separator} ".join(_flat(child) for child in piece.children)
    gap = " " if piece.opening == "{" and not piece.separator else ""
    return f"{_flat(piece.head)}{piece.opening}{gap}{inside}{gap}{piece.closing}"


def _laid(piece: Piece, indent: str, width: int) -> list[str]:
    """Write a piece in one line if it fits, else its children in lines of their own."""
    flat = indent + _flat(piece)
    if isinstance(piece, str) or len(flat) <= width:
        return [flat]
    *before, head = _laid(piece.head, indent, width) if piece.head else [indent]
    opened = head + piece.opening
    in_one = head + _flat(replace(piece, head=""))
    if before and len(in_one) <= width:
        return [*before, in_one]
    if hugged := _hugged(piece, indent, width):
        first, *inner, last = hugged
        return [*before, opened + first.strip(), *inner, last + piece.closing]
    return [*before, opened, *_packed(piece, indent + INDENT, width), indent + piece.closing]


def _hugged(piece: Block, indent: str, width: int) -> list[str]:
    """Write the only argument of a block, which needs no lines of its own for its braces."""
    if not piece.separator or len(piece.children) != 1:
        return []
    laid = _laid(piece.children[0], indent, width)
    return laid if len(laid) > 1 else []


def _packed(piece: Block, indent: str, width: int) -> list[str]:
    """Write the children, as many short ones to a line as fit."""
    lines: list[str] = []
    room = False
    last = len(piece.children) - 1
    for place, child in enumerate(piece.children):
        comma = piece.separator if place < last else ""
        laid = _laid(child, indent, width - len(comma))
        laid[-1] += comma
        single = len(laid) == 1
        if room and single and len(lines[-1]) + 1 + len(laid[0].strip()) <= width:
            lines[-1] += f" {laid[0].strip()}"
        else:
            lines += laid
        room = single
    return lines
