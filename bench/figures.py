"""Rounds, their medians, and the tables they are shown in."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median


@dataclass(frozen=True, slots=True)
class Round:
    """One round of load: its length, each answer's latency, and each process's CPU time, in s."""

    seconds: float
    latencies: tuple[float, ...]
    cpu: Mapping[str, float]

    @property
    def rate(self) -> float:
        """Answers a second."""
        return len(self.latencies) / self.seconds

    def quantile(self, share: float) -> float:
        """Give the latency, in milliseconds, that this share of the answers did not exceed."""
        ordered = sorted(self.latencies)
        return ordered[max(0, math.ceil(share * len(ordered)) - 1)] * 1000

    def cpu_milliseconds(self, process: str) -> float:
        """Give a process's CPU time for each answer."""
        return self.cpu[process] / len(self.latencies) * 1000


def median_of(rounds: Sequence[Round], figure: Callable[[Round], float]) -> float:
    """Give the median of a figure over the rounds."""
    return median(figure(one) for one in rounds)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Give a Markdown table: the first column to the left, figures to the right."""
    rule = ["---", *["---:" for _ in heads[1:]]]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in (heads, rule, *rows))
