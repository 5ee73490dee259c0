from inline_snapshot import snapshot

from gateway.planning.plan import (
    Condition,
    EntityCall,
    Fetch,
    ListStep,
    OperationKind,
    QueryPlan,
    Rename,
    Representation,
    RepresentationField,
    RepresentationFragment,
    TypeStep,
)
from gateway.planning.plan_text import path_text, plan_text


def test_a_path_is_written_with_its_lists_and_types() -> None:
    path = ("orders", ListStep(), TypeStep(frozenset({"B", "A"})), "item")

    assert path_text(path) == "orders[]{A|B}.item"


def test_an_empty_plan_says_so() -> None:
    assert plan_text(QueryPlan(OperationKind.QUERY)) == "QueryPlan {}"


def test_everything_a_fetch_says_is_shown() -> None:
    key = RepresentationField("key", "_i0_key", (RepresentationField("id", "id"),))
    card = RepresentationFragment(frozenset({"Card"}), (RepresentationField("code", "code"),))
    call = EntityCall(
        "_entities",
        "representations",
        (("a",), ("b", ListStep())),
        (
            Representation(frozenset({"A"}), "A", (key,)),
            Representation(frozenset({"B", "C"}), "I", (card,)),
        ),
        (Rename(("x",), "_a1_y", "y"),),
    )
    plan = QueryPlan(
        OperationKind.MUTATION,
        (
            Fetch(0, "one", OperationKind.MUTATION, "mutation { a }", None),
            Fetch(
                1,
                "two",
                OperationKind.QUERY,
                "{ _entities(representations: $representations) { ... on A { x } } }",
                None,
                depends_on=(0,),
                entity_calls=(call,),
                conditions=(Condition("yes"), Condition("no", negated=True)),
            ),
        ),
    )

    assert plan_text(plan) == snapshot("""\
QueryPlan {
  Sequence {
    Mutation #0 "one" {
      mutation {
        a
      }
    }
    Fetch #1 "two" after #0 if $yes and not $no {
      _entities of a, b[]
        A { key from _i0_key { id } }
        B | C as I { ... on Card { code } }
      {
        _entities(representations: $representations) {
          ... on A {
            x
          }
        }
      }
      rename x._a1_y to y
    }
  }
}\
""")
