import re
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.library import VISITOR, context_of, library_schema

SCHEMA = library_schema()
decimals = st.decimals(
    min_value=-(10**17), max_value=10**17, places=4, allow_nan=False, allow_infinity=False
)
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1971, 1, 1), datetime(2200, 1, 1), timezones=zones)  # noqa: DTZ001


async def echo(field: str, argument: str, kind: str, value: object) -> Any:
    result = await SCHEMA.execute(
        f"query($v: {kind}!) {{ {field}({argument}: $v) }}",
        {"v": value},
        context_value=context_of(VISITOR),
    )
    return result.data[field] if result.data else result.errors


@given(decimals)
async def test_a_decimal_comes_back_as_it_was(value: Decimal) -> None:
    assert Decimal(await echo("number", "value", "Decimal", format(value, "f"))) == value


@pytest.mark.parametrize("value", ["12.50", "0", "-0.01", "123456789012345678", 7])
async def test_a_decimal_keeps_its_digits(value: object) -> None:
    assert await echo("number", "value", "Decimal", value) == str(value)


@pytest.mark.parametrize(
    "value",
    [
        12.5,
        True,
        "",
        "1e3",
        "NaN",
        "Infinity",
        "1_000",
        " 1",
        "1,5",
        "٣",
        "1" * 19,
        "0." + "1" * 13,
    ],
)
async def test_what_is_not_an_exact_decimal_is_refused(value: object) -> None:
    (error,) = await echo("number", "value", "Decimal", value)

    assert "written as a string" in error.message
    assert error.extensions == {"code": "BAD_USER_INPUT", "path": ["v"]}


@pytest.mark.parametrize(
    ("literal", "answer"), [('"12.50"', "12.50"), ("12.50", "12.50"), ("3", "3")]
)
async def test_a_decimal_in_the_document_keeps_its_text(literal: str, answer: str) -> None:
    result = await SCHEMA.execute(
        f"{{ number(value: {literal}) }}", context_value=context_of(VISITOR)
    )

    assert result.data == {"number": answer}


@pytest.mark.parametrize("literal", ["true", "[1]", "1e3", "{a: 1}"])
async def test_another_literal_is_no_decimal(literal: str) -> None:
    result = await SCHEMA.execute(
        f"{{ number(value: {literal}) }}", context_value=context_of(VISITOR)
    )

    assert result.errors


@given(moments)
async def test_a_moment_comes_back_in_utc_to_the_millisecond(at: datetime) -> None:
    text = await echo("moment", "at", "DateTime", at.isoformat())

    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text)
    assert timedelta(0) <= at - datetime.fromisoformat(text) < timedelta(milliseconds=1)


async def test_a_moment_is_told_in_utc() -> None:
    assert await echo("moment", "at", "DateTime", "2026-03-02T10:00+01:00") == (
        datetime(2026, 3, 2, 9, tzinfo=UTC).isoformat(timespec="milliseconds")[:-6] + "Z"
    )


@pytest.mark.parametrize(
    "value",
    [
        "2026-03-02T10:00:00",
        "2026-03-02",
        "20260302T100000Z",
        "2026-02-30T10:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "soon",
        5,
        "",
    ],
)
async def test_a_moment_without_its_zone_or_sense_is_refused(value: object) -> None:
    (error,) = await echo("moment", "at", "DateTime", value)

    assert "with its time zone" in error.message


async def test_money_is_an_exact_amount_beside_its_currency() -> None:
    result = await SCHEMA.execute(
        "query($v: MoneyInput!) { money(value: $v) { amount currency } }",
        {"v": {"amount": "12.50", "currency": "EUR"}},
        context_value=context_of(VISITOR),
    )

    assert result.data == {"money": {"amount": "12.50", "currency": "EUR"}}


@pytest.mark.parametrize("currency", ["eur", "EURO", "€", "", 978])
async def test_a_currency_is_three_capitals(currency: object) -> None:
    result = await SCHEMA.execute(
        "query($v: MoneyInput!) { money(value: $v) { amount } }",
        {"v": {"amount": "1", "currency": currency}},
        context_value=context_of(VISITOR),
    )

    assert result.errors
    assert "three capital letters" in result.errors[0].message
