"""Who may see an element: `@authenticated`, `@requiresScopes`, `@policy`, and how demands add up.

What several subgraphs demand of one element, a caller must meet altogether: nobody gets round the
demand of one subgraph by way of another.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from typing import TypeAlias

from graphql.language.print_string import print_string

Alternatives: TypeAlias = tuple[tuple[str, ...], ...]
"""Any of these is enough, each as a whole; where there is none, nobody has enough."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller has to have; None and False demand nothing."""

    authenticated: bool = False
    scopes: Alternatives | None = None
    policies: Alternatives | None = None

    def __and__(self, other: "Access") -> "Access":
        """Both demands."""
        return Access(
            self.authenticated or other.authenticated,
            _both(self.scopes, other.scopes),
            _both(self.policies, other.policies),
        )

    def covers(self, other: "Access") -> bool:
        """Whether whoever meets this demand also meets the other."""
        return (
            (self.authenticated or not other.authenticated)
            and _covers(self.scopes, other.scopes)
            and _covers(self.policies, other.policies)
        )

    def directives(self) -> Iterator[str]:
        """As directives of a supergraph."""
        if self.authenticated:
            yield "@authenticated"
        if self.scopes is not None:
            yield f"@requiresScopes(scopes: {_written(self.scopes)})"
        if self.policies is not None:
            yield f"@policy(policies: {_written(self.policies)})"


NO_DEMAND = Access()


def together(demands: Iterable[Access]) -> Access:
    """All of these demands."""
    result = NO_DEMAND
    for each in demands:
        result &= each
    return result


def _both(left: Alternatives | None, right: Alternatives | None) -> Alternatives | None:
    if left is None or left == right:
        return right
    if right is None:
        return left
    pairs = (tuple(sorted({*one, *other})) for one, other in product(left, right))
    return _without_superfluous(tuple(dict.fromkeys(pairs)))


def _without_superfluous(alternatives: Alternatives) -> Alternatives:
    """Who needs less for one alternative never takes one that asks for more."""
    return tuple(
        each for each in alternatives if not any(set(other) < set(each) for other in alternatives)
    )


def _covers(mine: Alternatives | None, other: Alternatives | None) -> bool:
    if other is None:
        return True
    return mine is not None and all(any(set(o) <= set(m) for o in other) for m in mine)


def _written(alternatives: Alternatives) -> str:
    groups = (", ".join(quoted(name) for name in group) for group in alternatives)
    return f"[{', '.join(f'[{group}]' for group in groups)}]"


def quoted(text: str) -> str:
    """A GraphQL string on one line."""
    return print_string(text)
