import strawberry
from graphql import parse, print_schema

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.planning.snapshot import build_snapshot
from gateway.supergraph.public_schema import public_schema
from gateway.supergraph.reader import read_supergraph
from tests.support.federated_graph import linked


def supergraph(**sdls: str) -> str:
    return compose(
        [SubgraphDefinition(name, f"http://{name}", linked(sdl)) for name, sdl in sdls.items()]
    )


def public(**sdls: str) -> str:
    return print_schema(public_schema(read_supergraph(supergraph(**sdls))))


def test_the_same_subgraphs_always_give_the_same_text() -> None:
    sdls = {"b": "type Query { b: Int }", "a": "type Query { a: Int }"}

    assert supergraph(**sdls) == supergraph(**sdls)


def test_a_field_known_everywhere_needs_no_join_and_a_special_one_says_why() -> None:
    text = supergraph(
        one="""
          type Query { a: A }
          type A @key(fields: "id") { id: ID! x: Int @shareable w: Int }
        """,
        two="""
          type A @key(fields: "id") @key(fields: "x", resolvable: false) {
            id: ID! x: Int @shareable w: Int @external y: Int @requires(fields: "w") }
        """,
    )

    assert "\n  id: ID!\n" in text
    assert "\n  x: Int\n" in text
    assert "w: Int @join__field(graph: ONE) @join__field(graph: TWO, external: true)" in text
    assert 'y: Int @join__field(graph: TWO, requires: "w")' in text
    assert '@join__type(graph: TWO, key: "x", resolvable: false)' in text


def test_output_types_become_as_general_as_needed() -> None:
    text = supergraph(
        one="type Query { a: [A!]! @shareable b: B @shareable } type A @shareable { x: Int } "
        "interface B { x: Int } type C implements B @shareable { x: Int }",
        two="type Query { a: [A]! @shareable b: C! @shareable } type A @shareable { x: Int } "
        "interface B { x: Int } type C implements B @shareable { x: Int }",
    )

    one, two = '@join__field(graph: ONE, type: "[A!]!")', '@join__field(graph: TWO, type: "[A]!")'
    assert f"a: [A]! {one} {two}" in text
    one, two = '@join__field(graph: ONE, type: "B")', '@join__field(graph: TWO, type: "C!")'
    assert f"b: B {one} {two}" in text


def test_inputs_become_what_all_understand() -> None:
    text = public(
        one="type Query { a(i: I, x: Int, only: Int): Int @shareable } input I { p: Int q: Int }",
        two="type Query { a(i: I, x: Int!): Int @shareable } input I { p: Int! r: Int }",
    )

    assert "a(i: I, x: Int!): Int" in text
    assert "input I {\n  p: Int!\n}" in text


def test_enums_merge_by_how_they_are_used() -> None:
    text = public(
        one="type Query { a: Out b(e: In): Int } enum Out { A } enum In { A B }",
        two="type Query { c: Out d(e: In): Int } enum Out { C } enum In { B C }",
    )

    assert "enum Out {\n  A\n  C\n}" in text
    assert "enum In {\n  B\n}" in text


def test_unions_and_interfaces_merge_their_members() -> None:
    text = public(
        one="type Query { u: U } union U = A type A implements I { x: Int } interface I { x: Int }",
        two="type Query { v: U } union U = B type B implements I { x: Int } interface I { x: Int }",
    )

    assert "union U = A | B" in text
    assert "type B implements I" in text


def test_words_for_people_are_kept() -> None:
    text = public(
        one='''
          type Query {
            "What there is."
            a("How many." first: Int = 3): Int @deprecated(reason: "Use b.")
          }
          """
          A thing.

          In two paragraphs.
          """
          scalar Thing @specifiedBy(url: "https://example.org")
        '''
    )

    assert '"""What there is."""' in text
    assert '"""How many."""' in text
    assert "first: Int = 3" in text
    assert '@deprecated(reason: "Use b.")' in text
    assert "In two paragraphs." in text
    assert '@specifiedBy(url: "https://example.org")' in text


def test_tags_and_composed_directives_pass_through() -> None:
    text = supergraph(
        one="""
          extend schema
            @link(url: "https://specs.apollo.dev/federation/v2.7",
              import: ["@tag", "@composeDirective"])
            @link(url: "https://example.org/streams/v1.0", import: ["@eventSource"])
            @composeDirective(name: "@eventSource")
          directive @eventSource(stream: String!) on FIELD_DEFINITION
          type Query { a: Int @tag(name: "shop") @eventSource(stream: "orders") }
        """
    )

    assert '@link(url: "https://example.org/streams/v1.0", import: ["@eventSource"])' in text
    assert '@tag(name: "shop")' in text
    assert "directive @eventSource(stream: String!) on FIELD_DEFINITION" in text
    assert 'a: Int @tag(name: "shop") @eventSource(stream: "orders")' in text
    assert "eventSource" not in print_schema(public_schema(read_supergraph(text)))


def test_renamed_imports_and_root_types_are_understood() -> None:
    text = supergraph(
        one="""
          extend schema @link(url: "https://specs.apollo.dev/federation/v2.7", as: "fed",
            import: [{name: "@key", as: "@primary"}])
          schema { query: Root }
          type Root { a: A self: Root }
          type A @primary(fields: "id") { id: ID! x: Int @fed__shareable }
        """,
        two='type A @key(fields: "id") { id: ID! x: Int @shareable }',
    )

    assert '@join__type(graph: ONE, key: "id")' in text
    assert "self: Query" in text


def test_what_strawberry_prints_composes() -> None:
    @strawberry.federation.type(keys=["sku"])
    class Item:
        sku: strawberry.ID
        name: str = strawberry.federation.field(shareable=True)

    @strawberry.type
    class Query:
        @strawberry.field
        def item(self) -> Item | None:
            return None

    sdl = strawberry.federation.Schema(query=Query, federation_version="2.9").as_str()
    snapshot = build_snapshot(compose([SubgraphDefinition("items", "http://items", sdl)]))

    assert snapshot.supergraph.subgraphs["items"].types["Item"].keys[0].fields == "sku"
    assert "_Any" not in print_schema(snapshot.public_schema)
    assert snapshot.planner.plan(parse("{ item { name } }")).fetches[0].operation == (
        "{ item { name } }"
    )


def test_names_that_are_no_enum_values_get_one() -> None:
    text = supergraph(**{"inventory-svc": "type Query { a: Int }", "2nd": "type Query { b: Int }"})

    assert 'INVENTORY_SVC @join__graph(name: "inventory-svc", url: "http://inventory-svc")' in text
    assert '_2ND @join__graph(name: "2nd"' in text
