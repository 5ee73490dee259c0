"""Reservations per second and their latency through the group commit, 1, 2 and 4 processes.

Run `python -m bench.group_commit`. Real processes, one embedded mongod, 64 buyers in all who each
wait for their answer before they ask again. Every cell ends with a check: nothing oversold, the
ledger equals the counters. Prints a Markdown table.
"""

import argparse
import asyncio
import json
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop
from pymongo import MongoClient

from devstack.servers import EmbeddedMongo
from inventory_svc.app import SERVICE, migrate
from inventory_svc.domain.stock.commands import (
    FeedLine,
    FeedMode,
    FeedStock,
    ReserveStock,
    WantedLine,
)
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.reservation import ReservationKind
from inventory_svc.domain.stock.sourcing import NearestLocations
from inventory_svc.mongo.group_commits import GroupCommits
from inventory_svc.mongo.stock_commits import CommitTools, StockTransactions
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.outbox import Outbox
from service_kit.runtime.clock import SystemClock
from service_kit.runtime.identifiers import new_identifier
from service_kit.storage.database import Database, connect
from service_kit.storage.idempotency import MongoOutcomes

BUYERS = 64
UNITS = 1_000_000
WARM_UP_SECONDS = 1.0
ENOUGH = 100_000
HOT_SKUS = ("hot-0", "hot-1", "hot-2")
SPREAD_SKUS = tuple(f"sku-{number}" for number in range(200))
PLACES = tuple(f"S{number}" for number in range(20))

Wish = Callable[[random.Random], tuple[tuple[str, ...], tuple[str, ...]]]
"""Draws the SKUs of an order and the locations that may serve it, nearest first."""

LOADS: dict[str, tuple[str, Wish]] = {
    "hot": ("one hot position, one line", lambda _: (HOT_SKUS[:1], ("S0",))),
    "order": ("the same three hot positions, three lines", lambda _: (HOT_SKUS, ("S0",))),
    "spread": (
        "200 SKUs in 20 locations, one line",
        lambda draw: ((draw.choice(SPREAD_SKUS),), tuple(draw.sample(PLACES, len(PLACES)))),
    ),
}


@dataclass(frozen=True, slots=True)
class Cell:
    """What one run measured."""

    load: str
    processes: int
    accepted: int
    seconds: float
    latencies: Sequence[float]
    client_cpu: float

    def row(self) -> str:
        """Give the cell as a row of the table."""
        ordered = sorted(self.latencies)
        p50, p99 = (ordered[int(len(ordered) * share)] * 1000 for share in (0.5, 0.99))
        rate = self.accepted / self.seconds
        cpu = self.client_cpu / max(1, self.accepted) * 1e6
        name = LOADS[self.load][0]
        return f"| {name} | {self.processes} | {rate:,.0f} | {p50:.1f} | {p99:.1f} | {cpu:,.0f} |"


def stock_of(database: Database) -> GroupCommits:
    """Join the stock of one process."""
    clock = SystemClock()
    tools = CommitTools(
        database,
        MongoOutcomes(database, clock),
        Outbox(database, SERVICE, 8),
        DueWork(database, clock),
        clock,
        NearestLocations(),
    )
    return GroupCommits(StockTransactions(tools))


def order_of(skus: Sequence[str], places: tuple[str, ...]) -> ReserveStock:
    """Give an order of one unit of each SKU."""
    key = new_identifier()
    return ReserveStock(
        request=IdempotentRequest("service:bench", "reservationAllocate", key, "same"),
        actor="bench",
        reservation_id=key,
        kind=ReservationKind.ORDER,
        lines=tuple(WantedLine(str(at), sku, 1) for at, sku in enumerate(skus)),
        candidates=places,
        owner="bench",
        order_id=key,
        channel="web",
    )


async def seed(url: str, name: str) -> None:
    """Make the indexes and fill the shelves."""
    database = connect(url, name)
    await migrate(database)
    commits = stock_of(database)
    keys = [PositionKey(sku, "S0") for sku in HOT_SKUS]
    keys += [PositionKey(sku, place) for sku in SPREAD_SKUS for place in PLACES]
    for start in range(0, len(keys), 250):
        lines = [FeedLine(at, key, UNITS) for at, key in enumerate(keys[start : start + 250])]
        request = IdempotentRequest("bench", "stockImport", new_identifier(), "same")
        await commits.submit(FeedStock(request, "bench", FeedMode.DELTA, tuple(lines)))
    await database.close()


async def buy(url: str, name: str, load: str, buyers: int, seconds: float) -> dict[str, Any]:
    """Buy with so many buyers until the time is up; waits for a line on stdin to begin."""
    database = connect(url, name, pool_size=8)
    await database.ping()
    commits = stock_of(database)
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    wish, draw = LOADS[load][1], random.Random()
    latencies: list[float] = []
    started = time.perf_counter()
    begin, end = started + WARM_UP_SECONDS, started + WARM_UP_SECONDS + seconds
    failed = sold = 0
    used = [0.0]

    async def buyer() -> None:
        nonlocal failed, sold
        while (asked := time.perf_counter()) < end:
            decided = await commits.submit(order_of(*wish(draw)))
            answered = time.perf_counter()
            if decided.outcome.refusals:
                failed += 1
                continue
            sold += 1
            if begin <= answered <= end:
                latencies.append(answered - asked)

    async def meter() -> None:
        await asyncio.sleep(WARM_UP_SECONDS)
        before = time.process_time()
        await asyncio.sleep(seconds)
        used[0] = time.process_time() - before

    await asyncio.gather(meter(), *(buyer() for _ in range(buyers)))
    await database.close()
    return {"sold": sold, "failed": failed, "latencies": latencies, "cpu": used[0]}


def run_cell(url: str, folder: Path, load: str, processes: int, seconds: float) -> Cell:
    """Measure one cell with processes of its own and check the books."""
    name = f"bench_{load}_{processes}"
    asyncio.run(seed(url, name))
    arguments = [url, name, load, str(BUYERS // processes), str(seconds)]
    command = [sys.executable, "-m", "bench.group_commit", "--buy", *arguments]
    answers = [folder / f"{name}.{number}.json" for number in range(processes)]
    children = [
        subprocess.Popen(
            [*command, str(answer)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        for answer in answers
    ]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline().strip() == "ready"
        for child in children:
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        for child in children:
            child.communicate(timeout=seconds + 60)
    finally:
        for child in children:
            child.kill()
            child.wait()
    told = [json.loads(answer.read_text()) for answer in answers]
    check_books(
        url, name, sum(each["sold"] for each in told), len(LOADS[load][1](random.Random())[0])
    )
    latencies = [latency for each in told for latency in each["latencies"]]
    cpu = sum(each["cpu"] for each in told)
    return Cell(load, processes, len(latencies), seconds, latencies, cpu)


def check_books(url: str, name: str, sold: int, lines: int) -> None:
    """Fail unless what was sold, the counters and the ledger say the same; drop the database."""
    with MongoClient[dict[str, Any]](url) as client:
        database = client[name]
        total = {"$group": {"_id": None, "units": {"$sum": "$allocated"}}}
        (counters,) = database["stock_positions"].aggregate([total])
        (ledger,) = database["stock_movements"].aggregate([total])
        assert counters["units"] == ledger["units"] == sold * lines, (counters, ledger, sold)
        client.drop_database(name)


def measure(seconds: float, processes: Sequence[int], loads: Sequence[str]) -> None:
    """Measure all cells and print the table."""
    with (
        tempfile.TemporaryDirectory() as folder,
        tempfile.TemporaryDirectory() as answers,
        EmbeddedMongo(Path(folder)) as mongod,
    ):
        print("| load | processes | reservations/s | p50 ms | p99 ms | client CPU us each |")
        print("| --- | --- | --- | --- | --- | --- |")
        for load in loads:
            for number in processes:
                print(run_cell(mongod.url, Path(answers), load, number, seconds).row(), flush=True)


def main() -> None:
    """Read the arguments; `--buy` is one of the processes that buy."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=10.0)
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2, 4])
    parser.add_argument("--loads", nargs="+", choices=list(LOADS), default=list(LOADS))
    words = ("URL", "NAME", "LOAD", "BUYERS", "SECONDS", "FILE")
    parser.add_argument("--buy", nargs=len(words), metavar=words)
    asked = parser.parse_args()
    if asked.buy:
        url, name, load, buyers, seconds, file = asked.buy
        told = uvloop.run(buy(url, name, load, int(buyers), float(seconds)))
        Path(file).write_text(json.dumps(told))
        return
    measure(asked.seconds, asked.processes, asked.loads)


if __name__ == "__main__":
    main()
