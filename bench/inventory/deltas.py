"""How soon a thousand deltas are seen, by the process that took them and by another."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from bench.inventory.goods import LOCATIONS, feed, sku_of
from bench.inventory.meanwhile import asked_meanwhile
from bench.inventory.questions import Shopper, totals
from bench.inventory.stage import Graph, Stage

DELTAS = 1_000
CALLS = 20
PAGES_A_SECOND = 20
HEADS = ("positions", "seen through", "p50 ms", "p95 ms", "p99 ms", "reads/s meanwhile")


@dataclass(frozen=True, slots=True)
class Seen:
    """How long each delta took until it was seen, in seconds, and reads answered meanwhile."""

    latencies: Sequence[float]
    reads: float

    def row(self, positions: int, through: str) -> list[str]:
        """Give a row of the table."""
        ordered = sorted(self.latencies)
        shares = (ordered[int(share * (len(ordered) - 1))] * 1000 for share in (0.5, 0.95, 0.99))
        return [f"{positions:,}", through, *(f"{each:.0f}" for each in shares), f"{self.reads:.0f}"]


async def seen_deltas(stage: Stage, graph: Graph, skus: int, mark: str) -> Seen:
    """Feed deltas here in twenty calls, while readers read, and watch for them at a graph.

    The deltas of a call are each of another SKU, so that its total tells of that one alone. A
    second feed takes them back.
    """
    random, latencies, began = Random(mark), list[float](), time.perf_counter()
    page = Shopper(graph, skus, Random(2), more=1).page()
    async with asked_meanwhile(page, PAGES_A_SECOND) as reads:
        for call in range(CALLS):
            names = [sku_of(at) for at in random.sample(range(skus), min(DELTAS // CALLS, skus))]
            before = await totals(graph, names)
            lines = [
                {"sku": sku, "locationCode": random.choice(LOCATIONS), "quantity": 1}
                for sku in names
            ]
            sent = time.perf_counter()
            _, seen = await asyncio.gather(
                feed(stage.here, "stockImport", lines, f"delta-{mark}-{call}", mode="DELTA"),
                _watch(graph, before),
            )
            latencies.extend(moment - sent for moment in seen)
            back = [{**line, "quantity": -1} for line in lines]
            await feed(stage.here, "stockImport", back, f"back-{mark}-{call}", mode="DELTA")
            await _watch(graph, {sku: units + 1 for sku, units in before.items()})
    return Seen(latencies, len(reads) / (time.perf_counter() - began))


async def _watch(graph: Graph, before: Mapping[str, int]) -> list[float]:
    """Ask for totals until all are other ones; give when each was seen to be."""
    waiting, seen = dict(before), list[float]()
    while waiting:
        now = await totals(graph, list(waiting))
        moment = time.perf_counter()
        changed = [sku for sku, units in now.items() if units != waiting[sku]]
        seen.extend(moment for _ in changed)
        for sku in changed:
            del waiting[sku]
    return seen
