from pathlib import Path
from typing import Any

import pytest
from inline_snapshot import snapshot

from gateway.errors import Unplannable
from gateway.execution.contexts import MOST_REPEATED
from tests.support.served_graph import Held, ServedGraph

SUPERGRAPH = Path(__file__).with_name("supergraph.graphql").read_text(encoding="utf-8")
BANK = """
  type Query { users: [User] holders: [Holder] loose: Transaction }
  interface Holder { id: ID! transactions: [Transaction] }
  type User implements Holder @key(fields: "id") @context(name: "holder") {
    id: ID! transactions: [Transaction] employer: Company currency: String @external
  }
  type Company implements Holder @context(name: "holder") {
    id: ID! transactions: [Transaction] money: Money
  }
  type Fund implements Holder { id: ID! transactions: [Transaction] }
  type Money { code: String }
  type Transaction @key(fields: "id") {
    id: ID!
    parts: [Transaction]
    amount(
      digits: Int
      code: String @fromContext(
        field: "$holder { ... on User { currency } ... on Company { money { code } } }"
      )
    ): String
    owner(holder: ID! @fromContext(field: "$holder { id }")): String
  }
"""


def transaction(number: int) -> dict[str, Any]:
    def amount(_: object, code: str | None, digits: int = 2) -> str:
        return f"{number:.{digits}f} {code}"

    return {
        "id": f"t{number}",
        "amount": amount,
        "owner": lambda _, holder: f"t{number} of {holder}",
        "parts": [],
    }


ONE, TWO, THREE = (transaction(number) for number in (1, 2, 3))
ONE["parts"] = [TWO]
FIRM = {"__typename": "Company", "id": "c1", "money": {"code": "CHF"}, "transactions": [THREE]}
USERS: list[dict[str, Any]] = [
    {"__typename": "User", "id": "u1", "transactions": [ONE, TWO], "employer": FIRM},
    {"__typename": "User", "id": "u2", "transactions": [TWO], "employer": None},
    {"__typename": "User", "id": "u3", "transactions": [ONE], "employer": FIRM},
]
FUND = {"__typename": "Fund", "id": "f1", "transactions": [ONE]}
CURRENCIES = {"u1": "EUR", "u2": None, "u3": "EUR"}


def graph(users: list[dict[str, Any]] | None = None) -> ServedGraph:
    users = users or USERS
    return ServedGraph(
        SUPERGRAPH,
        bank=Held(
            BANK,
            roots={"users": users, "holders": [*USERS[:2], FIRM, FUND], "loose": ONE},
            entities={"Transaction": [ONE, TWO, THREE], "User": users},
        ),
        profiles=Held(
            'type Query { _: ID } type User @key(fields: "id") { id: ID! currency: String }',
            entities={"User": [{"id": key, "currency": code} for key, code in CURRENCIES.items()]},
        ),
    )


async def test_an_argument_is_filled_from_the_object_around_once_that_is_known() -> None:
    served = graph()

    shown = await served.show("{ users { transactions { amount(digits: 1) } } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "bank" {
      {
        users {
          transactions {
            id
          }
          id
        }
      }
    }
    Fetch #1 "profiles" after #0 {
      _entities of users[]
        * as User { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            currency
          }
        }
      }
    }
    Fetch #2 "bank" after #1 {
      _entities of users[].transactions[]
        * as Transaction { id }
        $context0 from users[] { currency }
      query ($representations: [_Any!]!, $context0: String) {
        _entities(representations: $representations) {
          ... on Transaction {
            amount(digits: 1, code: $context0)
          }
        }
      }
    }
  }
}\
""")
    assert not shown.errors
    assert shown.data == {
        "users": [
            {"transactions": [{"amount": "1.0 EUR"}, {"amount": "2.0 EUR"}]},
            {"transactions": [{"amount": "2.0 None"}]},
            {"transactions": [{"amount": "1.0 EUR"}]},
        ]
    }
    assert [name for name, _ in served.asked] == ["bank", "profiles", "bank"]


async def test_objects_in_unlike_circumstances_are_asked_for_in_one_request() -> None:
    served = graph()

    await served.show("{ users { transactions { amount } } }")

    _, body = served.asked[-1][1].split("\n", 1)
    assert body == snapshot("""\
  _entities(representations: $representations) {
    ... on Transaction {
      amount(code: $context0)
    }
  }
  _entities_1: _entities(representations: $representations_1) {
    ... on Transaction {
      amount(code: $context0_1)
    }
  }
}\
""")


async def test_the_nearest_object_that_sets_the_context_wins() -> None:
    shown = await graph().show(
        """{ users { currency
               employer { transactions { amount parts { amount } } }
               transactions { parts { amount } } } }"""
    )

    firm = {"transactions": [{"amount": "3.00 CHF", "parts": []}]}
    assert not shown.errors
    assert shown.data == {
        "users": [
            {
                "currency": "EUR",
                "employer": firm,
                "transactions": [{"parts": [{"amount": "2.00 EUR"}]}, {"parts": []}],
            },
            {"currency": None, "employer": None, "transactions": [{"parts": []}]},
            {
                "currency": "EUR",
                "employer": firm,
                "transactions": [{"parts": [{"amount": "2.00 EUR"}]}],
            },
        ]
    }


async def test_behind_an_interface_each_type_sets_its_own_value_or_none() -> None:
    shown = await graph().show("{ holders { transactions { amount } } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Sequence {
    Fetch #0 "bank" {
      {
        holders {
          __typename
          transactions {
            id
          }
          ... on Company {
            money {
              code
            }
          }
          ... on User {
            id
          }
        }
      }
    }
    Fetch #1 "profiles" after #0 {
      _entities of holders[]
        User { id }
      query ($representations: [_Any!]!) {
        _entities(representations: $representations) {
          ... on User {
            currency
          }
        }
      }
    }
    Fetch #2 "bank" after #1 {
      _entities of holders[].transactions[]
        * as Transaction { id }
        $context0 from holders[]{Company|User} { ... on Company { money { code } } ... on User { currency } }
      query ($representations: [_Any!]!, $context0: String) {
        _entities(representations: $representations) {
          ... on Transaction {
            amount(code: $context0)
          }
        }
      }
    }
  }
}\
""")  # noqa: E501 - as long as what it reads
    assert not shown.errors
    assert shown.data == {
        "holders": [
            {"transactions": [{"amount": "1.00 EUR"}, {"amount": "2.00 EUR"}]},
            {"transactions": [{"amount": "2.00 None"}]},
            {"transactions": [{"amount": "3.00 CHF"}]},
            {"transactions": [{"amount": "1.00 None"}]},
        ]
    }


async def test_an_object_without_a_value_for_a_never_null_argument_is_not_sent() -> None:
    served = graph()

    shown = await served.show("{ holders { transactions { owner } } }")

    assert shown.data == {
        "holders": [
            {"transactions": [{"owner": "t1 of u1"}, {"owner": "t2 of u1"}]},
            {"transactions": [{"owner": "t2 of u2"}]},
            {"transactions": [{"owner": "t3 of c1"}]},
            {"transactions": [{"owner": None}]},
        ]
    }


async def test_two_contexts_of_one_object_are_told_apart_together() -> None:
    shown = await graph().show(
        """query ($context0: Int) {
             users { transactions { owner amount(digits: $context0) } } }""",
        context0=0,
    )

    assert not shown.errors
    assert shown.data == {
        "users": [
            {
                "transactions": [
                    {"owner": "t1 of u1", "amount": "1 EUR"},
                    {"owner": "t2 of u1", "amount": "2 EUR"},
                ]
            },
            {"transactions": [{"owner": "t2 of u2", "amount": "2 None"}]},
            {"transactions": [{"owner": "t1 of u3", "amount": "1 EUR"}]},
        ]
    }


async def test_calls_of_one_request_have_values_of_their_own() -> None:
    served = graph()

    shown = await served.show(
        """{ users { transactions { owner } }
             holders { ... on Company { transactions { mine: owner } } } }"""
    )

    assert not shown.errors
    assert shown.data["users"][0] == {
        "transactions": [{"owner": "t1 of u1"}, {"owner": "t2 of u1"}]
    }
    assert shown.data["holders"][2] == {"transactions": [{"mine": "t3 of c1"}]}
    assert [name for name, _ in served.asked] == ["bank", "bank"]


async def test_very_many_circumstances_take_several_requests() -> None:
    users = [
        {"__typename": "User", "id": f"x{number}", "transactions": [ONE], "employer": None}
        for number in range(MOST_REPEATED + 1)
    ]
    served = graph(users)

    shown = await served.show("{ users { transactions { owner } } }")

    assert shown.data == {
        "users": [{"transactions": [{"owner": f"t1 of {user['id']}"}]} for user in users]
    }
    assert [name for name, _ in served.asked] == ["bank", "bank", "bank"]


async def test_the_argument_is_none_of_the_clients() -> None:
    shown = await graph().show("{ users { id } }")
    assert shown.data

    refused = await graph().refused('{ users { transactions { amount(code: "x") } } }')
    assert "Unknown argument" in refused


async def test_a_field_whose_context_nobody_around_sets_cannot_be_planned() -> None:
    with pytest.raises(Unplannable, match=r"loose\.amount"):
        graph().plan("{ loose { amount } }")
