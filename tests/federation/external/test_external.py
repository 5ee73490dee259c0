from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph

USERS = Held(
    'type Query { user: User } type User @key(fields: "id") { id: ID! name: String }',
    roots={"user": {"id": "u1", "name": "Ada"}},
    entities={"User": [{"id": "u1", "name": "Ada"}]},
)
PRIZES = Held(
    """
      type Query { winner: User }
      type User @key(fields: "id") {
        id: ID!
        name: String @external
        prize: String @requires(fields: "name")
      }
    """,
    roots={"winner": {"id": "u1", "name": "POISON"}},
    entities={"User": [{"id": "u1", "prize": lambda user: f"for {user['name']}"}]},
)


async def test_an_external_field_is_never_asked_where_it_is_only_named() -> None:
    shown = await ServedGraph(users=USERS, prizes=PRIZES).show("{ winner { name } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "prizes" {
      {
        winner {
          id
        }
      }
    }
    Fetch #1 "users" after #0 {
      _entities of winner
        * as User { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            name
          }
        }
      }
    }
  }
}\
""")
    assert shown.data == {"winner": {"name": "Ada"}}


async def test_an_external_field_is_sent_to_whom_requires_it() -> None:
    shown = await ServedGraph(users=USERS, prizes=PRIZES).show("{ winner { prize } }")

    assert shown.data == {"winner": {"prize": "for Ada"}}
