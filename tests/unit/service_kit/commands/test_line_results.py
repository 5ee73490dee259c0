import pytest

from service_kit.commands.line_results import (
    MOST_LINES,
    LineResult,
    LineStatus,
    rejected,
    require_bulk_size,
    results_from_json,
    results_to_json,
)
from service_kit.commands.refusal import INVALID_INPUT, Refusal

REASON = Refusal("GONE", "No.", path=("input", "lines", "1"), params={"a": "b"}, retryable=True)


def test_results_survive_being_kept_and_stand_in_the_order_of_the_lines() -> None:
    good = LineResult(0, "a", LineStatus.APPLIED)
    bad = rejected(1, "b", REASON)

    assert results_from_json(results_to_json([bad, good])) == (good, bad)


@pytest.mark.parametrize("lines", [0, MOST_LINES + 1])
def test_no_lines_and_too_many_are_refused_where_the_lines_are(lines: int) -> None:
    with pytest.raises(Refusal) as refused:
        require_bulk_size([None] * lines)

    assert (refused.value.code, refused.value.path) == (INVALID_INPUT, ("input", "lines"))


@pytest.mark.parametrize("lines", [1, MOST_LINES])
def test_any_other_number_of_lines_is_taken(lines: int) -> None:
    require_bulk_size([None] * lines)
