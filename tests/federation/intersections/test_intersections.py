from tests.support.served_graph import Held, ServedGraph


def state_of(state: str = "NEW") -> list[dict[str, str]]:
    return [{"id": "1", "state": state}]


ORDERS = Held(
    """
      type Query { orders(state: State = NEW): [Order] find(by: By!): Order }
      type Order @key(fields: "id") { id: ID! state: State @shareable }
      enum State { NEW DONE HELD @inaccessible }
      input By { id: ID! shop: String }
    """,
    roots={
        "orders": state_of,
        "find": lambda by: {"id": by["id"], "state": "HELD"},
    },
    entities={"Order": [{"id": "1", "state": "HELD"}]},
)
RETURNS = Held(
    """
      type Query { returned(state: State): [Order] search(by: By!): Order }
      type Order @key(fields: "id") { id: ID! state: State @shareable reason: String }
      enum State { NEW DONE }
      input By { id: ID! reason: String }
    """,
    roots={
        "returned": lambda state=None: [{"id": "1", "state": state}],
        "search": lambda by: {"id": by["id"]},
    },
    entities={"Order": [{"id": "1", "state": "DONE", "reason": "torn"}]},
)


def graph() -> ServedGraph:
    return ServedGraph(orders=ORDERS, returns=RETURNS)


async def test_a_hidden_value_comes_out_as_null_and_cannot_be_put_in() -> None:
    shown = await graph().show('{ find(by: { id: "1" }) { state reason } }')
    assert shown.data == {"find": {"state": None, "reason": "torn"}}

    refused = await graph().refused("{ orders(state: HELD) { id } }")
    assert "HELD" in refused


async def test_a_value_that_all_know_goes_in_and_comes_out() -> None:
    shown = await graph().show("{ orders(state: DONE) { state } returned(state: DONE) { state } }")

    assert shown.data == {"orders": [{"state": "DONE"}], "returned": [{"state": "DONE"}]}


async def test_an_input_has_only_the_fields_that_every_subgraph_knows() -> None:
    refused = await graph().refused('{ find(by: { id: "1", shop: "x" }) { id } }')
    assert "shop" in refused

    refused = await graph().refused('{ search(by: { id: "1", reason: "x" }) { id } }')
    assert "reason" in refused


async def test_a_subgraphs_error_about_a_value_is_passed_on() -> None:
    def fail(state: str | None = None) -> None:
        raise ValueError(f"no {state} here")

    served = ServedGraph(orders=ORDERS, returns=Held(RETURNS.sdl, roots={"returned": fail}))

    shown = await served.show("{ returned(state: DONE) { id } }")

    assert shown.data == {"returned": None}
    assert [error["message"] for error in shown.errors] == ["no DONE here"]


async def test_a_hidden_argument_keeps_its_default() -> None:
    served = ServedGraph(
        mail=Held(
            """
              type Query { letters(draft: Boolean = true @inaccessible, first: Int): [Int] }
            """,
            roots={"letters": lambda draft, first=3: [int(draft)] * first},
        )
    )

    assert (await served.show("{ letters(first: 2) }")).data == {"letters": [1, 1]}
    assert "draft" in await served.refused("{ letters(draft: false) }")
