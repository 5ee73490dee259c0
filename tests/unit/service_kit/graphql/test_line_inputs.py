"""A line of a feed is built as any other input is."""

from datetime import UTC, datetime
from enum import Enum
from typing import Any

import pytest
import strawberry

from service_kit.graphql.line_inputs import line_input


@strawberry.enum
class Colour(Enum):
    RED = "r"
    BLUE = "b"


@strawberry.input
class Price:
    minor_units: int
    currency: str = "EUR"


@strawberry.input
class Usual:
    sku_code: str
    colour: Colour
    price: Price | None = None
    prices: list[Price] = strawberry.field(default_factory=list)
    tags: list[str] | None = None
    notes: list[str] = strawberry.field(default_factory=list)
    counted_at: datetime | None = None
    quantity: int = 1
    named: str | None = strawberry.field(default=strawberry.UNSET, name="otherName")


@line_input
@strawberry.input
class Fast(Usual):
    """The same fields."""


LEAST = {"skuCode": "A", "colour": "RED"}
WHOLE = {
    "skuCode": "A",
    "colour": "BLUE",
    "price": {"minorUnits": 5},
    "prices": [{"minorUnits": 1, "currency": "USD"}, {"minorUnits": 2}],
    "tags": ["x", "y"],
    "countedAt": "2026-03-02T09:00:00Z",
    "quantity": 7,
    "otherName": "B",
}


async def built(kind: type, line: dict[str, Any]) -> Any:
    """Give what a resolver is given for a line."""
    first, _ = await built_both(kind, line)
    return first


async def built_both(kind: type, line: dict[str, Any]) -> list[Any]:
    """Give what a resolver is given for the same line twice."""
    seen: list[Any] = []

    async def take(lines: list[kind]) -> int:  # type: ignore[valid-type]
        seen.extend(lines)
        return len(lines)

    query = strawberry.type(type("Query", (), {"take": strawberry.field(resolver=take)}))
    document = f"query($lines: [{kind.__name__}!]!) {{ take(lines: $lines) }}"
    result = await strawberry.Schema(query).execute(document, {"lines": [line, line]})
    assert result.errors is None
    assert seen[0] == seen[1]
    return seen


@pytest.mark.parametrize(
    "line",
    [
        WHOLE,
        LEAST,
        {**WHOLE, "price": None, "tags": None, "countedAt": None, "otherName": None},
        {**WHOLE, "prices": [], "tags": []},
    ],
)
async def test_a_line_is_what_the_usual_input_would_be(line: dict[str, Any]) -> None:
    fast, usual = await built(Fast, line), await built(Usual, line)
    assert type(fast) is Fast
    assert vars(fast) == vars(usual)


async def test_values_are_those_of_python() -> None:
    line = await built(Fast, WHOLE)
    assert line.sku_code == "A"
    assert line.colour is Colour.BLUE
    assert line.price == Price(minor_units=5, currency="EUR")
    assert line.counted_at == datetime(2026, 3, 2, 9, tzinfo=UTC)


async def test_lines_share_no_list_that_was_left_out() -> None:
    first, second = await built_both(Fast, LEAST)
    first.notes.append("mine")
    first.prices.append(Price(minor_units=1))
    assert (second.notes, second.prices) == ([], [])


def test_only_inputs_are_lines() -> None:
    with pytest.raises(TypeError):
        line_input(int)
