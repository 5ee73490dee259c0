from tests.support.served_graph import Held, ServedGraph

ACCOUNTS = Held(
    """
      type Query { accounts: [Account] }
      interface Account @key(fields: "id") { id: ID! }
      type Admin implements Account @key(fields: "id") { id: ID! rights: Int }
      type Guest implements Account @key(fields: "id") { id: ID! }
    """,
    roots={"accounts": [{"__typename": "Admin", "id": "1", "rights": 7}]},
    entities={"Account": [{"__typename": "Admin", "id": "1", "rights": 7}]},
)
NAMES = Held(
    """
      type Query { named: [Account] }
      type Account @key(fields: "id") @interfaceObject { id: ID! name: String }
    """,
    roots={"named": [{"id": "1", "name": "Ada"}]},
    entities={"Account": [{"id": "1", "name": "Ada"}]},
)


async def test_a_fragment_on_an_object_shows_the_field_of_the_interface_object() -> None:
    served = ServedGraph(accounts=ACCOUNTS, names=NAMES)

    shown = await served.show(
        "{ accounts { ... on Admin { name rights } ... on Guest { other: name } } }"
    )

    assert shown.data == {"accounts": [{"name": "Ada", "rights": 7}]}


async def test_below_an_interface_object_the_type_is_found_out_before_it_matters() -> None:
    served = ServedGraph(accounts=ACCOUNTS, names=NAMES)

    shown = await served.show("{ named { name ... on Admin { rights } ... on Guest { id } } }")

    assert shown.data == {"named": [{"name": "Ada", "rights": 7}]}
    assert [name for name, _ in served.asked] == ["names", "accounts"]
