from tests.support.served_graph import Held, ServedGraph


async def test_what_is_provided_through_an_interface_counts_for_the_types_that_have_it() -> None:
    served = ServedGraph(
        zoo=Held(
            """
              type Query { animals: [Animal] @shareable }
              interface Animal { id: ID! name: String }
              type Cat implements Animal @key(fields: "id") { id: ID! name: String @shareable }
              type Dog implements Animal @key(fields: "id") { id: ID! name: String @shareable }
            """,
            roots={
                "animals": [
                    {"__typename": "Cat", "id": "c", "name": "zoo's cat"},
                    {"__typename": "Dog", "id": "d", "name": "zoo's dog"},
                ]
            },
            entities={"Dog": [{"id": "d", "name": "zoo's dog"}]},
        ),
        book=Held(
            """
              type Query { page: Page }
              type Page { shows: [Animal] @provides(fields: "... on Cat { name }") }
              interface Animal { id: ID! }
              type Cat implements Animal @key(fields: "id") { id: ID! name: String @external }
              type Dog implements Animal @key(fields: "id") { id: ID! }
            """,
            roots={
                "page": {
                    "shows": [
                        {"__typename": "Cat", "id": "c", "name": "book's cat"},
                        {"__typename": "Dog", "id": "d"},
                    ]
                }
            },
        ),
        names=Held(
            'type Dog @key(fields: "id") { id: ID! name: String @shareable }',
            entities={"Dog": [{"id": "d", "name": "the dog"}]},
        ),
    )

    shown = await served.show("{ page { shows { name } } }")

    assert not shown.errors
    cat, dog = shown.data["page"]["shows"]
    assert cat == {"name": "book's cat"}
    assert dog == {"name": "zoo's dog"}
    assert len(served.asked) == 2
