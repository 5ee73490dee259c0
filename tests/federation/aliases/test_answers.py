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


async def test_what_is_renamed_within_a_renamed_object_finds_its_place() -> None:
    cat, dog = {"__typename": "Cat", "id": "c"}, {"__typename": "Dog", "id": "d"}
    served = ServedGraph(
        finds=Held(
            """
              type Query { lost: [Found] }
              union Found = Cat | Dog
              type Cat @key(fields: "id") { id: ID! }
              type Dog @key(fields: "id") { id: ID! }
            """,
            roots={"lost": [cat, dog]},
        ),
        house=Held(
            """
              interface Pet { owner: Owner tag: String }
              type Cat implements Pet @key(fields: "id") { id: ID! owner: Owner! tag: String }
              type Dog implements Pet @key(fields: "id") { id: ID! owner: Owner tag: String! }
              type Owner { first: Kept }
              union Kept = Cat | Dog
            """,
            entities={
                "Cat": [{**cat, "owner": {"first": {**dog, "tag": "x1"}}}],
                "Dog": [{**dog, "owner": {"first": {**dog, "tag": "x2"}}}],
            },
        ),
    )

    shown = await served.show(
        "{ lost { ... on Pet { owner { first { ... on Found { ... on Pet { tag } } } } } } }"
    )

    renames = [line.strip() for line in shown.plan.splitlines() if "rename" in line]
    assert renames == snapshot(["rename _a1_owner to owner", "rename owner.first._a1_tag to tag"])
    assert not shown.errors
    assert shown.data == {
        "lost": [{"owner": {"first": {"tag": "x1"}}}, {"owner": {"first": {"tag": "x2"}}}]
    }
