from tests.support.served_graph import Held, ServedGraph

STOCK = Held(
    """
      type Query { items: [Item] }
      type Item @key(fields: "sku") { sku: ID! cost: Int @inaccessible state: State }
      enum State { SOLD LOST @inaccessible }
    """,
    roots={
        "items": [
            {"sku": "1", "cost": 5, "state": "SOLD"},
            {"sku": "2", "cost": 6, "state": "LOST"},
        ]
    },
)
SALES = Held(
    """
      type Item @key(fields: "sku") {
        sku: ID! cost: Int @external price: Int @requires(fields: "cost")
      }
    """,
    entities={"Item": [{"sku": sku, "price": lambda item: 2 * item["cost"]} for sku in ("1", "2")]},
)


async def test_a_hidden_field_feeds_others_and_is_never_shown() -> None:
    served = ServedGraph(stock=STOCK, sales=SALES)

    shown = await served.show("{ items { price } }")
    assert shown.data == {"items": [{"price": 10}, {"price": 12}]}

    assert "Cannot query field 'cost'" in await served.refused("{ items { cost } }")


async def test_a_hidden_value_of_an_enum_is_null() -> None:
    shown = await ServedGraph(stock=STOCK, sales=SALES).show("{ items { state } }")

    assert shown.data == {"items": [{"state": "SOLD"}, {"state": None}]}
