"""The aims are held against the rows that they are about."""

import pytest

from bench.inventory.aims import aims
from bench.inventory.floor import PACKED, VIEW
from bench.inventory.inventory import READ_HEADS
from bench.inventory.questions import QUESTIONS

SUMMED, PAGE, *_ = (name for name, _ in QUESTIONS)
LEAST = [
    [SUMMED, PACKED, "2.2", "0.20", "0.17"],
    [SUMMED, VIEW, "4.5", "0.35", "0.01"],
    [PAGE, PACKED, "3.8", "9.00", "0.26"],
]


def a_read(question: str, read: str, cpu: str) -> list[str]:
    return [question, "1,000,000", read, "1.0", "2.0", "500", cpu, "0.5", "0.1"]


def a_delta(through: str, p99: str) -> list[str]:
    return ["1,000,000", through, "100", "200", p99, "20"]


@pytest.mark.parametrize(
    ("cpu", "p99", "verdicts"),
    [
        ("0.75", "1000", ["met", "met", "met"]),
        ("0.76", "1001", ["not met", "met", "not met"]),
    ],
)
def test_what_is_read_packed_and_what_both_processes_see_is_judged(
    cpu: str, p99: str, verdicts: list[str]
) -> None:
    reads = [
        a_read(SUMMED, "packed", cpu),
        a_read(SUMMED, "positions", "16.00"),
        a_read(PAGE, "packed", "0.10"),
    ]

    told = aims(reads, LEAST, [a_delta("itself", "10"), a_delta("another", p99)], READ_HEADS)

    rows = [[cell.strip() for cell in line.strip("| ").split(" | ")] for line in told.splitlines()]
    assert [row[1:] for row in rows[2:]] == [
        ["0.75", cpu, verdicts[0]],
        ["1,000", "10", verdicts[1]],
        ["1,000", p99, verdicts[2]],
    ]
