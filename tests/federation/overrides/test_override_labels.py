from pathlib import Path
from typing import Any

import pytest

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import OperationRequest, Served
from gateway.planning.labels import LabelSwitches
from gateway.security.authentication import VISITOR
from tests.support.served_graph import Held, ServedGraph

SUPERGRAPH = Path(__file__).with_name("labels.graphql").read_text(encoding="utf-8")


def label_of(item: dict[str, Any]) -> str:
    return f"{item['sku']}: {item['weight']}"


OLD = Held(
    """
      type Query { items: [Item] }
      type Item @key(fields: "sku") {
        sku: ID! name: String weight: Int price: Int label: String @requires(fields: "weight")
      }
    """,
    roots={"items": [{"sku": "o1", "name": "ball", "weight": 100, "price": 1}]},
    entities={
        "Item": [
            {"sku": sku, "name": "ball", "weight": 100, "price": 1, "label": label_of}
            for sku in ("o1", "n1")
        ]
    },
)
NEW = Held(
    """
      type Query { items: [Item] @override(from: "old", label: "list") }
      type Item @key(fields: "sku") {
        sku: ID!
        weight: Int @override(from: "old", label: "percent(25.5)")
        price: Int @override(from: "old", label: "prices")
      }
    """,
    roots={"items": [{"sku": "n1", "weight": 200, "price": 2}]},
    entities={"Item": [{"sku": sku, "weight": 200, "price": 2} for sku in ("o1", "n1")]},
)
SHIPPING = Held(
    """
      type Query { _: ID }
      type Item @key(fields: "sku") {
        sku: ID! weight: Int @external postage: String @requires(fields: "weight")
      }
    """,
    entities={"Item": [{"sku": sku, "postage": label_of} for sku in ("o1", "n1")]},
)


def graph(switches: LabelSwitches) -> ServedGraph:
    return ServedGraph(SUPERGRAPH, switches, old=OLD, new=NEW, shipping=SHIPPING)


async def shown(operation: str, *on: str, draw: float = 0.99) -> tuple[Any, list[str]]:
    served = graph(LabelSwitches(frozenset(on), lambda: draw))
    given = await served.show(operation)
    assert not given.errors
    return given.data, [name for name, _ in served.asked]


async def test_without_its_label_a_field_is_asked_where_it_was() -> None:
    data, asked = await shown("{ items { sku name price } }")
    assert data == {"items": [{"sku": "o1", "name": "ball", "price": 1}]}
    assert asked == ["old"]


async def test_with_its_label_a_field_is_asked_where_it_goes() -> None:
    data, asked = await shown("{ items { sku price } }", "list", "prices")
    assert data == {"items": [{"sku": "n1", "price": 2}]}
    assert asked == ["new"]


async def test_each_field_follows_its_own_label() -> None:
    data, asked = await shown("{ items { price name } }", "prices")
    assert data == {"items": [{"name": "ball", "price": 2}]}
    assert asked == ["old", "new"]

    data, asked = await shown("{ items { price name } }", "list")
    assert data == {"items": [{"name": "ball", "price": 1}]}
    assert asked == ["new", "old"]


@pytest.mark.parametrize(("draw", "weight"), [(0.2549, 200), (0.255, 100), (0.0, 200)])
async def test_a_share_of_requests_is_drawn(draw: float, weight: int) -> None:
    data, _ = await shown("{ items { weight } }", draw=draw)
    assert data == {"items": [{"weight": weight}]}


async def test_what_requires_a_field_is_fed_by_who_has_it_now() -> None:
    operation = "{ items { postage } }"

    data, asked = await shown(operation)
    assert data == {"items": [{"postage": "o1: 100"}]}
    assert asked == ["old", "shipping"]

    data, asked = await shown(operation, draw=0.0)
    assert data == {"items": [{"postage": "o1: 200"}]}
    assert asked == ["old", "new", "shipping"]


async def test_the_former_owner_that_requires_the_field_gets_it_from_the_new_one() -> None:
    data, asked = await shown("{ items { label } }", draw=0.0)
    assert data == {"items": [{"label": "o1: 200"}]}
    assert asked == ["old", "new", "old"]


async def test_a_developer_says_which_labels_are_active_and_no_others() -> None:
    served = Served(
        graph(LabelSwitches()).snapshot,
        PreparationOptions(),
        10,
        LabelSwitches(frozenset({"list", "prices"}), lambda: 0.0),
    )
    document = "{ items { price weight } }"

    chosen = OperationRequest(document, VISITOR, labels=frozenset({"prices"}))
    prepared = await served.prepared(document, None, chosen.labels)

    assert [fetch.subgraph for fetch in prepared.plan.fetches] == ["old", "new"]


async def test_only_the_labels_that_an_operation_touches_tell_its_plans_apart() -> None:
    draws = iter([0.0, 0.99, 0.0, 0.99, 0.0])
    served = Served(
        graph(LabelSwitches()).snapshot,
        PreparationOptions(),
        10,
        LabelSwitches(draw=lambda: next(draws)),
    )

    # The weight is required by others, so any operation may come to need it.
    first = await served.prepared("{ items { name } }", None)
    assert await served.prepared("{ items { name } }", None) is not first
    assert await served.prepared("{ items { name } }", None) is first
    assert served.prepared_once == 2


async def test_an_operation_that_touches_no_label_has_one_plan() -> None:
    planner = graph(LabelSwitches()).snapshot.planner

    assert planner.labelled.touched_by("{ items { name } }") == {"list", "percent(25.5)"}
    assert planner.labelled.touched_by("{ _ }") == {"percent(25.5)"}
    assert planner.labelled.touched_by("{ items { price } }") == {
        "list",
        "prices",
        "percent(25.5)",
    }
