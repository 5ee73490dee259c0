from tests.support.served_graph import Held, ServedGraph

OFFER = """
  interface Offer { id: ID! price: Int }
  type Sale implements Offer @key(fields: "id") { id: ID! price: Int }
  type Gift implements Offer @key(fields: "id") { id: ID! price: Int }
"""
OLD = [
    {"__typename": "Sale", "id": "s1", "price": -1},
    {"__typename": "Gift", "id": "g1", "price": 0},
]


async def test_a_former_owner_is_not_asked_even_behind_an_interface() -> None:
    served = ServedGraph(
        old=Held(OFFER + "type Query { offers: [Offer] }", roots={"offers": OLD}),
        new=Held(
            'type Sale @key(fields: "id") { id: ID! price: Int @override(from: "old") }',
            entities={"Sale": [{"id": "s1", "price": 9}]},
        ),
    )

    shown = await served.show("{ offers { __typename price } }")

    assert shown.data == {
        "offers": [{"__typename": "Sale", "price": 9}, {"__typename": "Gift", "price": 0}]
    }


async def test_who_requires_a_moved_field_is_fed_by_its_new_owner() -> None:
    served = ServedGraph(
        old=Held(
            'type Query { sale: Sale } type Sale @key(fields: "id") { id: ID! price: Int }',
            roots={"sale": {"id": "s1", "price": -1}},
        ),
        new=Held(
            'type Sale @key(fields: "id") { id: ID! price: Int @override(from: "old") }',
            entities={"Sale": [{"id": "s1", "price": 9}]},
        ),
        labels=Held(
            """
              type Sale @key(fields: "id") {
                id: ID! price: Int @external label: String @requires(fields: "price")
              }
            """,
            entities={"Sale": [{"id": "s1", "label": lambda sale: f"only {sale['price']}"}]},
        ),
    )

    shown = await served.show("{ sale { label } }")

    assert shown.data == {"sale": {"label": "only 9"}}
    assert [name for name, _ in served.asked] == ["old", "new", "labels"]
