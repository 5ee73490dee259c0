"""The least that an answer takes: to read packed documents, and to be served by Strawberry.

To read is the driver, the numbers and the JSON: what `find` of one document per SKU costs, each
with its units as 32-bit numbers. To be served is HTTP and GraphQL, with the answers at hand. In
neither are there rules or freshness.
"""

import sys
from array import array
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from random import Random
from typing import Any, NamedTuple

import orjson
from bson import Binary
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from bench.figures import Round, median_of
from bench.inventory.goods import LOCATIONS, sku_of, total_of, units_of
from bench.inventory.questions import SKUS_OF_A_PAGE, Shopper
from bench.inventory.stage import MONGOD, Stage, until_ready
from bench.load import LOAD, Send, WrongAnswer, closed_loop, measured
from bench.processes import cpu_seconds
from bench.programs import running
from devstack.ports import HOST, free_port

CALLERS = 8
ROUNDS = 5
SECONDS = 1.5
HEADS = ("the least for", "of", "p50 ms", "CPU ms", "mongod CPU ms")
PACKED, VIEW = "packed documents", "Strawberry's view"
_BARE = "bare"


class Floor:
    """Asks the driver of SKUs drawn at random from the first so many."""

    def __init__(self, packed: AsyncCollection[dict[str, Any]], skus: int) -> None:
        self._packed = packed
        self._totals = {sku_of(number): total_of(number) for number in range(skus)}
        self._names = list(self._totals)
        self._random = Random(1)

    def summary(self) -> Send:
        """One SKU, summed."""
        return self._asking(1)

    def page(self) -> Send:
        """A page of SKUs, summed."""
        return self._asking(min(SKUS_OF_A_PAGE, len(self._names)))

    def rows(self) -> Send:
        """One SKU with the units of each location."""

        async def send() -> None:
            sku = self._random.choice(self._names)
            found = await self._packed.find_one({"_id": sku})
            units = _units_in(found or {})
            orjson.dumps({"sku": sku, "rows": dict(zip(LOCATIONS, units, strict=True))})
            if sum(units) != self._totals[sku]:
                raise WrongAnswer(sku)

        return send

    def _asking(self, count: int) -> Send:
        async def send() -> None:
            asked = self._random.sample(self._names, count)
            found = await self._packed.find({"_id": {"$in": asked}}).to_list()
            sums = {each["_id"]: sum(_units_in(each)) for each in found}
            orjson.dumps(sums)
            if sums != {sku: self._totals[sku] for sku in asked}:
                raise WrongAnswer(str(sums))

        return send


QUESTIONS: tuple[tuple[str, Callable[[Floor], Send], Callable[[Shopper], Send]], ...] = (
    (f"one SKU, {len(LOCATIONS)} locations summed", Floor.summary, Shopper.summary),
    (f"{SKUS_OF_A_PAGE} SKUs as totals", Floor.page, Shopper.page),
    (f"one SKU, {len(LOCATIONS)} rows", Floor.rows, Shopper.rows),
)


async def floor(stage: Stage, environment: Mapping[str, str], skus: int) -> list[list[str]]:
    """Measure both with so many SKUs and give the rows of the table."""
    rows = []
    async with _packed(stage, skus) as packed, _served(stage, environment, skus) as shopper:
        processes = _Processes(stage, shopper.process)
        for name, read, ask in QUESTIONS:
            for of, process, send in (
                (PACKED, LOAD, read(packed)),
                (VIEW, _BARE, ask(shopper.asks)),
            ):
                await closed_loop(CALLERS, 0.5)(send)
                loads = [closed_loop(CALLERS, SECONDS) for _ in range(ROUNDS)]
                rounds = [await measured(processes, load, send) for load in loads]
                rows.append([name, of, *_figures(rounds, process)])
    return rows


@asynccontextmanager
async def _packed(stage: Stage, skus: int) -> AsyncIterator[Floor]:
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stage.mongodb, maxPoolSize=16)
    try:
        packed = client["floor"]["packed"]
        await packed.drop()
        await packed.insert_many([_document(number) for number in range(skus)])
        yield Floor(packed, skus)
    finally:
        await client.close()


class _Served(NamedTuple):
    asks: Shopper
    process: int


@asynccontextmanager
async def _served(
    stage: Stage, environment: Mapping[str, str], skus: int
) -> AsyncIterator[_Served]:
    port = free_port()
    command = (sys.executable, "-m", "bench.inventory.bare", str(port), str(skus))
    with running(command, environment) as process:
        await until_ready(stage.here.session, port)
        graph = replace(stage.here, address=f"http://{HOST}:{port}/graphql")
        yield _Served(Shopper(graph, skus, Random(1)), process.pid)


class _Processes(NamedTuple):
    stage: Stage
    bare: int

    def cpu_seconds(self) -> dict[str, float]:
        return {**self.stage.cpu_seconds(), _BARE: cpu_seconds(self.bare)}


def _figures(rounds: list[Round], process: str) -> list[str]:
    return [
        f"{median_of(rounds, lambda one: one.quantile(0.5)):.1f}",
        f"{median_of(rounds, lambda one: one.cpu_milliseconds(process)):.2f}",
        f"{median_of(rounds, lambda one: one.cpu_milliseconds(MONGOD)):.2f}",
    ]


def _document(sku: int) -> dict[str, Any]:
    units = array("i", [units_of(sku, place) for place in range(len(LOCATIONS))])
    return {"_id": sku_of(sku), "units": Binary(units.tobytes())}


def _units_in(document: dict[str, Any]) -> "array[int]":
    return array("i", document["units"])
