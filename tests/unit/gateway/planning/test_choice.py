from gateway.planning.choice import MOST_BRANCHING_GROUPS, choose, cost_of
from gateway.planning.graph import Node
from gateway.planning.ways import Position, Way, WayKind
from gateway.supergraph.model import OutputType

POSITION = Position(None, "", OutputType("Query", "Query", 0), is_abstract=False)


def root(subgraph: str) -> Way:
    return Way(WayKind.ROOT, None, Node(subgraph, "Query"), POSITION, frozenset({"Query"}))


def hop(parent: Way, subgraph: str, *inputs: Way) -> Way:
    node = Node(subgraph, "Query")
    return Way(WayKind.HOP, parent, node, POSITION, frozenset({"Query"}), inputs=inputs)


def leaf(parent: Way) -> Way:
    return Way(WayKind.FIELD, parent, None, POSITION, frozenset())


def test_a_leaf_joins_the_request_that_another_leaf_needs_anyway() -> None:
    a, b = root("a"), root("b")
    forced, free = leaf(b), (leaf(a), leaf(b))

    chosen = choose([[(free[0],), (free[1],)], [(forced,)]])

    assert chosen == ((free[1],), (forced,))


def test_the_greedy_choice_is_improved_when_a_shared_request_saves_others() -> None:
    a, b, c = root("a"), root("b"), root("c")
    leaves = [
        [(leaf(a),), (leaf(c),)],
        [(leaf(b),), (leaf(c),)],
    ]

    chosen = choose(leaves)

    assert {way.carrier for option in chosen for way in option} == {c}


def test_side_by_side_is_cheaper_than_one_after_the_other() -> None:
    start = root("a")
    near = hop(start, "b", start)
    far = hop(start, "c", near)

    assert cost_of([(hop(start, "c", start),), (near,)]) < cost_of([(far,), (near,)])


def test_equal_calls_of_one_stage_cost_one_request() -> None:
    start = root("a")
    one, other = hop(start, "b", start), hop(start, "b", start)
    elsewhere = hop(start, "c", start)

    assert cost_of([(one,), (other,)]) < cost_of([(one,), (elsewhere,)])


def value(parent: Way) -> Way:
    return Way(WayKind.FIELD, parent, Node(parent.at.subgraph, "Value"), POSITION, frozenset())


def test_what_was_chosen_too_early_among_very_many_is_chosen_anew() -> None:
    a, b, c = root("a"), root("b"), root("c")
    early = [(value(a),), (value(b),)]
    others = [[(value(b),), (value(c),)] for _ in range(MOST_BRANCHING_GROUPS)]

    chosen = choose([early, *others])

    assert {way.carrier for option in chosen for way in option} == {b}
