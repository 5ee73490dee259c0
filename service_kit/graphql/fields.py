"""Fields with resolvers, each with its description and its callers; typed, unlike Strawberry's own.

`@strawberry.field(...)` with arguments makes a function untyped for mypy; these do not. A field
for services alone is @inaccessible: the public graph does not show it.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar, cast

import strawberry
from strawberry.extensions.field_extension import FieldExtension

from service_kit.commands.refusal import Refusal
from service_kit.graphql.access import allow
from service_kit.graphql.hidden import hiding
from service_kit.graphql.payloads import RefusalsBecome
from service_kit.graphql.reading_anew import ReadsAnew

ResolverT = TypeVar("ResolverT", bound=Callable[..., Any])


def query_field(
    *roles: str,
    description: str,
    name: str | None = None,
    deprecation_reason: str | None = None,
) -> Callable[[ResolverT], ResolverT]:
    """Make a method a field of Query that callers with one of the roles may read."""
    return _typed(
        strawberry.field(
            name=name,
            description=description,
            deprecation_reason=deprecation_reason,
            directives=hiding(*roles),
            extensions=[allow(*roles)],
        )
    )


def mutation_field(
    *roles: str,
    description: str,
    refused: Callable[[tuple[Refusal, ...]], object] | None = None,
    name: str | None = None,
    deprecation_reason: str | None = None,
) -> Callable[[ResolverT], ResolverT]:
    """Make a method a field of Mutation that callers with one of the roles may call.

    `refused` makes the payload of the refusals that the method raises; without it they become
    errors of the request.
    """
    guard: list[FieldExtension] = [allow(*roles), ReadsAnew()]
    if refused is not None:
        guard.append(RefusalsBecome(refused))
    return _typed(
        strawberry.mutation(
            name=name,
            description=description,
            deprecation_reason=deprecation_reason,
            directives=hiding(*roles),
            extensions=guard,
        )
    )


def subscription_field(
    *roles: str, description: str, name: str | None = None, directives: Iterable[object] = ()
) -> Callable[[ResolverT], ResolverT]:
    """Make an async generator a field of Subscription for callers with one of the roles."""
    return _typed(
        strawberry.subscription(
            name=name,
            description=description,
            directives=[*directives, *hiding(*roles)],
            extensions=[allow(*roles)],
        )
    )


def resolver_field(
    *roles: str,
    description: str,
    name: str | None = None,
    shareable: bool = False,
    provides: Sequence[str] = (),
    requires: Sequence[str] = (),
    deprecation_reason: str | None = None,
) -> Callable[[ResolverT], ResolverT]:
    """Make a method a field of any other type; with roles, only their callers may read it."""
    return _typed(
        strawberry.federation.field(
            name=name,
            description=description,
            shareable=shareable,
            provides=provides,
            requires=requires,
            deprecation_reason=deprecation_reason,
            directives=hiding(*roles),
            extensions=[allow(*roles)] if roles else [],
        )
    )


def _typed(decorator: Any) -> Callable[[ResolverT], ResolverT]:
    """Give Strawberry's decorator the type of one that leaves the function as it is."""
    return cast("Callable[[ResolverT], ResolverT]", decorator)
