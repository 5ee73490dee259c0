from collections.abc import AsyncGenerator

import pytest
import strawberry

from service_kit.graphql.access import (
    UnguardedOperations,
    allow,
    allow_reference,
    operations,
)
from service_kit.graphql.fields import query_field, resolver_field
from service_kit.graphql.subgraph import InfoOf, SubgraphContext, build_subgraph_schema
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.tokens import service_caller
from tests.support.library import LIBRARIAN, VISITOR, caller_with, context_of, library_schema

SCHEMA = library_schema()
SERVICE = service_caller("order_svc")
PRETENDER = caller_with("service", "visitor")
LEND = 'mutation { bookLend(input: {idempotencyKey: "k", isbn: "isbn-1"}) { book { isbn } } }'


async def codes_for(caller: Caller, document: str) -> list[str]:
    result = await SCHEMA.execute(document, context_value=context_of(caller))
    return [str((error.extensions or {})["code"]) for error in result.errors or []]


@pytest.mark.parametrize(
    ("caller", "document", "codes"),
    [
        (VISITOR, "{ whoami }", []),
        (LIBRARIAN, "{ whoami }", []),
        (SERVICE, "{ whoami }", ["FORBIDDEN"]),
        (SERVICE, '{ book(isbn: "isbn-1") { title } }', []),
        (SERVICE, "{ internal }", []),
        (LIBRARIAN, "{ internal }", ["FORBIDDEN"]),
        (VISITOR, "{ internal }", ["UNAUTHENTICATED"]),
        (PRETENDER, "{ internal }", ["FORBIDDEN"]),
        (service_caller("gateway"), "{ internal }", ["FORBIDDEN"]),
        (service_caller("gateway"), "{ _service { sdl } }", []),
        (VISITOR, '{ book(isbn: "isbn-1") { reader } }', ["UNAUTHENTICATED"]),
        (LIBRARIAN, '{ book(isbn: "isbn-1") { reader } }', []),
        (VISITOR, LEND, ["UNAUTHENTICATED"]),
        (LIBRARIAN, LEND, []),
    ],
)
async def test_a_field_is_reached_only_by_the_roles_it_names(
    caller: Caller, document: str, codes: list[str]
) -> None:
    assert await codes_for(caller, document) == codes


async def test_a_refused_field_is_located_and_its_neighbours_answer() -> None:
    result = await SCHEMA.execute(
        '{ book(isbn: "isbn-1") { title reader } }', context_value=context_of(VISITOR)
    )

    assert result.data == {"book": {"title": "Book 1", "reader": None}}
    assert result.errors
    assert result.errors[0].path == ["book", "reader"]
    assert result.errors[0].locations


@pytest.mark.parametrize(
    ("caller", "code"), [(LIBRARIAN, None), (SERVICE, "FORBIDDEN"), (caller_with("x"), "FORBIDDEN")]
)
async def test_an_entity_is_fetched_only_by_the_roles_it_names(
    caller: Caller, code: str | None
) -> None:
    result = await SCHEMA.execute(
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Book { title } } }",
        {"r": [{"__typename": "Book", "isbn": "isbn-1"}]},
        context_value=context_of(caller),
    )

    assert result.data == {"_entities": [None if code else {"title": "Book 1"}]}
    assert [(error.extensions or {})["code"] for error in result.errors or []] == (
        [code] if code else []
    )


@pytest.mark.parametrize(("caller", "expected"), [(VISITOR, {"count": 0}), (SERVICE, None)])
async def test_a_subscription_is_guarded_too(
    caller: Caller, expected: dict[str, int] | None
) -> None:
    results = [
        result
        async for result in await SCHEMA.stream(
            "subscription { count(to: 1) }", context_value=context_of(caller)
        )
    ]

    if expected:
        assert results[0].data == expected
    else:
        assert [error.extensions["code"] for error in results[0].errors] == ["FORBIDDEN"]


def test_the_matrix_lists_every_guarded_operation() -> None:
    matrix = operations(SCHEMA)

    assert matrix["Query.book"] == {"visitor", "service"}
    assert matrix["Mutation.bookLend"] == {"librarian"}
    assert matrix["Subscription.count"] == {"visitor"}
    assert matrix["Book.reader"] == {"librarian"}
    assert matrix["Shelf.titles"] == {"librarian"}
    assert matrix["_entities.Book"] == {"visitor", "librarian"}
    assert "Query._service" not in matrix
    assert "Book.title" not in matrix


@strawberry.type(description="Read.")
class Guarded:
    @query_field("visitor", description="One.")
    def one(self) -> int:
        return 1


@strawberry.type(name="Mutation", description="Open.")
class OpenMutation:
    @resolver_field(description="Two.")
    def two(self) -> int:
        return 2


@strawberry.type(name="Query", description="Open.")
class OpenQuery:
    @resolver_field(description="Two.")
    def two(self) -> int:
        return 2


@strawberry.type(name="Subscription", description="Open.")
class OpenSubscription:
    async def _three(self) -> AsyncGenerator[int, None]:
        yield 3

    three = strawberry.subscription(resolver=_three, description="Three.")


@strawberry.federation.type(keys=["id"], description="An entity.")
class OpenEntity:
    id: strawberry.ID = strawberry.field(description="Its id.")

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "OpenEntity":  # noqa: A002
        return cls(id=id)


@strawberry.federation.type(keys=["id"], description="A stub that tells more than its key.")
class TellingStub:
    id: strawberry.ID = strawberry.field(description="Its id.")

    @resolver_field(description="More.")
    def more(self) -> str:
        return "more"


@strawberry.federation.type(keys=["id"], description="A stub that tells its key alone.")
class SilentStub:
    id: strawberry.ID = strawberry.field(description="Its id.")


def test_a_schema_in_which_anything_is_open_to_all_is_refused() -> None:
    with pytest.raises(UnguardedOperations) as caught:
        build_subgraph_schema(
            OpenQuery,
            OpenMutation,
            OpenSubscription,
            types=[OpenEntity, TellingStub, SilentStub],
        )

    assert caught.value.names == (
        "Mutation.two",
        "Query.two",
        "Subscription.three",
        "TellingStub.more",
        "_entities.OpenEntity",
    )


def test_a_schema_in_which_everything_names_its_callers_is_built() -> None:
    schema = build_subgraph_schema(Guarded, types=[SilentStub])

    assert operations(schema) == {"Query.one": {"visitor"}}


def test_nobody_at_all_cannot_be_allowed() -> None:
    with pytest.raises(ValueError, match="at least one"):
        allow()
    with pytest.raises(ValueError, match="at least one"):
        allow_reference()


def test_a_guarded_reference_needs_to_know_who_asks() -> None:
    with pytest.raises(TypeError, match="info"):

        @allow_reference("visitor")
        def resolve_reference(key: str) -> str:
            return key


def test_a_guarded_reference_keeps_its_own_parameters() -> None:
    @allow_reference("visitor")
    def resolve_reference(info: InfoOf[SubgraphContext], key: str) -> str:
        return f"{key}{info.context.caller.subject}"

    assert resolve_reference.__name__ == "resolve_reference"


def test_an_anonymous_caller_is_told_to_sign_in() -> None:
    assert VISITOR.kind is CallerKind.ANONYMOUS
