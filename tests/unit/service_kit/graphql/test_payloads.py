from enum import Enum
from typing import Any, cast

import pytest

from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import SHARED_CODES, Refusal, RefusedAll
from service_kit.graphql.payloads import KeyValue, UserError, error_codes, user_errors_of
from tests.support.library import ErrorCode

LATE = Refusal("NOT_FOUND", "No.", path=("input", "id"), params={"id": "7"})
LENT = Refusal("LENT_OUT", "Gone.", retryable=True)


def made(code: str, *, name: str | None = None, shared: bool = True) -> type[Enum]:
    """Make an enum with one code of its own."""
    members = {name or code: code} | ({each: each for each in SHARED_CODES} if shared else {})
    codes: Any = Enum
    return cast("type[Enum]", codes("Codes", members))


def test_a_refusal_becomes_a_user_error_with_all_its_parts() -> None:
    (error,) = user_errors_of(ErrorCode, LATE)

    assert error == UserError(
        code=ErrorCode.NOT_FOUND,
        message="No.",
        path=["input", "id"],
        params=[KeyValue(key="id", value="7")],
        retryable=False,
    )


@pytest.mark.parametrize(
    "refused", [[LATE, LENT], RefusedAll([LATE, LENT]), Outcome(refusals=(LATE, LENT))]
)
def test_several_refusals_become_user_errors_in_their_order(
    refused: list[Refusal] | RefusedAll | Outcome,
) -> None:
    errors = user_errors_of(ErrorCode, refused)

    assert [error.code for error in errors] == [ErrorCode.NOT_FOUND, ErrorCode.LENT_OUT]
    assert [error.retryable for error in errors] == [False, True]


def test_an_outcome_without_refusals_has_no_user_errors() -> None:
    assert user_errors_of(ErrorCode, Outcome({"id": "7"})) == []


def test_a_code_that_the_service_has_not_declared_is_a_bug() -> None:
    with pytest.raises(ValueError, match="UNHEARD_OF"):
        user_errors_of(ErrorCode, Refusal("UNHEARD_OF", "What?"))


def test_an_enum_without_the_shared_codes_is_refused() -> None:
    with pytest.raises(ValueError, match="lacks the shared codes FORBIDDEN"):
        error_codes(made("LENT_OUT", shared=False), {"LENT_OUT": "Gone."})


def test_a_code_without_a_description_is_refused() -> None:
    with pytest.raises(ValueError, match="does not describe LENT_OUT"):
        error_codes(made("LENT_OUT"), {})


def test_a_code_is_named_as_it_is_written() -> None:
    with pytest.raises(ValueError, match="LENT is written LENT_OUT"):
        error_codes(made("LENT_OUT", name="LENT"), {"LENT_OUT": "Gone."})
