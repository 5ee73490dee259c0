"""The stock at ten thousand, a hundred thousand and a million positions."""

import sys
from collections.abc import Mapping, Sequence
from random import Random

from bench.figures import Round, median_of, table
from bench.inventory.aims import READ_CPU, aims
from bench.inventory.deltas import HEADS as DELTA_HEADS
from bench.inventory.deltas import seen_deltas
from bench.inventory.files import FILE_HEADS, TOP_HEADS, count_back, full_snapshots, top_sellers
from bench.inventory.floor import HEADS as FLOOR_HEADS
from bench.inventory.floor import floor
from bench.inventory.goods import (
    LOCATIONS,
    Fed,
    count,
    lay_down,
    list_items,
    open_network,
)
from bench.inventory.hot import hot_sku
from bench.inventory.questions import QUESTIONS, Shopper
from bench.inventory.share import draw, open_share
from bench.inventory.stage import GATEWAY, INVENTORY, MONGOD, PLAIN, Stage, stage
from bench.load import Send, closed_loop, measured
from service_kit.runtime.clock import Clock

SKUS = (20, 200, 2_000)
"""How many SKUs there are, one size after the other; each is at every location."""
CALLERS = 4
ROUNDS = 5
SECONDS = 1.0
WARM_UP_SECONDS = 2.0
READS, FLOOR, DELTAS = "inventory_reads", "inventory_floor", "inventory_deltas"
AIMS, HOT_SKU, FEED = "inventory_aims", "inventory_hot", "inventory_feed"
TOP, FILE = "inventory_top_sellers", "inventory_file"
PLACES = (READS, FLOOR, AIMS, DELTAS, HOT_SKU, FEED, TOP, FILE)
"""Where the tables stand on the page."""

READ_HEADS = (
    "question",
    "positions",
    "read",
    "p50 ms",
    "p95 ms",
    "answers/s",
    READ_CPU,
    "gateway CPU ms",
    "mongod CPU ms",
)
FEED_HEADS = (
    "positions",
    "lines fed",
    "lines/s",
    "inventory_svc CPU us each",
    "mongod CPU us each",
    "inventory_svc peak MiB",
)


async def inventory(environment: Mapping[str, str], clock: Clock) -> dict[str, str]:
    """Measure all of it, one size after the other, and give the tables."""
    feeds, reads, deltas, files = (list[list[str]]() for _ in range(4))
    before = 0
    async with stage(environment, clock) as running:
        await open_network(running.here)
        await open_share(running.here)
        for skus in SKUS:
            positions = skus * len(LOCATIONS)
            _say(f"going up to {positions:,} positions")
            await list_items(running.here, before, skus)
            if skus == SKUS[-1]:
                await lay_down(running, before, skus, clock)
            else:
                fed = await count(running, before, skus, clock)
                feeds.append(_feed_row(positions, fed))
                _say(" ".join(feeds[-1]))
            await draw(running, skus, clock)
            before = skus
            _say(f"reading {positions:,} positions")
            rows = await _reads(running, skus)
            _say(table(READ_HEADS, rows))
            reads.extend(rows)
            _say(f"watching deltas among {positions:,} positions")
            for through, graph in (("the same process", running.here), ("another", running.there)):
                seen = await seen_deltas(running, graph, skus, f"{skus}-{through}")
                deltas.append(seen.row(positions, through))
                _say(" ".join(deltas[-1]))
            if skus != SKUS[-1]:
                files.extend(await full_snapshots(running, skus, clock))
                _say(table(FILE_HEADS, files))
                await count_back(running, skus, clock)
        _say("asking the driver alone")
        least = await floor(running, environment, SKUS[-1])
        held = aims(rows, least, deltas[-2:], READ_HEADS)
        _say(f"{table(FLOOR_HEADS, least)}\n{held}\nselling the hot SKU")
        hot = await hot_sku(running)
        _say(f"{hot}\ncounting top sellers behind files")
        top = table(TOP_HEADS, await top_sellers(running, SKUS[-1], clock))
        _say(f"{top}\nsending full snapshots as files")
        files.extend(await full_snapshots(running, SKUS[-1], clock))
        return {
            READS: table(READ_HEADS, sorted(reads, key=_by_question)),
            FLOOR: table(FLOOR_HEADS, least),
            AIMS: held,
            DELTAS: table(DELTA_HEADS, deltas),
            HOT_SKU: hot,
            FEED: table(FEED_HEADS, feeds),
            TOP: top,
            FILE: table(FILE_HEADS, files),
        }


async def _reads(running: Stage, skus: int) -> list[list[str]]:
    """Measure the questions, packed and plainly, turn by turn."""
    sides = (("packed", "", running.here), ("positions", PLAIN, running.plainly))
    cells: list[tuple[str, str, str, Send]] = [
        (name, read, suffix, ask(Shopper(graph, skus, Random(1))))
        for name, ask in QUESTIONS
        for read, suffix, graph in sides
    ]
    for _, _, _, send in cells:
        await closed_loop(CALLERS, WARM_UP_SECONDS)(send)
    alone: list[list[Round]] = [[] for _ in cells]
    together: list[list[Round]] = [[] for _ in cells]
    for _ in range(ROUNDS):
        for place, (_, _, _, send) in enumerate(cells):
            alone[place].append(await measured(running, closed_loop(1, SECONDS), send))
            together[place].append(await measured(running, closed_loop(CALLERS, SECONDS), send))
    return [
        [name, f"{skus * len(LOCATIONS):,}", read, *_figures(alone[place], together[place], suffix)]
        for place, (name, read, suffix, _) in enumerate(cells)
    ]


def _figures(alone: list[Round], together: list[Round], suffix: str) -> list[str]:
    return [
        f"{median_of(alone, lambda one: one.quantile(0.5)):.1f}",
        f"{median_of(alone, lambda one: one.quantile(0.95)):.1f}",
        f"{median_of(together, lambda one: one.rate):,.0f}",
        f"{median_of(together, lambda one: one.cpu_milliseconds(INVENTORY + suffix)):.2f}",
        f"{median_of(together, lambda one: one.cpu_milliseconds(GATEWAY + suffix)):.2f}",
        f"{median_of(together, lambda one: one.cpu_milliseconds(MONGOD)):.2f}",
    ]


def _feed_row(positions: int, fed: Fed) -> list[str]:
    each = 1_000_000 / fed.lines
    return [
        f"{positions:,}",
        f"{fed.lines:,}",
        f"{fed.lines / fed.seconds:,.0f}",
        f"{fed.inventory_cpu * each:,.0f}",
        f"{fed.mongod_cpu * each:,.0f}",
        f"{fed.peak:.0f}",
    ]


def _by_question(row: Sequence[str]) -> int:
    return [name for name, _ in QUESTIONS].index(row[0])


def _say(what: str) -> None:
    print(what, file=sys.stderr, flush=True)
