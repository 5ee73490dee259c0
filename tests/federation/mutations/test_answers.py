from tests.support.served_graph import Held, ServedGraph


async def test_mutations_run_in_the_order_of_the_document_whoever_does_them() -> None:
    done: list[str] = []

    def add(amount: int) -> dict[str, object]:
        done.append(f"add {amount}")
        return {"id": "1", "total": amount}

    def double() -> dict[str, object]:
        done.append("double")
        return {"id": "1"}

    served = ServedGraph(
        sums=Held(
            """
              type Query { _: ID }
              type Mutation { add(amount: Int!): Sum }
              type Sum @key(fields: "id") { id: ID! total: Int }
            """,
            roots={"add": add},
            entities={"Sum": [{"id": "1", "total": 8}]},
        ),
        doubles=Held(
            """
              type Mutation { double: Sum }
              type Sum @key(fields: "id") { id: ID! }
            """,
            roots={"double": double},
        ),
    )

    shown = await served.show(
        """mutation {
             one: add(amount: 1) { total } two: double { total } last: add(amount: 3) { id }
           }"""
    )

    assert done == ["add 1", "double", "add 3"]
    assert [name for name, _ in served.asked] == ["sums", "doubles", "sums", "sums"]
    assert shown.data == {"one": {"total": 1}, "two": {"total": 8}, "last": {"id": "1"}}
