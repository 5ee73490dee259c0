from gateway.planning.graph import Node
from gateway.planning.spares import without_spares
from gateway.planning.ways import Position, Way, WayKind
from gateway.supergraph.model import OutputType

POSITION = Position(None, "", OutputType("Query", "Query", 0), is_abstract=False)


def root(subgraph: str) -> Way:
    return Way(WayKind.ROOT, None, Node(subgraph, "Query"), POSITION, frozenset({"Query"}))


def hop(parent: Way, subgraph: str) -> Way:
    node = Node(subgraph, "Query")
    return Way(WayKind.HOP, parent, node, POSITION, frozenset({"Query"}), inputs=(parent,))


def leaf(parent: Way) -> Way:
    return Way(WayKind.FIELD, parent, None, POSITION, frozenset())


def test_leaves_leave_a_call_together_that_they_alone_keep() -> None:
    start = root("a")
    kept, spare = hop(start, "b"), hop(start, "c")
    rest, (one, other) = leaf(kept), (leaf(kept), leaf(kept))
    leaves = [[(rest,)], [(leaf(spare),), (one,)], [(leaf(spare),), (other,)]]

    assert without_spares(leaves, [options[0] for options in leaves]) == ((rest,), (one,), (other,))


def test_a_call_that_one_leaf_cannot_do_without_is_kept() -> None:
    start = root("a")
    kept, needed = hop(start, "b"), hop(start, "c")
    leaves = [[(leaf(kept),)], [(leaf(needed),)], [(leaf(needed),), (leaf(kept),)]]
    chosen = tuple(options[0] for options in leaves)

    assert without_spares(leaves, chosen) == chosen


def test_a_call_is_not_given_up_for_a_dearer_one() -> None:
    start = root("a")
    near = hop(start, "b")
    far = hop(hop(start, "c"), "d")
    leaves = [[(leaf(near),), (leaf(far),)]]

    assert without_spares(leaves, [leaves[0][0]]) == (leaves[0][0],)
