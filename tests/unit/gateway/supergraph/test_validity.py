"""What is wrong with a supergraph is told when it is read: where it stands, and what it is."""

import pytest
from graphql import print_schema

from gateway.errors import InvalidSupergraph
from gateway.planning.snapshot import build_snapshot
from gateway.supergraph.reader import read_supergraph

TEXT = """
schema @link(url: "https://specs.apollo.dev/link/v1.0")
  @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION)
  @link(url: "https://specs.apollo.dev/context/v0.1", for: SECURITY) { query: Query }
enum join__Graph {
  ONE @join__graph(name: "one", url: "http://one")
  TWO @join__graph(name: "two", url: "http://two")
}
type Query @join__type(graph: ONE) @context(name: "shop") {
  currency: String
  work: Work
  item: Item @join__field(graph: ONE, provides: "name")
}
interface Work @join__type(graph: ONE) { id: ID! }
type Item implements Work
  @join__type(graph: ONE, key: "id")
  @join__type(graph: TWO, key: "maker { code }", resolvable: false)
  @join__implements(graph: ONE, interface: "Work") {
  id: ID!
  name: String @join__field(graph: ONE, external: true) @join__field(graph: TWO)
  maker: Maker @join__field(graph: ONE, type: "Maker!") @join__field(graph: TWO, type: "Maker")
  label(size: Int): String @join__field(graph: ONE, requires: "name")
  price: Int
    @join__field(graph: TWO, contextArguments: {CONTEXTS})
}
type Maker @join__type(graph: ONE) @join__type(graph: TWO) { code: ID! }
union Any @join__type(graph: ONE) @join__unionMember(graph: ONE, member: "Item") = Item
""".replace(
    "{CONTEXTS}", '[{name: "in", type: "String", context: "shop", selection: "{ currency }"}]'
)
WIDER = "maker: Wider @join__field(graph: ONE)"


def test_the_text_itself_is_sound() -> None:
    assert set(read_supergraph(TEXT).subgraphs) == {"one", "two"}


@pytest.mark.parametrize(
    ("there", "instead", "told"),
    [
        ('key: "id"', "key: 5", "Item: @join__type(key: 5): key has to be a string"),
        ('key: "id"', 'key: "id {"', "Item: key 'id {': 'id {' is not a field set"),
        ('key: "id"', 'key: "id } query X { id"', "'id } query X { id' is not a field set"),
        ('key: "id"', 'key: "code"', "Item: key 'code': there is no field Item.code"),
        ('key: "id"', 'key: "maker"', "Item.maker needs a selection of its fields"),
        ('key: "id"', 'key: "id { x }"', "Item.id has no fields to select"),
        ('key: "id"', 'key: "... on Gone { id }"', "Gone has no fields"),
        ('key: "id"', 'key: "...Named"', "no place for a named fragment"),
        ('key: "id"', 'key: "code: id"', "no place for directives and aliases"),
        ("maker { code }", "maker { gone }", "there is no field Maker.gone"),
        ('requires: "name"', 'requires: "weight"', "Item.label: requires 'weight': there is no"),
        ('requires: "name"', 'requires: "label(size: $x)"', "no place for variables"),
        ('provides: "name"', 'provides: "weight"', "Query.item: provides 'weight': there is no"),
        ("{ currency }", "{ gone }", "Item.price: in selects '{ gone }': there is no field"),
        ('context: "shop"', 'context: "mall"', "Item.price: nothing sets the context 'mall'"),
        ('@context(name: "shop")', "@context", "Query: @context needs a string for its name"),
        (', type: "String"', "", "has to be a list of name, type, context and selection"),
        ('(graph: ONE, key: "id")', '(key: "id")', "Item: @join__type lacks its argument graph"),
        ("graph: ONE, provides", "graph: SIX, provides", "Query.item: @join__field(graph: SIX)"),
        ("resolvable: false", 'resolvable: "no"', "resolvable has to be true or false"),
        ('type: "Maker!"', 'type: "[Maker"', "type has to be a string with a type"),
        ('name: "one", ', "", "join__Graph.ONE: @join__graph lacks its argument name"),
        ('name: "two"', 'name: "one"', "Two graphs are called 'one'"),
        ('"Work"', '"Maker"', "@join__implements names Maker, which is not declared so"),
        ('member: "Item"', 'member: "Maker"', "@join__unionMember names Maker"),
        ("work: Work", "work: Works", "Unknown type 'Works'"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(there: str, instead: str, told: str) -> None:
    assert there in TEXT
    line = TEXT[: TEXT.index(there)].count("\n") + 1

    with pytest.raises(InvalidSupergraph) as caught:
        read_supergraph(TEXT.replace(there, instead, 1))

    assert told in caught.value.message
    assert f"line {line}: " in caught.value.message


@pytest.mark.parametrize(
    "use", ['@guard(old: "x", new: "y")', "@guard", '@guard(new: "x") @guard(new: "y")']
)
def test_directives_of_other_tools_are_left_alone_however_they_are_used(use: str) -> None:
    defined = "directive @guard(new: String!) on ENUM\n"
    text = TEXT.replace("currency: String", f"currency: String {use}")

    schema = build_snapshot(f"{text}\n{defined}").public_schema

    assert use not in print_schema(schema)
    assert schema.get_directive("guard") is None


def test_a_member_that_its_graph_does_not_know_is_refused() -> None:
    with pytest.raises(InvalidSupergraph, match="Item is not known in the graph TWO"):
        read_supergraph(
            TEXT.replace("implements(graph: ONE", "implements(graph: TWO").replace(
                '@join__type(graph: TWO, key: "maker { code }", resolvable: false)', ""
            )
        )


def test_a_promise_is_read_in_the_words_of_the_subgraph_that_makes_it() -> None:
    text = TEXT.replace(
        "item: Item @join__field(graph: ONE, provides",
        """item: Any
      @join__field(graph: ONE, type: "Item", provides""",
    )

    assert read_supergraph(text).subgraphs["one"].types["Query"].fields["item"].provides == "name"


@pytest.mark.parametrize(
    "wider",
    [
        "interface Wider @join__type(graph: ONE) { size: Int }",
        'union Wider @join__type(graph: ONE) @join__unionMember(graph: ONE, member: "Item") = Item',
    ],
)
@pytest.mark.parametrize(
    ("there", "instead"),
    [
        ("resolvable: false", 'key: "maker { code }", resolvable: false'),
        ('graph: ONE, requires: "name"', 'graph: TWO, requires: "maker { code }"'),
        ("{ currency }", "{ item { maker { code } } }"),
    ],
)
def test_a_field_set_is_read_with_the_types_of_its_subgraph(
    wider: str, there: str, instead: str
) -> None:
    without = TEXT.replace('key: "maker { code }", ', "").replace(there, instead)
    text = without.replace('maker: Maker @join__field(graph: ONE, type: "Maker!")', WIDER)

    fields = read_supergraph(f"{text}\n{wider}").subgraphs["two"].types["Item"].fields

    assert fields["maker"].type.name == "Maker"


def test_what_does_not_parse_is_told_with_its_line() -> None:
    with pytest.raises(InvalidSupergraph, match=r"does not parse: line 9: Syntax Error[^\n]*$"):
        read_supergraph(TEXT.replace("type Query", "type 5"))


def test_of_many_faults_the_first_are_told_and_the_rest_is_counted() -> None:
    fields = "".join(f'\nf{n}: Int @join__field(graph: ONE, requires: "gone")' for n in range(14))

    with pytest.raises(InvalidSupergraph, match=r"Item\.f9.*; and 4 more$"):
        read_supergraph(TEXT.replace("maker: Maker", f"{fields}\nmaker: Maker"))


def test_what_is_nested_without_end_is_refused() -> None:
    deep = "maker { " * 3000

    with pytest.raises(InvalidSupergraph, match="nested too deeply"):
        read_supergraph(TEXT.replace('key: "id"', f'key: "{deep}"'))
    with pytest.raises(InvalidSupergraph, match=r"does not parse: .* nested too deeply"):
        read_supergraph(TEXT.replace("item: Item", f"item: {'[' * 3000}Item"))
