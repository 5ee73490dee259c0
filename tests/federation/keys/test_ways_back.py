from tests.support.served_graph import Held, ServedGraph


async def test_the_way_back_takes_the_one_key_that_can_be_resolved() -> None:
    served = ServedGraph(
        shop=Held(
            """
              type Query { item: Item }
              type Item @key(fields: "id", resolvable: false) @key(fields: "id code { short }") {
                id: ID! code: Code name: String @external
                label: String @requires(fields: "name")
              }
              type Code { short: String! }
            """,
            roots={"item": {"id": "1", "code": {"short": "x"}}},
            entities={
                "Item": [
                    {
                        "id": "1",
                        "code": {"short": "x"},
                        "label": lambda item: f"{item['name']} {item['code']['short']}",
                    }
                ]
            },
        ),
        names=Held(
            'type Item @key(fields: "id") { id: ID! name: String }',
            entities={"Item": [{"id": "1", "name": "ball"}]},
        ),
    )

    shown = await served.show("{ item { label } }")

    assert not shown.errors
    assert shown.data == {"item": {"label": "ball x"}}


async def test_pieces_of_a_child_come_through_its_parent_and_give_the_next_key() -> None:
    def product(field: str, value: str) -> Held:
        return Held(
            f"""
              type Product @key(fields: "id") {{ id: ID! category: Category @shareable }}
              type Category @shareable {{ {field}: String }}
            """,
            entities={"Product": [{"id": "1", "category": {field: value}}]},
        )

    served = ServedGraph(
        start=Held(
            'type Query { product: Product } type Product @key(fields: "id") { id: ID! }',
            roots={"product": {"id": "1"}},
        ),
        notes=product("details", "round"),
        ids=Held(
            """
              type Product @key(fields: "id") { id: ID! category: Category @shareable }
              type Category @key(fields: "id") { id: ID! }
            """,
            entities={"Product": [{"id": "1", "category": {"id": "c"}}]},
        ),
        names=Held(
            'type Category @key(fields: "id") { id: ID! name: String }',
            entities={"Category": [{"id": "c", "name": "balls"}]},
        ),
    )

    shown = await served.show("{ product { category { details name } } }")

    assert shown.data == {"product": {"category": {"details": "round", "name": "balls"}}}
    assert sorted(name for name, _ in served.asked) == ["ids", "names", "notes", "start"]
