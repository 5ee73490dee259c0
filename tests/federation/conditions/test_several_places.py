"""A field that stands in several places, each under conditions of its own."""

from collections.abc import Sequence
from typing import Any

import pytest
from inline_snapshot import snapshot

from tests.support.served_graph import Held, Record, ServedGraph

BILL = {"id": "1", "total": 3, "text": "Thank you"}


def till(done: list[str]) -> ServedGraph:
    def run(name: str) -> Any:
        def resolve() -> Record:
            done.append(name)
            return BILL

        return resolve

    return ServedGraph(
        payments=Held(
            """
              type Query { _: ID }
              type Mutation { pay: Bill charge: Bill }
              type Bill @key(fields: "id") { id: ID! total: Int }
            """,
            roots={"pay": run("pay"), "charge": run("charge")},
            entities={"Bill": [BILL]},
        ),
        letters=Held(
            """
              type Mutation { post: Bill }
              type Bill @key(fields: "id") { id: ID! text: String }
            """,
            roots={"post": run("post")},
            entities={"Bill": [BILL]},
        ),
    )


BESIDE = """mutation ($a: Boolean!, $b: Boolean!) {
  pay { total } charge @include(if: $a) { total } charge @include(if: $b) { text } }"""
IN_FRAGMENTS = """
  mutation ($a: Boolean!, $b: Boolean!) { pay { total } ...A @include(if: $a) ...B @skip(if: $b) }
  fragment A on Mutation { charge { total } post { total } }
  fragment B on Mutation { charge { text } post { text } }
"""


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
async def test_a_mutation_runs_only_if_one_of_its_places_is_included(
    first: bool, second: bool
) -> None:
    done: list[str] = []
    served = till(done)
    bill = {**({"total": 3} if first else {}), **({"text": "Thank you"} if second else {})}
    charged = {"charge": bill} if first or second else {}
    posted = {"post": bill} if first or second else {}

    shown = await served.show(BESIDE, a=first, b=second)

    assert done == ["pay", *charged]
    assert not shown.errors
    assert shown.data == {"pay": {"total": 3}, **charged}
    done.clear()

    shown = await served.show(IN_FRAGMENTS, a=first, b=not second)

    assert done == ["pay", *charged, *posted]
    assert shown.data == {"pay": {"total": 3}, **charged, **posted}


@pytest.mark.parametrize("between", ["pay", "post"])
@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("second", [False, True])
async def test_a_mutation_runs_where_it_is_included_first(
    between: str, first: bool, second: bool
) -> None:
    done: list[str] = []
    charged = {"total": 3} if first else {}

    shown = await till(done).show(
        f"""mutation ($a: Boolean!, $b: Boolean!) {{
          charge @include(if: $a) {{ total }}
          {between} {{ id }}
          charge @include(if: $b) {{ text }} }}""",
        a=first,
        b=second,
    )

    expected = {"charge": {**charged, **({"text": "Thank you"} if second else {})}}
    rest = {between: {"id": "1"}}
    assert not shown.errors
    if first:
        assert shown.data == {**expected, **rest}
    else:
        assert shown.data == ({**rest, **expected} if second else rest)
    assert list(shown.data) == done


async def test_a_field_is_written_once_for_each_of_its_conditions() -> None:
    shown = await till([]).show(BESIDE, a=True, b=False)

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Mutation #0 "payments" {
      mutation ($a: Boolean!, $b: Boolean!) {
        pay {
          total
        }
        charge @include(if: $a) {
          total
        }
        charge @include(if: $b) {
          id
        }
      }
    }
    Fetch #1 "letters" after #0 if $b {
      _entities of charge
        * as Bill { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Bill {
            text
          }
        }
      }
    }
  }
}\
""")


async def test_a_request_with_several_reasons_is_sent_for_any_of_them() -> None:
    shown = await till([]).show(IN_FRAGMENTS, a=True, b=True)

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Mutation #0 "payments" {
      mutation ($a: Boolean!, $b: Boolean!) {
        pay {
          total
        }
        charge @include(if: $a) {
          total
        }
        charge @skip(if: $b) {
          id
        }
      }
    }
    Fetch #1 "letters" after #0 if not $b {
      _entities of charge
        * as Bill { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Bill {
            text
          }
        }
      }
    }
    Mutation #2 "letters" after #1 if $a or not $b {
      mutation ($a: Boolean!, $b: Boolean!) {
        post {
          id @include(if: $a)
          text @skip(if: $b)
        }
      }
    }
    Fetch #3 "payments" after #2 if $a {
      _entities of post
        * as Bill { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on Bill {
            total
          }
        }
      }
    }
  }
}\
""")


def broken(_: Record) -> None:
    raise ValueError("The scales are broken.")


def weighed() -> ServedGraph:
    return ServedGraph(
        shop=Held(
            'type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String }',
            roots={"item": {"id": "1", "name": "ball"}},
        ),
        scales=Held(
            """
              type Item @key(fields: "id") { id: ID! weight: Int! size: Int colour: String }
            """,
            entities={"Item": [{"id": "1", "weight": broken, "size": 4, "colour": "red"}]},
        ),
    )


@pytest.mark.parametrize(
    ("selection", "item", "asked"),
    [
        ("name weight @include(if: $a) weight @include(if: $b)", {"name": "ball"}, ["shop"]),
        ("...A @include(if: $a) ...B @include(if: $b) name", {"name": "ball"}, ["shop"]),
        ("size ...A @include(if: $a) ...B @include(if: $b)", {"size": 4}, ["shop", "scales"]),
        (
            "... @skip(if: $a) { size colour @skip(if: $b) } ...A @include(if: $b)",
            {"size": 4, "colour": "red"},
            ["shop", "scales"],
        ),
    ],
)
async def test_what_is_left_out_in_all_places_cannot_fail(
    selection: str, item: Record, asked: Sequence[str]
) -> None:
    text = "query ($a: Boolean!, $b: Boolean!) { item { " + selection + " } }"
    fragments = {"A": "weight colour", "B": "weight size"}
    for name, fields in fragments.items():
        if f"...{name}" in selection:
            text += f" fragment {name} on Item {{ {fields} }}"
    served = weighed()

    shown = await served.show(text, a=False, b=False)

    assert not shown.errors
    assert shown.data == {"item": item}
    assert [name for name, _ in served.asked] == asked


async def test_a_whole_fetch_with_several_reasons_says_them() -> None:
    shown = await weighed().show(
        """query ($a: Boolean!, $b: Boolean!, $c: Boolean!) {
          item { name ... @include(if: $c) { size @include(if: $a) colour @include(if: $b) } } }""",
        a=False,
        b=False,
        c=True,
    )

    assert shown.data == {"item": {"name": "ball"}}
    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "shop" {
      query ($a: Boolean!, $b: Boolean!, $c: Boolean!) {
        item {
          name
          ... @include(if: $a) {
            id @include(if: $c)
          }
          ... @include(if: $b) {
            id @include(if: $c)
          }
        }
      }
    }
    Fetch #1 "scales" after #0 if $c and ($a or $b) {
      _entities of item
        * as Item { id }
      query ($representations: [_Any!]!, $a: Boolean!, $b: Boolean!) {
        _entities(representations: $representations) {
          ... on Item {
            size @include(if: $a)
            colour @include(if: $b)
          }
        }
      }
    }
  }
}\
""")


async def test_a_field_that_is_asked_one_way_or_the_other_has_no_condition() -> None:
    shown = await weighed().show(
        """query ($a: Boolean!) { item { size @include(if: $a) colour @skip(if: $a) } }""", a=True
    )

    assert shown.data == {"item": {"size": 4}}
    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "shop" {
      {
        item {
          id
        }
      }
    }
    Fetch #1 "scales" after #0 {
      _entities of item
        * as Item { id }
      query ($representations: [_Any!]!, $a: Boolean!) {
        _entities(representations: $representations) {
          ... on Item {
            size @include(if: $a)
            colour @skip(if: $a)
          }
        }
      }
    }
  }
}\
""")
