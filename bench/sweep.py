"""One kind of request under rising load: the most that is answered, then at half of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from bench.figures import Round, median_of, table
from bench.load import LOAD, Load, Send, closed_loop, measured, open_loop
from bench.running_stack import SERVING, RunningStack

CALLERS = (1, 8, 32)
ROUNDS = 5
WARM_UP = closed_loop(8, 2.0)


@dataclass(frozen=True, slots=True)
class Subject:
    """A kind of request: what to call it, how to send one."""

    name: str
    send: Send


@dataclass(frozen=True, slots=True)
class Lengths:
    """How long a round lasts, in seconds."""

    closed: float
    open: float


@dataclass(frozen=True, slots=True)
class _Cell:
    subject: Subject
    load_name: str
    rounds: Sequence[Round]


async def sweep(
    stack: RunningStack, subjects: Sequence[Subject], lengths: Lengths, what: str
) -> str:
    """Measure the subjects side by side, round by round, and give one table of medians."""
    for subject in subjects:
        await WARM_UP(subject.send)
    loads = [
        (subject, f"{callers} waiting", closed_loop(callers, lengths.closed))
        for subject in subjects
        for callers in CALLERS
    ]
    closed = await _cells(stack, loads)
    random = Random(1)
    halves = [(subject, _most(closed, subject) / 2) for subject in subjects]
    opened = await _cells(
        stack,
        [
            (subject, f"{rate:.0f}/s arriving", open_loop(rate, lengths.open, random))
            for subject, rate in halves
        ],
    )
    return table(_heads(what), [_row(cell) for cell in [*closed, *opened]])


async def _cells(stack: RunningStack, loads: Sequence[tuple[Subject, str, Load]]) -> list[_Cell]:
    """Run every load once a round, so that whatever disturbs the machine disturbs them all."""
    rounds: list[list[Round]] = [[] for _ in loads]
    for _ in range(ROUNDS):
        for (subject, _, load), done in zip(loads, rounds, strict=True):
            done.append(await measured(stack, load, subject.send))
    return [
        _Cell(subject, name, done) for (subject, name, _), done in zip(loads, rounds, strict=True)
    ]


def _most(cells: Sequence[_Cell], subject: Subject) -> float:
    """Give the highest median rate of a subject."""
    own = [cell.rounds for cell in cells if cell.subject is subject]
    return max(median_of(rounds, lambda one: one.rate) for rounds in own)


def _heads(what: str) -> list[str]:
    latencies = ["p50 ms", "p95 ms", "p99 ms"]
    return [what, "load", "answers/s", *latencies, *_SHOWN]


def _row(cell: _Cell) -> list[str]:
    rounds = cell.rounds
    shares = (0.5, 0.95, 0.99)
    return [
        cell.subject.name,
        cell.load_name,
        f"{median_of(rounds, lambda one: one.rate):.0f}",
        *(f"{_quantile(rounds, share):.1f}" for share in shares),
        *(f"{_cpu(rounds, name):.2f}" for name in _SHOWN),
    ]


def _quantile(rounds: Sequence[Round], share: float) -> float:
    return median_of(rounds, lambda one: one.quantile(share))


def _cpu(rounds: Sequence[Round], process: str) -> float:
    return median_of(rounds, lambda one: one.cpu_milliseconds(process))


_SHOWN = (*SERVING, LOAD)
