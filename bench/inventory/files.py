"""Files of stock: a snapshot of everything while shops go on, and the best seller at its end."""

import asyncio
import base64
import gzip
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random
from statistics import median
from typing import Any

from bench.inventory.goods import LOCATIONS, feed, sku_of, total_of, units_of
from bench.inventory.meanwhile import asked_meanwhile
from bench.inventory.questions import SKUS_OF_A_PAGE, Shopper, totals
from bench.inventory.stage import INVENTORY, MONGOD, PLAIN, Graph, Stage
from bench.load import WrongAnswer
from retail_kit.roles import Role
from service_kit.runtime.clock import Clock

BEST = "BEST"
BACKLOG = 100_000
FILES = 3
PAGES_A_SECOND = 5
FILE_HEADS = (
    "lines of the file",
    "of them change units",
    "lines/s",
    "inventory_svc CPU us each",
    "mongod CPU us each",
    "inventory_svc peak MiB",
    "pages/s meanwhile",
    "p50 ms",
    "p95 ms",
)
TOP_HEADS = ("the line of a top seller", "seen through", "median ms", "slowest ms", "aim ms")
AIM_MILLISECONDS = 2_000
SIDES = ("the same process", "another")
"""Who is asked: that which was sent the file, and another one. Either may apply it."""

_PART = 512 * 1024
_LOOK_SECONDS = 0.2
_APPLIED_WITHIN = 3600.0
_SEEN_WITHIN = 60.0
_INVENTORIES = (INVENTORY, f"{INVENTORY} there", f"{INVENTORY}{PLAIN}")
"""Any of them may be the one that applies a file."""
_STEP = """
mutation Step($input: StockFile{step}Input!) {{
  stockFile{step}(input: $input) {{ file {{ id }} userErrors {{ code message }} }}
}}
"""
_STATE = """
query State($id: ID!) { stockFile(id: $id) { state rejected unnamed { positions heldFor } } }
"""


@dataclass(frozen=True, slots=True)
class Sent:
    """A file of which all parts have arrived; the next step has it applied."""

    graph: Graph
    identifier: str
    parts: int

    async def close(self) -> None:
        """Have it applied."""
        ending = {"feedId": self.identifier, "parts": self.parts}
        await _step(self.graph, "Close", f"{self.identifier}-close", ending)

    async def end(self) -> None:
        """Wait until it has been applied; raises WrongAnswer if any line was refused."""
        async with asyncio.timeout(_APPLIED_WITHIN):
            while True:
                state = await self.graph.answer(Role.OPERATOR, _STATE, {"id": self.identifier})
                file = state["stockFile"]
                if file["state"] == "DONE" and not file["rejected"]:
                    return
                if file["state"] != "APPLYING":
                    raise WrongAnswer(str(file))
                await asyncio.sleep(_LOOK_SECONDS)


async def full_snapshots(stage: Stage, skus: int, clock: Clock) -> list[list[str]]:
    """Count everything by file: as it is in the books, and then one unit more in each place."""
    return [await _full_snapshot(stage, skus, clock, more) for more in (0, 1)]


async def count_back(stage: Stage, skus: int, clock: Clock) -> None:
    """Count everything by file as it was fed at first."""
    now = clock.now().isoformat()
    sent = await _send(stage.here, f"back-{skus}", list(_counted(skus)), countedAt=now)
    await sent.close()
    await sent.end()
    await _seen_everywhere(stage, skus, 0)


async def _full_snapshot(stage: Stage, skus: int, clock: Clock, more: int) -> list[str]:
    """Send all that is in stock in one file that is the whole truth, while pages are asked for.

    Each place has so many units more than were fed; before, it had as many as were fed.
    """
    lines = list(_counted(skus, more))
    whole = {"wholeOf": "NAMED_LOCATIONS", "countedAt": clock.now().isoformat()}
    sent = await _send(stage.here, f"snapshot-{skus}-{more}", lines, **whole)
    page = Shopper(stage.there, skus, Random(3), more * len(LOCATIONS)).page()
    for name in _INVENTORIES:
        stage.forget_peak(name)
    before, began = stage.cpu_seconds(), time.perf_counter()
    async with asked_meanwhile(page, PAGES_A_SECOND) as latencies:
        await sent.close()
        await sent.end()
        seconds = time.perf_counter() - began
    after, each = stage.cpu_seconds(), 1_000_000 / len(lines)
    used = sum(after[name] - before[name] for name in _INVENTORIES)
    ordered = sorted(latencies)
    await _seen_everywhere(stage, skus, more)
    return [
        f"{len(lines):,}",
        "all" if more else "none",
        f"{len(lines) / seconds:,.0f}",
        f"{used * each:,.0f}",
        f"{(after[MONGOD] - before[MONGOD]) * each:,.0f}",
        f"{max(stage.peak_mebibytes(name) for name in _INVENTORIES):.0f}",
        f"{len(ordered) / seconds:.1f}",
        *(f"{ordered[int(share * (len(ordered) - 1))] * 1000:.0f}" for share in (0.5, 0.95)),
    ]


async def _seen_everywhere(stage: Stage, skus: int, more: int) -> None:
    """Wait until both sides show so many units more than were fed of every SKU in every place."""
    wanted = {sku_of(at): total_of(at) + more * len(LOCATIONS) for at in range(skus)}
    names = list(wanted)
    async with asyncio.timeout(_SEEN_WITHIN):
        for graph in (stage.here, stage.there):
            for at in range(0, len(names), SKUS_OF_A_PAGE):
                asked = names[at : at + SKUS_OF_A_PAGE]
                while await totals(graph, asked) != {sku: wanted[sku] for sku in asked}:
                    pass


async def top_sellers(stage: Stage, skus: int, clock: Clock) -> list[list[str]]:
    """Count a top seller behind a backlog, in its file and in the next, and watch for it."""
    best = {"sku": BEST, "title": "Best", "topSeller": True}
    await feed(stage.here, "itemsImport", [best], "best")
    backlog = list(_counted(skus))[:BACKLOG]
    last, behind = ({through: list[float]() for through in SIDES} for _ in range(2))
    for number in range(FILES):
        at = {"countedAt": clock.now().isoformat()}
        units = 2 * number + 1
        mine = await _send(stage.here, f"own-{number}", [*backlog, _best(units)], **at)
        at = {"countedAt": clock.now().isoformat()}
        following = await _send(stage.here, f"next-{number}", [_best(units + 1)], **at)
        await _seen(stage, mine, units, last)
        await _seen(stage, following, units + 1, behind)
        await mine.end()
    return [
        _top_row(where, through, seen)
        for where, times in (
            (f"last of a file of {BACKLOG:,}", last),
            ("in a file of its own behind that one", behind),
        )
        for through, seen in times.items()
    ]


async def _seen(stage: Stage, sent: Sent, units: int, times: dict[str, list[float]]) -> None:
    """Have a file applied, and note after how many seconds each side sees the units."""
    began = time.perf_counter()

    async def watch(through: str, graph: Graph) -> None:
        while (await totals(graph, [BEST]))[BEST] != units:
            pass
        times[through].append(time.perf_counter() - began)

    watches = (watch(*each) for each in zip(SIDES, (stage.here, stage.there), strict=True))
    async with asyncio.timeout(_APPLIED_WITHIN):
        await asyncio.gather(sent.close(), *watches)


def _top_row(where: str, through: str, seen: Sequence[float]) -> list[str]:
    figures = (median(seen) * 1000, max(seen) * 1000, AIM_MILLISECONDS)
    return [where, through, *(f"{each:,.0f}" for each in figures)]


def _counted(skus: int, more: int = 0) -> Iterator[str]:
    """Give the lines of a count of everything, so many units more in each place than were fed."""
    for number in range(skus):
        for place, code in enumerate(LOCATIONS):
            yield f"{sku_of(number)},{code},{units_of(number, place) + more}"


def _best(units: int) -> str:
    return f"{BEST},{LOCATIONS[0]},{units}"


async def _send(graph: Graph, name: str, lines: Sequence[str], **more: Any) -> Sent:
    """Send a file in parts, packed."""
    content = "\n".join(("sku,locationCode,quantity", *lines)).encode()
    packed = gzip.compress(content, compresslevel=6)
    parts = [packed[at : at + _PART] for at in range(0, len(packed), _PART)]
    kind = {"name": name, "mode": "SNAPSHOT", "format": "CSV", "compression": "GZIP", **more}
    identifier = await _step(graph, "Open", name, kind)
    for number, part in enumerate(parts):
        given = {"feedId": identifier, "part": number, "content": base64.b64encode(part).decode()}
        await _step(graph, "AddPart", f"{name}-{number}", given)
    return Sent(graph, identifier, len(parts))


async def _step(graph: Graph, step: str, key: str, input_: dict[str, Any]) -> str:
    given = {"idempotencyKey": f"{step}-{key}", **input_}
    answer = await graph.answer(Role.INTEGRATION, _STEP.format(step=step), {"input": given})
    payload = answer[f"stockFile{step}"]
    if payload["userErrors"]:
        raise WrongAnswer(str(payload))
    identifier: str = payload["file"]["id"]
    return identifier
