"""What a change to an order asks of the world, done after the change is saved."""

from dataclasses import dataclass
from typing import TypeAlias

from order_svc.domain.stock_effects import StockEffect


@dataclass(frozen=True, slots=True)
class MoveMoney:
    """The provider is to be asked for an operation; `key` is the operation's."""

    key: str
    order_id: str


Effect: TypeAlias = StockEffect | MoveMoney
"""Anything a change can ask for."""
