from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, StrEnum
from typing import Any

import pytest
import strawberry

from service_kit.graphql.idempotency import MAX_KEY_LENGTH, canonical
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import service_caller
from tests.support.library import LIBRARIAN, context_of, library_schema

SCHEMA = library_schema()
LEND = """mutation($input: BookLendInput!) {
  bookLend(input: $input) { fingerprint userErrors { code path } }
}"""


async def lend(key: str = "k", caller: Caller = LIBRARIAN, **values: object) -> dict[str, Any]:
    result = await SCHEMA.execute(
        LEND,
        {"input": {"idempotencyKey": key, "isbn": "isbn-1", **values}},
        context_value=context_of(caller),
    )
    assert result.errors is None
    assert result.data is not None
    payload: dict[str, Any] = result.data["bookLend"]
    return payload


async def test_the_same_input_said_differently_has_one_fingerprint() -> None:
    one = await lend(
        deposit={"amount": "12.50", "currency": "EUR"}, until="2026-03-02T10:00:00+01:00"
    )
    other = await lend(
        "another key",
        until="2026-03-02T09:00:00.000Z",
        deposit={"currency": "EUR", "amount": "12.5"},
    )

    assert one["fingerprint"] == other["fingerprint"]


async def test_another_input_has_another_fingerprint() -> None:
    made = [
        await lend(),
        await lend(isbn="isbn-2"),
        await lend(deposit={"amount": "1", "currency": "EUR"}),
        await lend(deposit={"amount": "1", "currency": "CHF"}),
        await lend(deposit=None),
    ]

    assert len({each["fingerprint"] for each in made}) == len(made)


@pytest.mark.parametrize("key", ["", "  ", "k" * (MAX_KEY_LENGTH + 1)])
async def test_a_key_that_names_nothing_is_refused(key: str) -> None:
    payload = await lend(key)

    assert payload["userErrors"] == [{"code": "INVALID_INPUT", "path": ["input", "idempotencyKey"]}]


def test_keys_of_a_service_are_kept_apart_by_whom_it_speaks_for() -> None:
    ada = service_caller("order_svc", LIBRARIAN)

    assert ada.idempotency_scope != service_caller("order_svc").idempotency_scope


class Colour(Enum):
    RED = "r"


class Size(StrEnum):
    LARGE = "l"


@dataclass
class Inner:
    n: int = 1
    left_out: Any = strawberry.UNSET


def test_every_kind_of_input_value_has_one_json() -> None:
    east = timezone(timedelta(hours=9))

    assert canonical(
        [
            None,
            True,
            2,
            2.5,
            "text",
            strawberry.ID("id"),
            Colour.RED,
            Size.LARGE,
            Decimal("1E+2"),
            Decimal("-0.50"),
            datetime(2026, 3, 2, 9, tzinfo=east),
            date(2026, 3, 2),
            Inner(2),
        ]
    ) == [
        None,
        True,
        2,
        2.5,
        "text",
        "id",
        "RED",
        "LARGE",
        "100",
        "-0.5",
        datetime(2026, 3, 2, 0, tzinfo=UTC).isoformat(),
        "2026-03-02",
        {"n": 2},
    ]


@dataclass
class BookBefore:
    """An input as it was deployed first."""

    title: str
    inner: Inner


@dataclass
class InnerAfter(Inner):
    """Its part in the next version, with one more optional field."""

    colour: Colour | None = None


@dataclass
class BookAfter:
    """The same input in the next version, with more optional fields."""

    title: str
    inner: Inner
    subtitle: str | None = None
    copies: int = 1
    shelf: Any = strawberry.UNSET
    tags: list[str] = field(default_factory=list)


def test_an_input_that_gained_optional_fields_keeps_the_fingerprint_of_what_was_sent() -> None:
    before = canonical(BookBefore("Emma", Inner(2)))

    assert canonical(BookAfter("Emma", InnerAfter(2))) == before
    for different in (
        BookAfter("Emma", InnerAfter(2), subtitle=""),
        BookAfter("Emma", InnerAfter(2), copies=2),
        BookAfter("Emma", InnerAfter(2), shelf=None),
        BookAfter("Emma", InnerAfter(2), tags=["old"]),
        BookAfter("Emma", InnerAfter(2, colour=Colour.RED)),
    ):
        assert canonical(different) != before


def test_what_is_no_input_value_is_a_bug() -> None:
    with pytest.raises(TypeError, match="object"):
        canonical(object())
