"""The benches' own goods beside the sample: five hundred SKUs and a hot one, plenty everywhere."""

import aiohttp

from bench.running_stack import RunningStack
from devstack.sample.feeds import Feed
from devstack.sample.graph import SampleGraph, SampleRefused
from devstack.sample.loading import APPLIED, FEEDER
from devstack.sample.network import FIRST_PLACES
from service_kit.runtime.clock import Clock

CHANNEL = "web-fr"
SKUS = tuple(f"BENCH-{number:03d}" for number in range(500))
HOT_SKU = "BENCH-HOT"
CUSTOMERS = tuple(f"B{number:03d}" for number in range(100))
POSTCODES = ("75001", "69002", "13001", "33000", "59800", "44000", "67000")
"""Where customers live: in the towns of the shops."""

_PRICE = {"amount": "19.90", "currency": "EUR"}
_PLENTY = 1_000_000


async def load_catalogue(stack: RunningStack, session: aiohttp.ClientSession, clock: Clock) -> None:
    """Load the goods through the public graph; raise SampleRefused if a line was not taken."""
    token = await stack.token(session, role="integration")
    at = clock.now().isoformat()
    async with SampleGraph(stack.gateway, lambda _: token) as graph:
        for feed in _feeds(at):
            for call in feed.calls():
                given = {"idempotencyKey": f"{call.name}-{at}", "lines": call.lines, **call.rest}
                payload = await graph.does(FEEDER, call.mutation, "results { status }", given)
                if any(result["status"] not in APPLIED for result in payload["results"]):
                    raise SampleRefused(f"Lines of {call.name} were not taken.")


def _feeds(at: str) -> tuple[Feed, ...]:
    skus = (*SKUS, HOT_SKU)
    items = tuple({"sku": sku, "title": f"Article {sku}"} for sku in skus)
    prices = tuple({"channel": CHANNEL, "sku": sku, "unitPrice": _PRICE} for sku in skus)
    stock = tuple(
        {"sku": sku, "locationCode": place.code, "quantity": _PLENTY, "snapshotAt": at}
        for sku in skus
        for place in FIRST_PLACES
    )
    return (
        Feed("bench-items", "itemsImport", items, {}),
        Feed("bench-customers", "customersImport", tuple({"ref": ref} for ref in CUSTOMERS), {}),
        Feed("bench-prices", "pricesImport", prices, {}),
        Feed("bench-stock", "stockImport", stock, {"mode": "SNAPSHOT"}),
    )
