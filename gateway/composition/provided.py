"""What `@provides` promises below a field: a view that belongs to one path and no other.

A view is the text of a selection, in one spelling; the empty text is no promise.
"""

from collections.abc import Iterable, Iterator
from functools import lru_cache

from graphql import FieldNode, InlineFragmentNode, SelectionNode, print_ast

from gateway.federation_spec.field_sets import parse_field_set

View = str
NO_VIEW: View = ""


def view_of(texts: Iterable[str]) -> View:
    """One view for several selections."""
    return " ".join(sorted({part for text in texts if text for part in _parts(text)}))


def view_below(view: View, field: str, kinds: frozenset[str], provides: str | None) -> View:
    """What is promised below a field: by the view so far, and by the field itself.

    `kinds` are the names that a fragment of the view may have for the object's type.
    """
    if not view and provides is None:
        return NO_VIEW
    return view_of([*_below(view, field, kinds), provides or ""])


def is_promised(view: View, field: str, kinds: frozenset[str]) -> bool:
    """Whether the view names the field of an object of these kinds."""
    return bool(view) and any(node.name.value == field for node in _fields(view, kinds))


def _below(view: View, field: str, kinds: frozenset[str]) -> Iterator[str]:
    for node in _fields(view, kinds):
        if node.name.value == field and node.selection_set is not None:
            yield print_ast(node.selection_set)


def _fields(view: View, kinds: frozenset[str]) -> Iterator[FieldNode]:
    if view:
        yield from _of_kinds(parse_field_set(view).selections, kinds)


def _of_kinds(selections: Iterable[SelectionNode], kinds: frozenset[str]) -> Iterator[FieldNode]:
    for node in selections:
        if isinstance(node, FieldNode):
            yield node
        elif isinstance(node, InlineFragmentNode) and (
            node.type_condition is None or node.type_condition.name.value in kinds
        ):
            yield from _of_kinds(node.selection_set.selections, kinds)


@lru_cache(maxsize=4096)
def _parts(text: str) -> tuple[str, ...]:
    return tuple(" ".join(print_ast(node).split()) for node in parse_field_set(text).selections)
