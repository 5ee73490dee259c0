from gateway.planning.doubles import without_doubles
from gateway.planning.effort import Effort
from gateway.planning.graph import KeyMove, Node
from gateway.planning.operation import FieldSelection
from gateway.planning.ways import Position, Way, WayKind
from gateway.supergraph.model import OutputType

ITEM = OutputType("Item", "Item", 0)
TEXT = OutputType("String", "String", 0)
QUERY = Position(None, "", OutputType("Query", "Query", 0), is_abstract=False)

WEIGHT = FieldSelection("weight", None, "", frozenset(), TEXT)


def root(subgraph: str) -> Way:
    return Way(WayKind.ROOT, None, Node(subgraph, "Query"), QUERY, frozenset({"Query"}))


def item(parent: Way, key: str = "item") -> Way:
    node = Node(parent.at.subgraph, "Item")
    position = parent.position.child(key, ITEM, is_abstract=False)
    return grown(key, Way(WayKind.FIELD, parent, node, position, frozenset({"Item"})))


def typed(parent: Way, name: str) -> Way:
    node = Node(parent.at.subgraph, name)
    way = Way(WayKind.TYPE, parent, node, parent.position, frozenset({name}))
    return grown((WayKind.TYPE, name), way)


def hop(parent: Way, subgraph: str, *inputs: Way, requires: tuple[FieldSelection, ...] = ()) -> Way:
    node = Node(subgraph, "Item")
    move = KeyMove(node, (), None)
    way = Way(
        WayKind.HOP,
        parent,
        node,
        parent.position,
        parent.runtime_types,
        move=move,
        inputs=inputs,
        requires=requires,
    )
    return grown((WayKind.HOP, node), way)


def leaf(parent: Way, key: str) -> Way:
    selection = FieldSelection(key, key, "", frozenset(), TEXT)
    position = parent.position.child(key, TEXT, is_abstract=False)
    way = Way(WayKind.FIELD, parent, None, position, frozenset(), selection=selection, output=TEXT)
    return grown(key, way)


def grown(key: object, way: Way) -> Way:
    assert way.parent is not None
    way.parent.children[key] = way
    return way


def test_what_hangs_on_the_later_of_two_ways_to_an_object_moves_to_the_earlier() -> None:
    a, b = root("a"), root("b")
    here, after_a_hop = item(b), hop(item(a), "b")
    size, name = leaf(here, "size"), leaf(after_a_hop, "name")

    moved_size, moved_name = without_doubles(((size,), (name,)), Effort())

    assert moved_size == (size,)
    assert [way.parent for way in moved_name] == [here]
    assert [way.position for way in moved_name] == [name.position]


def test_hops_and_inputs_move_with_what_they_start_from() -> None:
    a, b = root("a"), root("b")
    here, after_a_hop = item(b), hop(item(a), "b")
    elsewhere = hop(item(a, "other"), "c", leaf(after_a_hop, "code"))
    onward = leaf(hop(after_a_hop, "d", leaf(after_a_hop, "code")), "name")

    options = without_doubles(
        ((leaf(here, "size"),), (leaf(elsewhere, "price"),), (onward,)), Effort()
    )

    used = {way for option in options for each in option for way in each.closure}
    assert after_a_hop not in used
    assert {way.at.subgraph for way in used if way.kind is WayKind.HOP} == {"c", "d"}


def test_ways_that_cover_different_types_are_no_doubles() -> None:
    a, b = root("a"), root("b")
    one = item(typed(item(a, "any"), "One"))
    two = item(typed(item(b, "any"), "Two"))
    chosen = ((leaf(hop(one, "c"), "size"),), (leaf(hop(two, "c"), "name"),))

    assert without_doubles(chosen, Effort()) == chosen


def test_a_double_that_spares_no_call_stays() -> None:
    a, b = root("a"), root("b")
    made = hop(item(a), "b", requires=(WEIGHT,))
    here, there = item(item(b), "part"), item(made, "part")
    chosen = ((leaf(made, "made"),), (leaf(here, "size"),), (leaf(there, "name"),))

    assert without_doubles(chosen, Effort()) == chosen
