import pytest

from service_kit.commands.refusal import INVALID_INPUT, Refusal, RefusedAll, refusals_in


def test_a_refusal_is_equal_to_another_with_the_same_parts() -> None:
    one = Refusal(INVALID_INPUT, "No.", path=["a", "b"], params={"n": "1"})

    assert one == Refusal(INVALID_INPUT, "No.", path=("a", "b"), params={"n": "1"})
    assert hash(one) == hash(Refusal(INVALID_INPUT, "No.", path=("a", "b"), params={"n": "1"}))
    assert one != Refusal(INVALID_INPUT, "No.", path=("a", "b"), params={"n": "2"})
    assert one != Refusal(INVALID_INPUT, "No.", path=("a", "b"), params={"n": "1"}, retryable=True)


def test_a_refusal_can_be_put_below_a_longer_path() -> None:
    refusal = Refusal("LATE", "Too late.", path=("at",), params={"by": "3"}, retryable=True)

    assert refusal.under("input", "lines", "2") == Refusal(
        "LATE",
        "Too late.",
        path=("input", "lines", "2", "at"),
        params={"by": "3"},
        retryable=True,
    )


def test_several_refusals_keep_their_order() -> None:
    first, second = Refusal("A", "One."), Refusal("B", "Two.")

    assert refusals_in(RefusedAll([first, second])) == (first, second)
    assert refusals_in(first) == (first,)
    assert str(RefusedAll([first, second])) == "A: One.; B: Two."


def test_refusing_without_a_reason_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="reason"):
        RefusedAll([])
