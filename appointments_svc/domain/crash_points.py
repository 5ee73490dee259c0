"""The places where a process may die between two steps that belong together."""

from typing import Final

BOOKING_SAVED: Final = "appointment_book.booking_saved"
"""The slot is taken; inventory was not asked for the products yet."""
STOCK_ANSWERED: Final = "appointment_book.stock_answered"
"""Inventory keeps the products, or refused; the appointment does not know it yet."""
BOOKING_SETTLED: Final = "appointment_book.booking_settled"
"""The appointment is confirmed, or the slot is free again; nobody was told."""
CHANGE_SAVED: Final = "appointment_change.change_saved"
"""An appointment was changed; what the world has to do about it was not begun."""
PRODUCTS_RELEASED: Final = "errand.products_released"
"""Inventory has the products back; that it is done is not written down."""

BOOKING_POINTS: Final = (BOOKING_SAVED, STOCK_ANSWERED, BOOKING_SETTLED)
"""Every point that a booking with products passes."""

CHANGE_POINTS: Final = (CHANGE_SAVED, PRODUCTS_RELEASED)
"""Every point that a cancellation passes."""
