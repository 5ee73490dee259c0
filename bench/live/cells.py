"""What the rounds of the live bench came to, as rows and in a few words."""

from collections.abc import Sequence
from dataclasses import dataclass
from textwrap import fill

from bench.figures import Round, median_of, table
from bench.live.acts import Case
from bench.live.notes import SERVICE
from bench.live.stage import LOAD, TUTTI
from bench.processes import Memory

AIM_MILLISECONDS = 500
"""What 95 of 100 items at the most subscribers should not exceed."""

_KIBIBYTES = 1024
_WIDTH = 120
_OTHERS = (SERVICE, "mongod", "valkey-server", LOAD)


@dataclass(frozen=True, slots=True)
class Cell:
    """What the rounds of one server in one case came to; `process` is the server's.

    `idle` is the CPU time that it uses in a second for these subscribers at rest.
    """

    server: str
    process: str
    case: Case
    load: str
    rounds: Sequence[Round]
    idle: float

    @property
    def items(self) -> float:
        """Items heard in a second."""
        return median_of(self.rounds, lambda one: one.rate)

    @property
    def events(self) -> float:
        """Events told in a second."""
        return self.items / self.case.listeners if self.case.to_one else self.items

    def milliseconds(self, share: float) -> float:
        """Give the latency that this share of the items did not exceed."""
        return median_of(self.rounds, lambda one: one.quantile(share))

    def microseconds(self, process: str) -> float:
        """Give a process's CPU time for each item, without what the server uses at rest."""
        idle = self.idle if process == self.process else 0.0
        return median_of(
            self.rounds,
            lambda one: one.cpu_milliseconds(process) * 1000 - idle / one.rate * 1_000_000,
        )

    def percentage(self, process: str) -> float:
        """Give how much of one core a process uses."""
        return median_of(self.rounds, lambda one: one.cpu[process] / one.seconds * 100)


def latency_table(cells: Sequence[Cell]) -> str:
    """Give how long items take."""
    return table(_LATENCY_HEADS, [latency_row(cell) for cell in cells])


def sustained_table(cells: Sequence[Cell]) -> str:
    """Give how much goes through."""
    return table(_SUSTAINED_HEADS, [sustained_row(cell) for cell in cells])


def memory_table(rows: Sequence[Sequence[str]]) -> str:
    """Give what subscribers at rest cost."""
    return table(_MEMORY_HEADS, rows)


def verdict(paced: Sequence[Cell], full: Sequence[Cell]) -> str:
    """Say in a few words how the figures stand to the aims."""
    items = sum(len(one.latencies) for cell in (*paced, *full) for one in cell.rounds)
    most = max(cell.case.listeners for cell in paced)
    own = [cell for cell in paced if cell.server == TUTTI and cell.case.listeners == most]
    reached = " and ".join(f"{one.milliseconds(0.95):,.0f} ms ({one.case.listened})" for one in own)
    words = [
        f"Of {items:,} items none was lost, doubled or out of order.",
        f"At {most:,} subscribers Tutti's p95 is {reached}; the aim is {AIM_MILLISECONDS} ms.",
    ]
    if shares := _shares(full):
        words.append("Flat out, the gateway's CPU for an item is, as a share of yoga's, where it")
        words.append(f"should be below 1: {'; '.join(shares)}.")
    return fill(" ".join(words), _WIDTH)


def _shares(cells: Sequence[Cell]) -> list[str]:
    """Give Tutti's CPU for an item as a share of the other server's, case by case."""
    costs = {(cell.server, cell.case): cell.microseconds(cell.process) for cell in cells}
    return [
        f"{costs[TUTTI, case] / cost:.2f} ({case.text})"
        for (server, case), cost in costs.items()
        if server != TUTTI
    ]


_LATENCY_HEADS = (
    "subscribers",
    "server",
    "events/s",
    "items/s",
    "p50 ms",
    "p95 ms",
    "p99 ms",
    "server % of a core",
    "clients % of a core",
)
_SUSTAINED_HEADS = (
    "subscribers",
    "server",
    "events/s",
    "items/s",
    "server CPU us",
    *(f"{name} us" for name in _OTHERS),
)
_MEMORY_HEADS = (
    "idle subscribers",
    "server",
    "PSS MiB before",
    "PSS MiB with them",
    "KiB each",
    "PSS MiB when they have left",
    "idle CPU ms/s",
)


def latency_row(cell: Cell) -> list[str]:
    """Give a row of how long items take."""
    return [
        cell.case.text.removesuffix(", own fields"),
        cell.server,
        cell.load,
        figure(cell.items),
        *(f"{cell.milliseconds(share):,.1f}" for share in (0.5, 0.95, 0.99)),
        f"{cell.percentage(cell.process):.0f}",
        f"{cell.percentage(LOAD):.0f}",
    ]


def sustained_row(cell: Cell) -> list[str]:
    """Give a row of how much goes through."""
    return [
        cell.case.text,
        cell.server,
        figure(cell.events),
        figure(cell.items),
        *(f"{cell.microseconds(name):,.0f}" for name in (cell.process, *_OTHERS)),
    ]


def memory_row(server: str, case: Case, held: Sequence[Memory], cpu: float) -> list[str]:
    """Give a row from the memory before, with and after the listeners, and the CPU share."""
    before, during, after = (one.proportional for one in held)
    return [
        f"{case.listeners:,}",
        server,
        f"{before:.0f}",
        f"{during:.0f}",
        f"{(during - before) * _KIBIBYTES / case.listeners:.1f}",
        f"{after:.0f}",
        f"{cpu * 1000:.0f}",
    ]


def figure(value: float) -> str:
    """Give a rate with as many digits as are worth telling."""
    return f"{value:,.0f}" if value >= 100 else f"{value:.2g}" if value < 10 else f"{value:.1f}"
