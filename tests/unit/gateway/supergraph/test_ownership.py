"""Supergraphs of Federation 1: join v0.1, where types have owners."""

from gateway.supergraph.model import Key
from gateway.supergraph.reader import read_supergraph

FEDERATION_1 = """
schema @core(feature: "https://specs.apollo.dev/core/v0.2")
  @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION) { query: Query }
scalar join__FieldSet
enum join__Graph {
  ACCOUNTS @join__graph(name: "accounts" url: "http://accounts")
  BOOKS @join__graph(name: "books" url: "http://books")
  REVIEWS @join__graph(name: "reviews" url: "http://reviews") }
type Query { me: User @join__field(graph: ACCOUNTS) top: Book @join__field(graph: BOOKS) }
type User @join__owner(graph: ACCOUNTS) @join__type(graph: ACCOUNTS, key: "id")
  @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: ACCOUNTS)
  name: String
  reviews: [Review] @join__field(graph: REVIEWS) }
type Review @join__owner(graph: REVIEWS) @join__type(graph: REVIEWS, key: "id") {
  id: ID! @join__field(graph: REVIEWS)
  author: User @join__field(graph: REVIEWS, provides: "name")
  of: Work @join__field(graph: REVIEWS) }
type Book @join__owner(graph: BOOKS) @join__type(graph: BOOKS, key: "isbn")
  @join__type(graph: REVIEWS, key: "isbn maker { code }") {
  isbn: ID! @join__field(graph: BOOKS)
  weight: Int @join__field(graph: BOOKS)
  maker: Maker @join__field(graph: BOOKS)
  size: Size @join__field(graph: BOOKS)
  postage: Int @join__field(graph: REVIEWS, requires: "weight") }
type Maker @join__owner(graph: BOOKS) @join__type(graph: BOOKS, key: "code") {
  code: ID! city: String }
type Size { width: Int }
union Work = Book | User
"""
READ = read_supergraph(FEDERATION_1)
BOOKS, REVIEWS, ACCOUNTS = (READ.subgraphs[name].types for name in ("books", "reviews", "accounts"))


def test_a_field_that_names_no_graph_is_its_owners_alone() -> None:
    assert set(ACCOUNTS["User"].fields) == {"id", "name"}
    assert not ACCOUNTS["User"].is_extension
    assert "User" not in BOOKS


def test_an_extension_has_its_own_fields_and_knows_those_of_its_keys() -> None:
    user = REVIEWS["User"]

    assert user.is_extension
    assert user.keys == (Key("id"),)
    assert {name: field.external for name, field in user.fields.items()} == {
        "id": True,
        "name": True,  # it is provided by Review.author
        "reviews": False,
    }


def test_what_a_field_requires_is_known_where_it_is_required() -> None:
    book = REVIEWS["Book"]

    assert book.fields["postage"].requires == "weight"
    assert book.fields["weight"].external
    assert "size" not in book.fields


def test_the_parts_of_a_key_are_known_with_their_types() -> None:
    assert set(REVIEWS["Maker"].fields) == {"code"}
    assert not REVIEWS["Maker"].fields["code"].external
    assert REVIEWS["Maker"].keys == ()


def test_value_types_and_unions_are_known_everywhere_with_the_members_known_there() -> None:
    assert all("Size" in types for types in (BOOKS, REVIEWS, ACCOUNTS))
    assert REVIEWS["Work"].runtime_types == {"Book", "User"}
    assert BOOKS["Work"].runtime_types == {"Book"}
    assert ACCOUNTS["Work"].runtime_types == {"User"}
