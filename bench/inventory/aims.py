"""What the figures at the largest size are held against."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from bench.figures import table
from bench.inventory.deltas import HEADS as DELTA_HEADS
from bench.inventory.floor import HEADS as FLOOR_HEADS
from bench.inventory.floor import PACKED, VIEW
from bench.inventory.questions import QUESTIONS

HEADS = ("with the most positions", "aim, at most", "measured", "")
READ_CPU = "inventory_svc CPU ms"
SEEN_MILLISECONDS = 1_000
TIMES_PACKED = 2

Rows: TypeAlias = Sequence[Sequence[str]]


def aims(reads: Rows, least: Rows, deltas: Rows, read_heads: Sequence[str]) -> str:
    """Hold rows of the tables against the aims, and give the table of that.

    `reads` and `deltas` are those of one size.
    """
    rows = [_of_summary(reads, least, read_heads), *_of_deltas(deltas)]
    return table(HEADS, rows)


def _of_summary(reads: Rows, least: Rows, read_heads: Sequence[str]) -> list[str]:
    question = QUESTIONS[0][0]
    at = FLOOR_HEADS.index("CPU ms")
    floors = {row[1]: float(row[at]) for row in least if row[0] == question}
    aim = TIMES_PACKED * floors[PACKED] + floors[VIEW]
    packed = next(row for row in reads if row[0] == question)
    cpu = float(packed[read_heads.index(READ_CPU)])
    return [f"{question}: {READ_CPU}", f"{aim:.2f}", f"{cpu:.2f}", _verdict(cpu, aim)]


def _of_deltas(deltas: Rows) -> Iterator[list[str]]:
    through, p99 = DELTA_HEADS.index("seen through"), DELTA_HEADS.index("p99 ms")
    for row in deltas:
        name = f"deltas seen through {row[through]}: p99 ms"
        verdict = _verdict(float(row[p99]), SEEN_MILLISECONDS)
        yield [name, f"{SEEN_MILLISECONDS:,}", row[p99], verdict]


def _verdict(measured: float, aim: float) -> str:
    return "met" if measured <= aim else "not met"
