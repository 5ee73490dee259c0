import pytest
from graphql import parse, print_schema

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition
from gateway.errors import InvalidSupergraph
from gateway.planning.snapshot import Snapshot, build_snapshot
from gateway.supergraph.model import EventSource, EventSourceKind
from tests.support.live import EVENT_SOURCE
from tests.support.subgraphs import SmallSubgraph, composed, snapshot_of

ORDERS = SmallSubgraph(
    "orders",
    EVENT_SOURCE
    + """
    type Query { order: Order }
    type Order @key(fields: "id") @key(fields: "code") { id: ID! code: String! status: String }
    type Place @key(fields: "id") { id: ID! @shareable }
    union Subject = Order | Place
    type Move { place: Place from: String subject: Subject }
    type Change { cursor: String! seq: Int order: Order moves: [Move!] }
    type Subscription {
      changed(orderId: ID, since: String): Change!
        @eventSource(stream: "order_log", match: ["orderId"], unrestricted: ["operator"],
          roles: ["operator", "customer"], grants: ["customer:customer"])
      level: Int @eventSource(stream: "order_log", match: [], kind: STATE, unrestricted: [])
      tick: Int
    }
    """,
)
PLACES = SmallSubgraph(
    "places",
    """
    type Query { places: [Place] }
    type Place @key(fields: "id") { id: ID! @shareable name: String }
    """,
)


@pytest.fixture(scope="module")
def snapshot() -> Snapshot:
    return snapshot_of(ORDERS, PLACES)


def test_the_directive_is_read_from_the_supergraph(snapshot: Snapshot) -> None:
    assert snapshot.supergraph.event_sources == {
        "changed": EventSource(
            field="changed",
            subgraph="orders#events",
            stream="order_log",
            match=("orderId",),
            kind=EventSourceKind.LOSSLESS,
            unrestricted=frozenset({"operator"}),
            roles=frozenset({"operator", "customer"}),
            grants=("customer:customer",),
        ),
        "level": EventSource(
            "level", "orders#events", "order_log", (), EventSourceKind.STATE, frozenset()
        ),
    }


def test_a_filter_by_what_is_no_argument_does_not_make_a_snapshot() -> None:
    text = composed([ORDERS, PLACES])

    with pytest.raises(InvalidSupergraph, match="changed names oderId"):
        build_snapshot(text.replace('match: ["orderId"]', 'match: ["oderId"]'))


def test_clients_see_nothing_of_the_directive(snapshot: Snapshot) -> None:
    text = print_schema(snapshot.public_schema)

    assert "changed(" in text
    assert "eventSource" not in text
    assert "EventSourceKind" not in text


def test_an_event_gives_its_own_fields_and_keys_and_the_rest_is_fetched(
    snapshot: Snapshot,
) -> None:
    operation = """subscription { changed(orderId: "1") {
      cursor order { id code status } moves { from place { name } } } }"""

    first, *others = snapshot.planner.plan(parse(operation)).fetches

    assert first.subgraph == "orders#events"
    assert first.operation == (
        'subscription { changed(orderId: "1") { cursor order { id } moves { from place { id } } } }'
    )
    assert {fetch.subgraph: fetch.operation.split("{ ... on ")[1] for fetch in others} == {
        "orders": "Order { code status } } }",
        "places": "Place { name } } }",
    }


def test_a_field_without_the_directive_stays_with_its_subgraph(snapshot: Snapshot) -> None:
    plan = snapshot.planner.plan(parse("subscription { tick }"))

    assert [fetch.subgraph for fetch in plan.fetches] == ["orders"]


def test_an_imported_name_is_the_name_that_counts() -> None:
    renamed = (
        ORDERS.sdl.replace(
            'import: ["@eventSource"]', 'import: [{name: "@eventSource", as: "@fromLog"}]'
        )
        .replace("@eventSource(", "@fromLog(")
        .replace('composeDirective(name: "@eventSource")', 'composeDirective(name: "@fromLog")')
    )
    text = compose(
        [
            SubgraphDefinition("orders", "http://orders", renamed),
            SubgraphDefinition("places", "http://places", PLACES.sdl),
        ]
    )

    assert '{name: "@eventSource", as: "@fromLog"}' in text
    assert set(build_snapshot(text).supergraph.event_sources) == {"changed", "level"}


def test_a_supergraph_with_a_kind_unknown_here_is_refused() -> None:
    text = composed([ORDERS, PLACES]).replace("kind: STATE", "kind: SOMETIMES")

    with pytest.raises(InvalidSupergraph, match="level"):
        build_snapshot(text)


def test_a_restriction_that_is_misspelt_is_refused_and_not_passed_over() -> None:
    text = composed([ORDERS, PLACES]).replace('roles: ["operator"', 'rolez: ["operator"')

    with pytest.raises(InvalidSupergraph, match="changed has no argument rolez"):
        build_snapshot(text)


def test_a_type_that_fields_use_too_is_composed_like_any_other() -> None:
    sdl = ORDERS.sdl.replace("tick: Int", "tick: Int kind: EventSourceKind")

    text = compose([SubgraphDefinition("orders", "http://orders", sdl)])

    assert 'import: ["@eventSource"]' in text
    assert text.count("enum EventSourceKind\n  @join__type(graph: ORDERS)") == 1
    assert "EventSourceKind" in print_schema(build_snapshot(text).public_schema)
