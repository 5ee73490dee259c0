"""Reading directives and their arguments from syntax."""

from collections.abc import Iterator, Sequence
from typing import Any, Protocol

from graphql import DirectiveNode, value_from_ast_untyped


class WithDirectives(Protocol):
    """Any syntax node that may carry directives."""

    @property
    def directives(self) -> Sequence[DirectiveNode] | None: ...


def directives_named(node: WithDirectives, name: str) -> Iterator[DirectiveNode]:
    """Every use of the directive on the node, in order."""
    return (directive for directive in node.directives or () if directive.name.value == name)


def has_directive(node: WithDirectives, name: str) -> bool:
    """Whether the directive is on the node."""
    return next(directives_named(node, name), None) is not None


def arguments_of(directive: DirectiveNode) -> dict[str, Any]:
    """The arguments as plain Python values; an enum value is its name."""
    return {
        argument.name.value: value_from_ast_untyped(argument.value)
        for argument in directive.arguments or ()
    }


def without_directives(node: WithDirectives, keep: frozenset[str]) -> tuple[DirectiveNode, ...]:
    """The directives of the node whose names are in `keep`."""
    return tuple(directive for directive in node.directives or () if directive.name.value in keep)


def texts_in(value: Any) -> tuple[str, ...]:
    """A list's items; GraphQL takes a single value for a list of one."""
    if value is None:
        return ()
    return tuple(str(item) for item in value) if isinstance(value, list) else (str(value),)
