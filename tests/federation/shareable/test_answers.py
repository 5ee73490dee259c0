from inline_snapshot import snapshot

from tests.support.served_graph import Held, ServedGraph


def part(field: str, *values: str) -> Held:
    return Held(
        f"""
          type Query {{ prices: [Price] @shareable }}
          type Price @shareable {{ amount: Int detail: Detail {field}: String }}
          type Detail @shareable {{ {field}: String }}
        """,
        roots={
            "prices": [
                {"amount": number, field: value, "detail": {field: f"{value}!"}}
                for number, value in enumerate(values)
            ]
        },
    )


async def test_parts_of_a_shared_value_come_side_by_side_and_lists_meet_by_position() -> None:
    served = ServedGraph(one=part("shop", "north", "south"), two=part("unit", "EUR", "CHF"))

    shown = await served.show("{ prices { amount shop unit detail { shop unit } } }")

    assert shown.plan == snapshot("""\
QueryPlan {
  Parallel {
    Fetch #0 "one" {
      {
        prices {
          amount
          shop
          detail {
            shop
          }
        }
      }
    }
    Fetch #1 "two" {
      {
        prices {
          unit
          detail {
            unit
          }
        }
      }
    }
  }
}\
""")
    assert not shown.errors
    assert shown.data == {
        "prices": [
            {
                "amount": 0,
                "shop": "north",
                "unit": "EUR",
                "detail": {"shop": "north!", "unit": "EUR!"},
            },
            {
                "amount": 1,
                "shop": "south",
                "unit": "CHF",
                "detail": {"shop": "south!", "unit": "CHF!"},
            },
        ]
    }


async def test_what_several_could_give_is_asked_of_one() -> None:
    served = ServedGraph(one=part("shop", "north"), two=part("unit", "EUR"))

    shown = await served.show("{ prices { amount unit } }")

    assert shown.data == {"prices": [{"amount": 0, "unit": "EUR"}]}
    assert [name for name, _ in served.asked] == ["two"]
