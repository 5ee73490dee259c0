from typing import Any

from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph


def weight(_: object, unit: str = "g") -> str:
    return {"g": "500 g", "kg": "0.5 kg"}[unit]


GOODS = Held(
    """
      type Query { item: Item }
      type Item @key(fields: "id") { id: ID! weight(unit: String = "g"): String fragile: Boolean }
    """,
    roots={"item": {"id": "1", "weight": weight, "fragile": True}},
    entities={"Item": [{"id": "1", "weight": weight, "fragile": True}]},
)
SHIPPING = Held(
    """
      type Item @key(fields: "id") {
        id: ID!
        weight(unit: String = "g"): String @external
        parcel: String @requires(fields: "weight(unit: \\"kg\\")")
        letter: String @requires(fields: "weight(unit: \\"g\\")")
      }
    """,
    entities={
        "Item": [
            {
                "id": "1",
                "parcel": lambda item: f"parcel of {item['weight']}",
                "letter": lambda item: f"letter of {item['weight']}",
            }
        ]
    },
)
INSURANCE = Held(
    """
      type Item @key(fields: "id") {
        id: ID! parcel: String @external fragile: Boolean @external
        premium: String @requires(fields: "parcel fragile")
      }
    """,
    entities={
        "Item": [{"id": "1", "premium": lambda item: f"{item['parcel']}, {item['fragile']}"}]
    },
)


async def test_inputs_follow_inputs_and_keep_their_own_arguments() -> None:
    served = ServedGraph(goods=GOODS, shipping=SHIPPING, insurance=INSURANCE)

    shown = await served.show('{ item { weight(unit: "g") premium } }')

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "goods" {
      {
        item {
          weight(unit: "g")
          id
          _i0_weight: weight(unit: "kg")
          fragile
        }
      }
    }
    Fetch #1 "shipping" after #0 {
      _entities of item
        * as Item { id weight from _i0_weight }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            parcel
          }
        }
      }
    }
    Fetch #2 "insurance" after #1 {
      _entities of item
        * as Item { id parcel fragile }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Item {
            premium
          }
        }
      }
    }
  }
}\
""")
    assert not shown.errors
    assert shown.data == {"item": {"weight": "500 g", "premium": "parcel of 0.5 kg, True"}}


async def test_fields_that_require_one_field_with_unlike_arguments_are_asked_apart() -> None:
    served = ServedGraph(goods=GOODS, shipping=SHIPPING)

    shown = await served.show("{ item { parcel letter weight } }")

    assert not shown.errors
    assert shown.data == {
        "item": {
            "parcel": "parcel of 0.5 kg",
            "letter": "letter of 500 g",
            "weight": "500 g",
        }
    }
    assert [name for name, _ in served.asked] == ["goods", "shipping"]


async def test_inputs_behind_an_interface_are_sent_for_the_type_they_are_of() -> None:
    def carrier(order: dict[str, Any]) -> str:
        return " and ".join(sorted(order["way"]))

    served = ServedGraph(
        orders=Held(
            """
              type Query { orders: [Order] }
              type Order @key(fields: "id") { id: ID! way: Way }
              interface Way { name: String }
              type Road implements Way { name: String toll: Int }
              type Sea implements Way { name: String port: String }
            """,
            roots={
                "orders": [
                    {"id": "1", "way": {"__typename": "Road", "name": "A1", "toll": 3}},
                    {"id": "2", "way": {"__typename": "Sea", "name": "S2", "port": "Hull"}},
                    {"id": "3", "way": None},
                ]
            },
        ),
        carriers=Held(
            """
              type Order @key(fields: "id") {
                id: ID!
                way: Way @external
                carrier: String
                  @requires(fields: "way { name ... on Road { toll } ... on Sea { port } }")
              }
              interface Way { name: String }
              type Road implements Way { name: String @external toll: Int @external }
              type Sea implements Way { name: String @external port: String @external }
            """,
            entities={
                "Order": [
                    {"id": "1", "carrier": carrier},
                    {"id": "2", "carrier": carrier},
                    {"id": "3", "carrier": lambda order: f"none: {order['way']}"},
                ]
            },
        ),
    )

    shown = await served.show("{ orders { carrier } }")

    assert not shown.errors
    assert shown.data == {
        "orders": [
            {"carrier": "__typename and name and toll"},
            {"carrier": "__typename and name and port"},
            {"carrier": "none: None"},
        ]
    }
