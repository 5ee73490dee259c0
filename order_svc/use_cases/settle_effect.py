"""Doing what a saved change asks of stock; safe to repeat, by key."""

from order_svc.domain.crash_points import STOCK_MOVED
from order_svc.domain.stock_effects import (
    ConsumeStock,
    CorrectStock,
    ReleaseStock,
    SourceLine,
    StockEffect,
)
from order_svc.use_cases.source_line import source_line
from order_svc.use_cases.surroundings import Surroundings


async def settle_effect(around: Surroundings, effect: StockEffect) -> None:
    """Do it; raises InventoryUnavailable or a refusal if it has to be tried again later."""
    match effect:
        case ConsumeStock():
            await around.inventory.consume(effect)
        case ReleaseStock():
            await around.inventory.release(effect)
        case CorrectStock():
            await around.inventory.correct(effect)
        case SourceLine():
            await source_line(around, effect)
    around.reached(STOCK_MOVED)
