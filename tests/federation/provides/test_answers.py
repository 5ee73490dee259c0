from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

PEOPLE = Held(
    """
      type Query { _: ID }
      type Person @key(fields: "id") { id: ID! name: String @shareable email: String }
    """,
    entities={"Person": [{"id": "p1", "name": "people's Ada", "email": "ada@x"}]},
)
NAMED = {"id": "p1", "name": "forum's Ada"}


async def test_what_a_field_provides_deep_below_takes_no_fetch() -> None:
    served = ServedGraph(
        people=PEOPLE,
        forum=Held(
            """
              type Query { threads: [Thread] @provides(fields: "posts { by { name } }") }
              type Thread { posts: [Post] last: Post }
              type Post { by: Person }
              type Person @key(fields: "id") { id: ID! name: String @external }
            """,
            roots={"threads": [{"posts": [{"by": NAMED}], "last": {"by": NAMED}}]},
        ),
    )

    shown = await served.show("{ threads { posts { by { name } } } }")
    assert shown.data == {"threads": [{"posts": [{"by": {"name": "forum's Ada"}}]}]}
    assert [name for name, _ in served.asked] == ["forum"]

    shown = await served.show("{ threads { last { by { name } } } }")
    assert shown.data == {"threads": [{"last": {"by": {"name": "people's Ada"}}}]}
    assert [name for name, _ in served.asked] == ["forum", "people"]


async def test_what_is_provided_for_one_member_of_a_union_is_fetched_for_the_other() -> None:
    served = ServedGraph(
        people=Held(
            PEOPLE.sdl + 'type Team @key(fields: "id") { id: ID! name: String @shareable }',
            entities={**PEOPLE.entities, "Team": [{"id": "t1", "name": "people's team"}]},
        ),
        forum=Held(
            """
              type Query { author: [Author] @provides(fields: "... on Person { name }") }
              union Author = Person | Team
              type Person @key(fields: "id") { id: ID! name: String @external }
              type Team @key(fields: "id") { id: ID! }
            """,
            roots={
                "author": [{"__typename": "Person", **NAMED}, {"__typename": "Team", "id": "t1"}]
            },
        ),
    )

    shown = await served.show("{ author { ... on Person { name } ... on Team { name } } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "forum" {
      {
        author {
          __typename
          ... on Person {
            name
          }
          ... on Team {
            id
          }
        }
      }
    }
    Fetch #1 "people" after #0 {
      _entities of author[]
        Team { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Team {
            name
          }
        }
      }
    }
  }
}\
""")
    assert shown.data == {"author": [{"name": "forum's Ada"}, {"name": "people's team"}]}
