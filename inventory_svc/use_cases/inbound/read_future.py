"""Answer what can be promised of many SKUs on one channel for each date, in one read."""

import asyncio
from collections.abc import Mapping, Sequence

from inventory_svc.domain.stock.availability.future import Outlook
from inventory_svc.domain.stock.inbound.supply import InboundSupply
from inventory_svc.use_cases.stock.read_availability import (
    AvailabilityQuestion,
    AvailabilitySources,
    policy_of,
    read_whole,
    scope_of,
)


async def read_future(
    skus: Sequence[str], question: AvailabilityQuestion, sources: AvailabilitySources
) -> Mapping[str, Outlook]:
    """Give the outlook of every SKU; the question's `as_of` is not looked at."""
    now = sources.clock.now()
    directory = await sources.network.directory(
        channels=[question.channel],
        locations=question.locations or (),
        groups=() if question.group is None else [question.group],
    )
    scope = scope_of(question, directory)
    policy = await policy_of(question, directory, now, sources)
    whole, supplies = await asyncio.gather(
        read_whole(skus, [policy], sources, question.condition), sources.stock.inbound_of(skus)
    )
    inbound: dict[str, list[InboundSupply]] = {sku: [] for sku in skus}
    for supply in supplies:
        inbound[supply.key.position.sku].append(supply)
    sale = policy.sale(question.channel, question.service, question.condition)
    return {
        sku: Outlook(
            whole.stock_of(sku, question.condition), inbound[sku], sale, scope, policy, now
        )
        for sku in dict.fromkeys(skus)
    }
