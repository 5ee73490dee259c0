"""A supergraph as Federation 1 composed them (core v0.2, join v0.1) is planned and answered."""

from typing import Any

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served, answer
from gateway.planning.snapshot import build_snapshot
from gateway.security.authentication import VISITOR
from tests.support.subgraphs import SmallSubgraph, transport_to

SUPERGRAPH = """
schema @core(feature: "https://specs.apollo.dev/core/v0.2")
  @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION) { query: Query }
directive @core(feature: String!, as: String, for: core__Purpose) repeatable on SCHEMA
directive @join__field(graph: join__Graph, requires: join__FieldSet, provides: join__FieldSet)
  on FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__owner(graph: join__Graph!) on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet) repeatable on OBJECT | INTERFACE
enum core__Purpose { EXECUTION SECURITY }
scalar join__FieldSet
enum join__Graph {
  ACCOUNTS @join__graph(name: "accounts" url: "http://accounts")
  BOOKS @join__graph(name: "books" url: "http://books")
  REVIEWS @join__graph(name: "reviews" url: "http://reviews") }
type Query { me: User @join__field(graph: ACCOUNTS) top: Book @join__field(graph: BOOKS) }
type User @join__owner(graph: ACCOUNTS) @join__type(graph: ACCOUNTS, key: "id")
  @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: ACCOUNTS)
  name: String @join__field(graph: ACCOUNTS)
  age: Int
  reviews: [Review] @join__field(graph: REVIEWS) }
type Review @join__owner(graph: REVIEWS) @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: REVIEWS)
  author: User @join__field(graph: REVIEWS, provides: "name")
  of: Work @join__field(graph: REVIEWS) }
type Book @join__owner(graph: BOOKS) @join__type(graph: BOOKS, key: "isbn")
  @join__type(graph: REVIEWS, key: "isbn") {
  isbn: ID! @join__field(graph: BOOKS)
  weight: Int @join__field(graph: BOOKS)
  size: Size @join__field(graph: BOOKS)
  postage: Int @join__field(graph: REVIEWS, requires: "weight") }
type Size { width: Int }
union Work = Book
"""
ANA = {"id": "1", "name": "Ana", "age": 40}
BOOK = {"isbn": "7", "weight": 3, "size": {"width": 20}}


def _graph() -> tuple[SmallSubgraph, SmallSubgraph, SmallSubgraph]:
    accounts = SmallSubgraph(
        "accounts",
        'type Query { me: User } type User @key(fields: "id") { id: ID! name: String age: Int }',
        {"me": ANA},
        {"User": lambda _: ANA},
    )
    books = SmallSubgraph(
        "books",
        """type Query { top: Book } type Size { width: Int }
        type Book @key(fields: "isbn") { isbn: ID! weight: Int size: Size }""",
        {"top": BOOK},
        {"Book": lambda _: BOOK},
    )
    review = {
        "id": "r",
        "author": {"id": "1", "name": "Ana, as provided"},
        "of": {"__typename": "Book", "isbn": "7"},
    }
    reviews = SmallSubgraph(
        "reviews",
        """type Query { none: Int } union Work = Book
        type User @key(fields: "id") { id: ID! @external name: String @external reviews: [Review] }
        type Review @key(fields: "id") { id: ID! author: User @provides(fields: "name") of: Work }
        type Book @key(fields: "isbn") {
          isbn: ID! @external weight: Int @external postage: Int @requires(fields: "weight") }""",
        entities={
            "User": lambda _: {"reviews": [review]},
            "Book": lambda one: {"isbn": one["isbn"], "postage": one["weight"] * 2},
        },
    )
    return accounts, books, reviews


async def _answered(operation: str) -> tuple[Any, list[str]]:
    graph = _graph()
    served = Served(build_snapshot(SUPERGRAPH), PreparationOptions(), 10)
    transport = transport_to(*graph)
    given = await answer(served, transport, OperationRequest(operation, VISITOR))
    assert not given.errors
    return given.data, [request.subgraph for request in transport.requests]


async def test_an_extension_is_entered_by_its_key_and_provides_what_it_says() -> None:
    data, asked = await _answered("{ me { age reviews { id author { id name } } } }")

    assert data == {
        "me": {
            "age": 40,
            "reviews": [{"id": "r", "author": {"id": "1", "name": "Ana, as provided"}}],
        }
    }
    assert asked == ["accounts", "reviews"]


async def test_what_a_field_requires_is_fetched_from_the_owner() -> None:
    data, asked = await _answered("{ top { postage size { width } } }")

    assert data == {"top": {"postage": 6, "size": {"width": 20}}}
    assert asked == ["books", "reviews"]


async def test_what_an_extension_does_not_have_is_asked_of_the_owner() -> None:
    data, asked = await _answered(
        "{ me { reviews { author { age } of { ... on Book { weight size { width } } } } } }"
    )

    assert data == {
        "me": {
            "reviews": [{"author": {"age": 40}, "of": {"weight": 3, "size": {"width": 20}}}],
        }
    }
    assert sorted(asked) == ["accounts", "accounts", "books", "reviews"]
