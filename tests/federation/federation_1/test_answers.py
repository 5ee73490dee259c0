from tests.support.served_graph import Held, ServedGraph


async def test_subgraphs_of_federation_1_extend_each_others_types() -> None:
    served = ServedGraph(
        accounts=Held(
            """
              # Federation 1
              type Query { me: User }
              type User @key(fields: "id") { id: ID! name: String }
            """,
            roots={"me": {"id": "u1", "name": "Ada"}},
            entities={"User": [{"id": "u1", "name": "Ada"}]},
        ),
        reviews=Held(
            """
              # Federation 1
              extend type Query { latest: Review }
              type Review { by: User @provides(fields: "name") words: String }
              extend type User @key(fields: "id") {
                id: ID! @external name: String @external reviews: [Review]
              }
            """,
            roots={"latest": {"by": {"id": "u1", "name": "A. L."}, "words": "good"}},
            entities={"User": [{"id": "u1", "reviews": [{"words": "good", "by": {"id": "u1"}}]}]},
        ),
    )

    shown = await served.show("{ me { name reviews { words } } }")
    assert shown.data == {"me": {"name": "Ada", "reviews": [{"words": "good"}]}}

    shown = await served.show("{ latest { by { name } } }")
    assert shown.data == {"latest": {"by": {"name": "A. L."}}}
    assert [name for name, _ in served.asked] == ["reviews"]
