"""The places where a process may die between two steps that belong together."""

from typing import Final

PLACEMENT_SAVED: Final = "order_place.placement_saved"
"""The order is PLACING; inventory was not asked yet."""
ALLOCATION_ANSWERED: Final = "order_place.allocation_answered"
"""Inventory has reserved, or refused; the order does not know it yet."""
PLACEMENT_SETTLED: Final = "order_place.placement_settled"
"""The order is placed, or gone; nobody was told."""
PLACEMENT_GIVEN_UP: Final = "order_place.placement_given_up"
"""It is decided that the order will not be placed; inventory does not know it yet."""
ALLOCATION_WITHDRAWN: Final = "order_place.allocation_withdrawn"
"""Inventory has undone the reservation; the order is still there."""
CHANGE_SAVED: Final = "order_change.change_saved"
"""An order was changed; what stock has to do about it was not begun."""
PAYMENTS_ANSWERED: Final = "order_place.payments_answered"
"""Every tender is authorised, or one is declined; the order does not know it yet."""
PAYMENTS_VOIDED: Final = "order_place.payments_voided"
"""The provider has let go of all tenders; the order is still there."""
MONEY_MOVED: Final = "payment.money_moved"
"""The provider has answered; the order does not know it yet."""
MONEY_NOTED: Final = "payment.money_noted"
"""The order knows the answer; that the work is done is not written down."""
STOCK_MOVED: Final = "stock_effect.stock_moved"
"""Inventory has done its part; that it is done is not written down."""

PLACEMENT_POINTS: Final = (
    PLACEMENT_SAVED,
    ALLOCATION_ANSWERED,
    PAYMENTS_ANSWERED,
    PLACEMENT_SETTLED,
    PLACEMENT_GIVEN_UP,
    ALLOCATION_WITHDRAWN,
    PAYMENTS_VOIDED,
)
"""Every point that the placement of an order passes."""

CHANGE_POINTS: Final = (CHANGE_SAVED, STOCK_MOVED)
"""Every point that a change to an order passes."""

MONEY_POINTS: Final = (CHANGE_SAVED, MONEY_MOVED, MONEY_NOTED)
"""Every point that a change that moves money passes."""
