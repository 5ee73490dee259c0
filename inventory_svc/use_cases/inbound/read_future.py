"""Answer what can be promised of many SKUs on one channel for each date.

Where a retailer has many locations a hundred SKUs have as many rows as nobody should read at once:
they are read some at a time, and looked at one by one, with room for others between them.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Final

from inventory_svc.domain.stock.availability.future import Ahead, Outlook
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    policy_of,
    read_whole,
    scope_of,
)

ROWS_AT_ONCE: Final = 2_000
"""Positions and supplies that are read at once, as far as the SKUs before let foresee it."""


async def read_future(
    skus: Sequence[str], question: AvailabilityQuestion, sources: AvailabilitySources
) -> Mapping[str, Ahead]:
    """Look ahead for every SKU; the question's `as_of` is not looked at."""
    now = sources.clock.now()
    directory = await sources.network.directory(
        channels=[question.channel],
        locations=question.locations or (),
        groups=() if question.group is None else [question.group],
    )
    scope = scope_of(question, directory)
    policy = await policy_of(question, directory, now, sources)
    sale = policy.sale(question.channel, question.service, question.condition)
    ahead: dict[str, Ahead] = {}
    left, size = list(dict.fromkeys(skus)), 1
    while left:
        some, left = left[:size], left[size:]
        whole, supplies = await asyncio.gather(
            read_whole(some, [policy], sources, question.condition), sources.stock.inbound_of(some)
        )
        inbound = _by_sku(some, supplies)
        for sku in some:
            async with sources.ahead:
                await asyncio.sleep(0)  # others want the processor too
                stock = whole.stock_of(sku, question.condition)
                ahead[sku] = Outlook(stock, inbound[sku], sale, scope, policy, now).ahead()
        size = _foreseen(max(len(inbound[sku]) + len(whole.positions[sku]) for sku in some))
    return ahead


def _by_sku(
    skus: Sequence[str], supplies: Sequence[InboundSupply]
) -> Mapping[str, list[InboundSupply]]:
    inbound: dict[str, list[InboundSupply]] = {sku: [] for sku in skus}
    for supply in supplies:
        inbound[supply.key.position.sku].append(supply)
    return inbound


def _foreseen(rows: int) -> int:
    """Give for how many SKUs of so many rows it may be read at once."""
    return max(1, ROWS_AT_ONCE // max(1, rows))
