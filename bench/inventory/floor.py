"""The least that an answer from a packed document takes: the driver, the numbers, and the JSON.

No HTTP, no GraphQL, no rules: what `find` of one document per SKU costs, each with its units as
32-bit numbers.
"""

from array import array
from collections.abc import Callable
from random import Random
from typing import Any

import orjson
from bson import Binary
from pymongo import AsyncMongoClient
from pymongo.asynchronous.collection import AsyncCollection

from bench.figures import Round, median_of, table
from bench.inventory.goods import LOCATIONS, sku_of, total_of, units_of
from bench.inventory.questions import SKUS_OF_A_PAGE
from bench.inventory.stage import MONGOD, Stage
from bench.load import LOAD, Send, WrongAnswer, closed_loop, measured

CALLERS = 8
ROUNDS = 5
SECONDS = 1.5
HEADS = ("packed documents alone", "p50 ms", "client CPU ms", "mongod CPU ms")


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


QUESTIONS: tuple[tuple[str, Callable[[Floor], Send]], ...] = (
    (f"one SKU, {len(LOCATIONS)} locations summed", Floor.summary),
    (f"{SKUS_OF_A_PAGE} SKUs as totals", Floor.page),
    (f"one SKU, {len(LOCATIONS)} rows", Floor.rows),
)


async def floor(stage: Stage, skus: int) -> str:
    """Measure it with so many SKUs and give the table."""
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stage.mongodb, maxPoolSize=16)
    rows = []
    try:
        packed = client["floor"]["packed"]
        await packed.drop()
        await packed.insert_many([_document(number) for number in range(skus)])
        asks = Floor(packed, skus)
        for name, ask in QUESTIONS:
            send = ask(asks)
            await closed_loop(CALLERS, 0.5)(send)
            loads = [closed_loop(CALLERS, SECONDS) for _ in range(ROUNDS)]
            rows.append(_row(name, [await measured(stage, load, send) for load in loads]))
    finally:
        await client.close()
    return table(HEADS, rows)


def _row(name: str, rounds: list[Round]) -> list[str]:
    return [
        name,
        f"{median_of(rounds, lambda one: one.quantile(0.5)):.1f}",
        f"{median_of(rounds, lambda one: one.cpu_milliseconds(LOAD)):.2f}",
        f"{median_of(rounds, lambda one: one.cpu_milliseconds(MONGOD)):.2f}",
    ]


def _document(sku: int) -> dict[str, Any]:
    units = array("i", [units_of(sku, place) for place in range(len(LOCATIONS))])
    return {"_id": sku_of(sku), "units": Binary(units.tobytes())}


def _units_in(document: dict[str, Any]) -> "array[int]":
    return array("i", document["units"])
