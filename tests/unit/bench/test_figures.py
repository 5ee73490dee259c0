import pytest

from bench.figures import Round, median_of, table


def test_a_quantile_is_the_latency_that_so_many_answers_did_not_exceed() -> None:
    one = Round(2.0, tuple(number / 1000 for number in range(100, 0, -1)), {"gateway": 0.5})
    assert (one.quantile(0.5), one.quantile(0.95), one.quantile(1.0)) == (50.0, 95.0, 100.0)
    assert one.rate == 50.0
    assert one.cpu_milliseconds("gateway") == pytest.approx(5.0)


def test_a_median_forgets_the_round_that_was_disturbed() -> None:
    rounds = [Round(1.0, (0.01,) * answers, {}) for answers in (90, 100, 3)]
    assert median_of(rounds, lambda one: one.rate) == 90.0


def test_a_table_is_markdown_with_figures_to_the_right() -> None:
    assert table(("load", "rate"), [("one", "1"), ("two", "2")]).splitlines() == [
        "| load | rate |",
        "| --- | ---: |",
        "| one | 1 |",
        "| two | 2 |",
    ]
