"""Which variables count once an event is there: whoever differs in one needs another answer."""

import pytest

from gateway.execution.preparation import PreparationOptions, prepare
from gateway.execution.subscription_root import Listed
from tests.support.live_gateway import ORDERS, PLACES
from tests.support.subgraphs import SmallSubgraph, snapshot_of

SNAPSHOT = snapshot_of(SmallSubgraph("orders", ORDERS), SmallSubgraph("places", PLACES))


@pytest.mark.parametrize(
    ("operation", "expected"),
    [
        ("orderChanged(orderId: $a) { seq }", ()),
        ("orderChanged(orderId: $a) { order { status @include(if: $x) } }", ("x",)),
        (
            """orderChanged(orderId: $a) { seq }
            orderChanged(orderId: $a) { order { status @include(if: $x) } }""",
            ("x",),
        ),
        (
            "...F } fragment F on Subscription { orderChanged(orderId: $a) { seq @skip(if: $x) }",
            ("x",),
        ),
        (
            """orderChanged(orderId: $a) { ...A } ... { orderChanged(orderId: $a) { ...B } }
            } fragment A on OrderChange { seq @skip(if: $y) }
            fragment B on OrderChange { order { id @skip(if: $x) } """,
            ("x", "y"),
        ),
    ],
)
def test_all_but_those_in_the_arguments_of_the_root_field_alone(
    operation: str, expected: tuple[str, ...]
) -> None:
    used = ["$a: ID", *(f"${name}: Boolean = false" for name in "xy" if f"${name}" in operation)]
    text = f"subscription({', '.join(used)}) {{ {operation} }}"
    prepared = prepare(SNAPSHOT, text, None, PreparationOptions())

    assert prepared.subscription is not None
    assert prepared.subscription.resolving == expected


@pytest.mark.parametrize(
    ("argument", "expected"),
    [
        ("ids: [ID!]", {"ids": Listed("orders", "id")}),
        ("ids: [ID!]!", {"ids": Listed("orders", "id")}),
        ("ids: String", {}),
        ("id: [ID!]", {}),
        ("names: [String!]", {}),
    ],
)
def test_an_argument_that_lists_keys_names_what_the_payload_lists_of_those(
    argument: str, expected: dict[str, Listed]
) -> None:
    graph = ORDERS.replace("{ order: Order type", "{ orders: [Order] type").replace(
        "orderChanged(orderId: ID,", f"orderChanged({argument},"
    )
    snapshot = snapshot_of(SmallSubgraph("orders", graph.replace('["orderId", ', "[")))
    value = "[]" if "[" in argument else '"a"'
    name = argument.partition(":")[0]
    text = f"subscription {{ orderChanged({name}: {value}) {{ seq }} }}"

    prepared = prepare(snapshot, text, None, PreparationOptions())

    assert prepared.subscription is not None
    assert prepared.subscription.listed == expected
