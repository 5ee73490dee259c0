"""One graph as two composers write it: every directive on a line of its own, or all on one line."""

from graphql import lexicographic_sort_schema, print_schema

from gateway.planning.snapshot import build_snapshot

APOLLO = """
schema
  @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/tag/v0.3")
  @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY)
  @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY)
  @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY)
  @link(url: "https://example.org/mood/v1.0", import: ["@mood"])
{
  query: Query
}

directive @authenticated on FIELD_DEFINITION | OBJECT | INTERFACE | SCALAR | ENUM

directive @context(name: String!) repeatable on INTERFACE | OBJECT | UNION

directive @context__fromContext(field: context__ContextFieldValue) on ARGUMENT_DEFINITION

directive @join__directive(graphs: [join__Graph!], name: String!, args: join__DirectiveArguments) repeatable on SCHEMA | OBJECT | INTERFACE | FIELD_DEFINITION

directive @mood(name: String!) on FIELD_DEFINITION

directive @tag(name: String!) repeatable on FIELD_DEFINITION | OBJECT

input join__ContextArgument {
  name: String!
  type: String!
  context: String!
  selection: join__FieldValue!
}

scalar context__ContextFieldValue

scalar join__DirectiveArguments

scalar join__FieldSet

scalar join__FieldValue

enum join__Graph {
  MEDIA @join__graph(name: "media", url: "http://media")
  STARS @join__graph(name: "stars", url: "http://stars")
}

scalar link__Import

enum link__Purpose {
  SECURITY
  EXECUTION
}

scalar requiresScopes__Scope

interface Work
  @join__type(graph: MEDIA, key: "id")
  @join__type(graph: STARS, key: "id", isInterfaceObject: true)
{
  id: ID!
  title: String @join__field(graph: MEDIA) @join__field(graph: STARS, external: true)
  rank: Int @join__field(graph: STARS, requires: "title")
}

type Book implements Work
  @join__implements(graph: MEDIA, interface: "Work")
  @join__type(graph: MEDIA, key: "id")
  @join__type(graph: MEDIA, key: "isbn { code }", resolvable: false)
  @context(name: "media__shop")
{
  id: ID!
  title: String @authenticated
  isbn: Isbn
  price: Int @join__field(graph: MEDIA, contextArguments: [{context: "media__shop", name: "in", type: "String", selection: " { title }"}])
  rank: Int @join__field
  hidden: Int @inaccessible @mood(name: "shy") @requiresScopes(scopes: [["a", "b"], ["c"]]) @tag(name: "x")
}

type Isbn
  @join__type(graph: MEDIA)
{
  code: ID!
  old: Int @join__field(graph: MEDIA, override: "stars", overrideLabel: "percent(5)") @join__field(graph: STARS, overrideLabel: "percent(5)")
}

enum Kind
  @join__type(graph: MEDIA)
{
  PAPER @join__enumValue(graph: MEDIA)
}

type Query
  @join__type(graph: MEDIA)
  @join__type(graph: STARS)
{
  works(kind: Kind): [Work] @join__field(graph: MEDIA)
  any: Any @join__field(graph: MEDIA)
}

union Any
  @join__type(graph: MEDIA)
  @join__unionMember(graph: MEDIA, member: "Book")
 = Book
"""  # noqa: E501  # composers write long lines
GUILD = """
schema @link(url: "https://specs.apollo.dev/link/v1.0") @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY) @link(url: "https://specs.apollo.dev/tag/v0.3") @link(url: "https://specs.apollo.dev/inaccessible/v0.2", for: SECURITY) @link(url: "https://specs.apollo.dev/requiresScopes/v0.1", for: SECURITY) @link(url: "https://specs.apollo.dev/authenticated/v0.1", for: SECURITY) @link(url: "https://example.org/mood/v1.0", import: ["@mood"]) {
  query: Query
}

directive @join__enumValue(graph: join__Graph!) repeatable on ENUM_VALUE

directive @context(name: String!) repeatable on OBJECT | INTERFACE | UNION

directive @mood(name: String!) on FIELD_DEFINITION

input join__ContextArgument { name: String! type: String! context: String! selection: join__FieldValue! }

scalar join__FieldSet

scalar join__FieldValue

scalar context__ContextFieldValue

scalar link__Import

scalar requiresScopes__Scope

enum link__Purpose { SECURITY EXECUTION }

enum join__Graph {
  MEDIA @join__graph(name: "media", url: "http://media")
  STARS @join__graph(name: "stars", url: "http://stars")
}

type Query @join__type(graph: MEDIA) @join__type(graph: STARS) {
  works(kind: Kind): [Work] @join__field(graph: MEDIA)
  any: Any @join__field(graph: MEDIA)
}

union Any @join__type(graph: MEDIA) @join__unionMember(graph: MEDIA, member: "Book") = Book

type Book implements Work @join__type(graph: MEDIA, key: "id") @join__type(graph: MEDIA, key: "isbn { code }", resolvable: false) @join__implements(graph: MEDIA, interface: "Work") @context(name: "media__shop") {
  id: ID!
  title: String @authenticated
  isbn: Isbn
  price: Int @join__field(
    graph: MEDIA
    contextArguments: [{context: "media__shop", name: "in", type: "String", selection: " { title }"}]
  )
  rank: Int @join__field
  hidden: Int @mood(name: "shy") @inaccessible @tag(name: "x") @requiresScopes(scopes: [["a", "b"], ["c"]])
}

type Isbn @join__type(graph: MEDIA) {
  code: ID!
  old: Int @join__field(graph: MEDIA, override: "stars", overrideLabel: "percent(5)") @join__field(graph: STARS, overrideLabel: "percent(5)")
}

interface Work @join__type(graph: MEDIA, key: "id") @join__type(graph: STARS, key: "id", isInterfaceObject: true) {
  id: ID!
  title: String
  rank: Int @join__field(graph: STARS, requires: "title")
}

enum Kind @join__type(graph: MEDIA) { PAPER @join__enumValue(graph: MEDIA) }
"""  # noqa: E501  # likewise


def test_both_are_the_same_graph() -> None:
    apollo, guild = build_snapshot(APOLLO), build_snapshot(GUILD)

    assert apollo.supergraph.subgraphs == guild.supergraph.subgraphs
    assert apollo.supergraph.demands == guild.supergraph.demands
    assert apollo.supergraph.contexts == guild.supergraph.contexts == {"media__shop": ("Book",)}
    one, other = (
        print_schema(lexicographic_sort_schema(each.public_schema)) for each in (apollo, guild)
    )
    assert one == other
    shown = print_schema(apollo.public_schema)
    assert "hidden" not in shown
    assert "__" not in shown
    assert "@mood" not in shown


def test_what_an_interface_object_requires_is_not_its_own_even_where_nobody_says_so() -> None:
    stars = build_snapshot(GUILD).supergraph.subgraphs["stars"].types["Work"]

    assert stars.is_interface_object
    assert {name: each.external for name, each in stars.fields.items()} == {
        "id": False,
        "title": True,
        "rank": False,
    }
