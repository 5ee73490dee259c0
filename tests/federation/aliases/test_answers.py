import pytest
from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph


async def test_unlike_fields_under_one_key_are_asked_under_two_and_shown_under_one() -> None:
    served = ServedGraph(
        house=Held(
            """
              type Query { pets: [Pet] }
              union Pet = Cat | Dog
              type Cat { name: String! @shareable mice: [Int] }
              type Dog { name: String tricks: Tricks }
              type Tricks { known: [String] }
            """,
            roots={
                "pets": [
                    {"__typename": "Cat", "name": "Tom", "mice": [1, 2]},
                    {"__typename": "Dog", "name": None, "tricks": {"known": ["sit"]}},
                ]
            },
        ),
        street=Held("type Query { strays: Int } type Cat { name: String @shareable }"),
    )

    shown = await served.show("{ pets { ... on Cat { name } ... on Dog { name } } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Fetch #0 "house" {
    {
      pets {
        __typename
        ... on Cat {
          name
        }
        ... on Dog {
          _a1_name: name
        }
      }
    }
    rename pets[]._a1_name to name
  }
}\
""")
    assert not shown.errors
    assert shown.data == {"pets": [{"name": "Tom"}, {"name": None}]}


@pytest.mark.parametrize("below", ["__typename: name", "... on Cat { __typename: name }"])
async def test_no_value_can_pass_for_the_name_of_a_type(below: str) -> None:
    served = ServedGraph(
        house=Held(
            """
              type Query { pet: Pet }
              interface Pet { name: String }
              type Cat implements Pet { name: String }
            """,
            roots={"pet": {"__typename": "Cat", "name": "Dog"}},
        ),
    )

    told = await served.refused(f"{{ pet {{ {below} }} }}")

    assert told == '"__typename" cannot be an alias of "name".'
    shown = await served.show("{ pet { kind: __typename __typename name } }")
    assert shown.data == {"pet": {"kind": "Cat", "__typename": "Cat", "name": "Dog"}}
