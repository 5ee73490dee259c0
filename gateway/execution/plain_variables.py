"""Variables of built-in scalar types, which are almost always what they should be already."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

from graphql import NamedTypeNode, NonNullTypeNode, VariableDefinitionNode

PlainVariables: TypeAlias = Callable[[Mapping[str, Any]], Mapping[str, Any] | None]
"""Gives the values as they are coerced; None if one of them needs a closer look."""

_CLASSES: Mapping[str, type] = {"ID": str, "String": str, "Boolean": bool, "Int": int}
_SHORT = range(-(1 << 31), 1 << 31)
"""What GraphQL's Int can hold."""
_ABSENT: Any = object()


def plain_variables(definitions: Iterable[VariableDefinitionNode]) -> PlainVariables:
    """Make the check of an operation's variables, once for all requests."""
    expected: list[tuple[str, type, bool, bool]] = []
    for definition in definitions:
        of = definition.type
        required = isinstance(of, NonNullTypeNode)
        of = of.type if isinstance(of, NonNullTypeNode) else of
        kind = _CLASSES.get(of.name.value) if isinstance(of, NamedTypeNode) else None
        if kind is None:
            return _never
        needed = required or definition.default_value is not None
        expected.append((definition.variable.name.value, kind, required, needed))

    def values(sent: Mapping[str, Any]) -> Mapping[str, Any] | None:
        found: dict[str, Any] = {}
        for name, kind, required, needed in expected:
            value = sent.get(name, _ABSENT)
            if value is _ABSENT:
                if needed:
                    return None
                continue
            if value is None:
                if required:
                    return None
            elif type(value) is not kind or (kind is int and value not in _SHORT):
                return None
            found[name] = value
        return found

    return values


def _never(_: Mapping[str, Any]) -> None:
    return None
