"""A supergraph as Federation 2.0 composed them (join v0.2): unions do not say who knows whom."""

from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

SUPERGRAPH = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.2", for: EXECUTION) { query: Query }
directive @join__field(graph: join__Graph!, requires: join__FieldSet, provides: join__FieldSet,
  type: String, external: Boolean, override: String, usedOverridden: Boolean)
  repeatable on FIELD_DEFINITION | INPUT_FIELD_DEFINITION
directive @join__graph(name: String!, url: String!) on ENUM_VALUE
directive @join__implements(graph: join__Graph!, interface: String!)
  repeatable on OBJECT | INTERFACE
directive @join__type(graph: join__Graph!, key: join__FieldSet, extension: Boolean! = false,
  resolvable: Boolean! = true)
  repeatable on OBJECT | INTERFACE | UNION | ENUM | INPUT_OBJECT | SCALAR
directive @link(url: String, as: String, for: link__Purpose, import: [link__Import])
  repeatable on SCHEMA
scalar join__FieldSet
scalar link__Import
enum link__Purpose { SECURITY EXECUTION }
enum join__Graph {
  SHELVES @join__graph(name: "shelves", url: "http://shelves")
  PRICES @join__graph(name: "prices", url: "http://prices") }
type Query @join__type(graph: SHELVES) @join__type(graph: PRICES) {
  found: [Any] @join__field(graph: SHELVES)
  works: [Work] @join__field(graph: SHELVES)
  cheap: [Any] @join__field(graph: PRICES) }
union Any @join__type(graph: SHELVES) @join__type(graph: PRICES) = Book | Film | Voucher
interface Work @join__type(graph: SHELVES) { id: ID! weight: Int }
type Book implements Work @join__implements(graph: SHELVES, interface: "Work")
  @join__type(graph: SHELVES, key: "id") @join__type(graph: PRICES, key: "id", extension: true) {
  id: ID!
  weight: Int @join__field(graph: SHELVES) @join__field(graph: PRICES, external: true)
  postage: String @join__field(graph: PRICES, requires: "weight")
  price: Int @join__field(graph: PRICES, override: "shelves") }
type Film implements Work @join__implements(graph: SHELVES, interface: "Work")
  @join__type(graph: SHELVES, key: "id") {
  id: ID!
  weight: Int }
type Voucher @join__type(graph: PRICES) { worth: Int }
"""
BOOK = {"__typename": "Book", "id": "1", "weight": 3, "price": "STALE"}
FILM = {"__typename": "Film", "id": "2", "weight": 1}
SHELVES = Held(
    """
      type Query { found: [Any] works: [Work] }
      union Any = Book | Film
      interface Work { id: ID! weight: Int }
      type Book implements Work @key(fields: "id") { id: ID! weight: Int price: String }
      type Film implements Work @key(fields: "id") { id: ID! weight: Int }
    """,
    roots={"found": [BOOK, FILM], "works": [BOOK, FILM]},
    entities={"Book": [BOOK]},
)
PRICES = Held(
    """
      type Query { cheap: [Any] }
      union Any = Book | Voucher
      type Voucher { worth: Int }
      extend type Book @key(fields: "id") {
        id: ID! @external weight: Int @external price: Int
        postage: String @requires(fields: "weight") }
    """,
    roots={"cheap": [{"__typename": "Voucher", "worth": 5}, {"__typename": "Book", "id": "1"}]},
    entities={"Book": [{"id": "1", "price": 9, "postage": lambda book: f"for {book['weight']}"}]},
)


def _graph() -> ServedGraph:
    return ServedGraph(SUPERGRAPH, shelves=SHELVES, prices=PRICES)


async def test_a_subgraph_is_only_asked_for_the_members_that_it_knows() -> None:
    graph = _graph()

    shown = await graph.show(
        "{ cheap { ... on Book { id } ... on Film { weight } ... on Voucher { worth } } }"
    )

    assert shown.data == {"cheap": [{"worth": 5}, {"id": "1"}]}
    assert shown.plan == snapshot("""\
QueryPlan {
  Fetch #0 "prices" {
    {
      cheap {
        __typename
        ... on Book {
          id
        }
        ... on Voucher {
          worth
        }
      }
    }
  }
}\
""")


async def test_fields_are_required_overridden_and_entered_by_key() -> None:
    graph = _graph()

    found = await graph.show("{ found { ... on Book { price postage } ... on Film { weight } } }")
    works = await graph.show("{ works { weight ... on Book { price } } }")

    assert found.data == {"found": [{"price": 9, "postage": "for 3"}, {"weight": 1}]}
    assert works.data == {"works": [{"weight": 3, "price": 9}, {"weight": 1}]}
