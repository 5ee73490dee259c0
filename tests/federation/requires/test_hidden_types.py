from typing import Any

from tests.support.served_graph import Held, ServedGraph


async def test_inputs_may_be_of_a_type_that_clients_never_see() -> None:
    def sum_up(order: dict[str, Any]) -> str:
        return f"{order['payer']['__typename']} {order['payer']['code']}"

    served = ServedGraph(
        orders=Held(
            """
              type Query { orders: [Order] }
              type Order @key(fields: "id") { id: ID! payer: Payer }
              interface Payer { code: String }
              type Person implements Payer { code: String }
              type Ghost implements Payer @inaccessible { code: String }
            """,
            roots={
                "orders": [
                    {"id": "1", "payer": {"__typename": "Person", "code": "p"}},
                    {"id": "2", "payer": {"__typename": "Ghost", "code": "g"}},
                ]
            },
        ),
        bills=Held(
            """
              type Order @key(fields: "id") {
                id: ID! payer: Payer @external
                bill: String
                  @requires(fields: "payer { ... on Person { code } ... on Ghost { code } }")
              }
              interface Payer { code: String }
              type Person implements Payer { code: String @external }
              type Ghost implements Payer @inaccessible { code: String @external }
            """,
            entities={"Order": [{"id": "1", "bill": sum_up}, {"id": "2", "bill": sum_up}]},
        ),
    )

    shown = await served.show("{ orders { bill payer { code } } }")

    assert shown.data == {
        "orders": [
            {"bill": "Person p", "payer": {"code": "p"}},
            {"bill": "Ghost g", "payer": None},
        ]
    }
