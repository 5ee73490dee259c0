"""The benches that need the whole stack, all on one run of it."""

import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence

import aiohttp

from bench.catalogue import load_catalogue
from bench.footprint import footprint
from bench.live.orders import MOST_LISTENERS, live_orders
from bench.live.stage import allow_files
from bench.requests import Shop, open_shop
from bench.running_stack import RunningStack, running_stack
from bench.sweep import Lengths, Subject, sweep
from service_kit.runtime.clock import Clock


async def idle(stack: RunningStack, _: Shop) -> str:
    """Memory and CPU before any load."""
    return await footprint(stack)


async def product_page(stack: RunningStack, shop: Shop) -> str:
    """The product page under rising load."""
    subject = Subject("one of 500 SKUs", shop.product_page)
    return await sweep(stack, [subject], Lengths(closed=2.0, open=4.0), "product page")


async def order_place(stack: RunningStack, shop: Shop) -> str:
    """Orders under rising load: spread over the stock, and all for one position."""
    spread = Subject("500 SKUs, 7 towns", shop.spread_order)
    hot = Subject("one hot position", shop.hot_order)
    return await sweep(stack, [spread, hot], Lengths(closed=3.0, open=5.0), "orderPlace")


async def after_load(stack: RunningStack, _: Shop) -> str:
    """Memory and CPU when the load is over."""
    return await footprint(stack)


LIVE_ORDERS = "live_orders"
BENCHES: Mapping[str, Callable[[RunningStack, Shop], Awaitable[str]]] = {
    "idle": idle,
    "product_page": product_page,
    "order_place": order_place,
    LIVE_ORDERS: live_orders,
    "after_load": after_load,
}
"""The benches by name, in the order in which they run."""


_PATIENT = {"GATEWAY_SOCKET_INIT": "30"}
"""Thousands of subscribers come at once, on a machine that does everything else too."""


async def run_on_the_stack(
    names: Sequence[str], environment: Mapping[str, str], clock: Clock
) -> dict[str, str]:
    """Run benches on a fresh stack with the sample and the benches' goods; give their tables."""
    tables = {}
    if LIVE_ORDERS in names:
        allow_files(MOST_LISTENERS)
    async with (
        running_stack({**environment, **_PATIENT}) as stack,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        await load_catalogue(stack, session, clock)
        shop = await open_shop(stack, session)
        for name in names:
            print(f"measuring {name}", file=sys.stderr)
            tables[name] = await BENCHES[name](stack, shop)
    return tables
