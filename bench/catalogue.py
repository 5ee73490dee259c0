"""The benches' own goods beside the sample: five hundred SKUs and a hot one, plenty everywhere."""

import aiohttp

from bench.running_stack import RunningStack
from devstack.sample.loading import Feed, SampleSender
from devstack.sample.network import PLACES
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
    """Load the goods through the public graph."""
    token = await stack.token(session, role="integration")
    now = clock.now()
    async with SampleSender(stack.gateway, token) as sender:
        await sender.send_all(_feeds(now.isoformat()), now)


def _feeds(at: str) -> tuple[Feed, ...]:
    skus = (*SKUS, HOT_SKU)
    items = tuple({"sku": sku, "title": f"Article {sku}"} for sku in skus)
    prices = tuple({"channel": CHANNEL, "sku": sku, "unitPrice": _PRICE} for sku in skus)
    stock = tuple(
        {"sku": sku, "locationCode": place.code, "quantity": _PLENTY, "snapshotAt": at}
        for sku in skus
        for place in PLACES
    )
    return (
        Feed("itemsImport", items, {}),
        Feed("customersImport", tuple({"ref": ref} for ref in CUSTOMERS), {}),
        Feed("pricesImport", prices, {}),
        Feed("stockImport", stock, {"mode": "SNAPSHOT"}),
    )
