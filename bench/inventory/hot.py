"""Two hundred buyers of one hot SKU: how fast it goes, and that not one unit too many does."""

import asyncio
import time

from bench.figures import table
from bench.inventory.goods import CHANNEL, HOT, HOT_PLACE, feed
from bench.inventory.questions import totals
from bench.inventory.stage import GATEWAY, INVENTORY, MONGOD, Graph, Stage
from bench.load import WrongAnswer
from retail_kit.roles import Role

BUYERS = 200
UNITS = 2_000
HEADS = (
    "buyers of one position",
    "units",
    "reserved",
    "reservations/s",
    "p50 ms",
    "p95 ms",
    "gateway CPU ms",
    "inventory_svc CPU ms",
    "mongod CPU ms",
)
_RESERVE = """
mutation Buy($input: ReservationCreateInput!) {
  reservationCreate(input: $input) { reservation { id } userErrors { code } }
}
"""


async def hot_sku(stage: Stage) -> str:
    """Sell all there is, and one more to each buyer, who is refused; give the table."""
    line = {"sku": HOT, "locationCode": HOT_PLACE, "quantity": UNITS}
    await feed(stage.here, "stockImport", [line], "hot", mode="DELTA")
    before, began = stage.cpu_seconds(), time.perf_counter()
    sold = await asyncio.gather(*(_buy_until_refused(stage.here, each) for each in range(BUYERS)))
    seconds, after = time.perf_counter() - began, stage.cpu_seconds()
    latencies = sorted(each for one in sold for each in one)
    left = (await totals(stage.here, [HOT]))[HOT]
    if len(latencies) != UNITS or left:
        raise WrongAnswer(f"{len(latencies)} of {UNITS} units were sold, and {left} are left.")
    quantiles = (latencies[int(share * (UNITS - 1))] * 1000 for share in (0.5, 0.95))
    cpu = (after[each] - before[each] for each in (GATEWAY, INVENTORY, MONGOD))
    return table(
        HEADS,
        [
            [
                f"{BUYERS}",
                f"{UNITS:,}",
                f"{len(latencies):,}",
                f"{UNITS / seconds:,.0f}",
                *(f"{each:.0f}" for each in quantiles),
                *(f"{each / UNITS * 1000:.2f}" for each in cpu),
            ]
        ],
    )


async def _buy_until_refused(graph: Graph, buyer: int) -> list[float]:
    """Reserve one unit after the other, and give how long each took."""
    latencies = list[float]()
    while True:
        given = {
            "idempotencyKey": f"buy-{buyer}-{len(latencies)}",
            "kind": "CART",
            "channel": CHANNEL,
            "locationCode": HOT_PLACE,
            "lines": [{"lineId": "1", "sku": HOT, "quantity": 1}],
        }
        began = time.perf_counter()
        found = await graph.answer(Role.INTEGRATION, _RESERVE, {"input": given})
        payload = found["reservationCreate"]
        if payload["userErrors"]:
            if payload["userErrors"][0]["code"] != "INSUFFICIENT_STOCK":
                raise WrongAnswer(str(payload))
            return latencies
        latencies.append(time.perf_counter() - began)
