"""The scalars of the graph: exact decimals, currency codes, moments in UTC."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import NewType

import strawberry
from graphql import GraphQLError, ValueNode, print_ast
from graphql.language import FloatValueNode, IntValueNode, StringValueNode
from strawberry.types.scalar import ScalarDefinition

from service_kit.runtime.clock import to_milliseconds

CurrencyCode = NewType("CurrencyCode", str)
"""An ISO 4217 code."""

_DECIMAL = re.compile(r"[+-]?\d{1,18}(\.\d{1,12})?", re.ASCII)
_CURRENCY = re.compile(r"[A-Z]{3}", re.ASCII)
_MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+-]\d\d:\d\d)", re.ASCII)


def _write_decimal(value: object) -> str:
    if not isinstance(value, Decimal) or not value.is_finite():
        raise GraphQLError("A decimal number is expected.")
    return format(value, "f")


def _read_decimal(value: object) -> Decimal:
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or not _DECIMAL.fullmatch(text):
        raise GraphQLError('A decimal number is written as a string, like "12.50".')
    try:
        return Decimal(text)
    except InvalidOperation:
        raise GraphQLError('A decimal number is written as a string, like "12.50".') from None


def _read_decimal_literal(node: ValueNode, _: Mapping[str, object] | None = None) -> Decimal:
    if isinstance(node, StringValueNode | IntValueNode | FloatValueNode):
        return _read_decimal(node.value)
    raise GraphQLError(f"A decimal number is expected, not {print_ast(node)}.")


def _read_currency(value: object) -> str:
    if not isinstance(value, str) or not _CURRENCY.fullmatch(value):
        raise GraphQLError("A currency is three capital letters, like EUR.")
    return value


def _write_moment(value: object) -> str:
    if not isinstance(value, datetime) or value.tzinfo is None:
        raise GraphQLError("A moment with its time zone is expected.")
    text = value.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.removesuffix("+00:00") + "Z"


def _read_moment(value: object) -> datetime:
    if isinstance(value, str) and _MOMENT.fullmatch(value):
        try:
            return to_milliseconds(datetime.fromisoformat(value))
        except (ValueError, OverflowError):
            pass
    raise GraphQLError('A moment is written like "2026-11-02T09:30:00Z", with its time zone.')


SCALARS: Mapping[object, ScalarDefinition] = {
    Decimal: strawberry.scalar(
        name="Decimal",
        description='An exact decimal number written as a string, like "12.50".',
        serialize=_write_decimal,
        parse_value=_read_decimal,
        parse_literal=_read_decimal_literal,
    ),
    CurrencyCode: strawberry.scalar(
        name="CurrencyCode",
        description="A currency as its ISO 4217 code, like EUR.",
        specified_by_url="https://www.iso.org/iso-4217-currency-codes.html",
        serialize=str,
        parse_value=_read_currency,
    ),
    datetime: strawberry.scalar(
        name="DateTime",
        description='A moment in UTC to the millisecond, like "2026-11-02T09:30:00.000Z".',
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=_write_moment,
        parse_value=_read_moment,
    ),
}
"""The Python types that the graph writes in a way of its own."""
