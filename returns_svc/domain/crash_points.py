"""The places where a process may die between two steps that belong together."""

from typing import Final

DECLARATION_SAVED: Final = "return_declare.declaration_saved"
"""The declaration is kept; orders were not asked yet."""
ORDERS_ANSWERED: Final = "return_declare.orders_answered"
"""Orders have set the units aside, or refused; the return does not know it yet."""
DECLARATION_SETTLED: Final = "return_declare.declaration_settled"
"""The return is approved, or gone; nobody was told."""
CHANGE_SAVED: Final = "return_change.change_saved"
"""A return was changed; what the world has to do about it was not begun."""
ORDERS_TOLD: Final = "errand.orders_told"
"""Orders have done their part; that it is done is not written down."""
STOCK_MOVED: Final = "errand.stock_moved"
"""Inventory has done its part; that it is done is not written down."""
REFUND_FIXED: Final = "refund.amounts_fixed"
"""What is asked of orders is written down; they were not asked yet."""
REFUND_ASKED: Final = "refund.orders_answered"
"""Orders have answered; the return does not know it yet."""
LABEL_KEPT: Final = "label.document_kept"
"""The label is in the object store; the return does not know it yet."""

DECLARATION_POINTS: Final = (DECLARATION_SAVED, ORDERS_ANSWERED, DECLARATION_SETTLED)
"""Every point that a declaration passes."""

CHANGE_POINTS: Final = (
    CHANGE_SAVED,
    ORDERS_TOLD,
    STOCK_MOVED,
    REFUND_FIXED,
    REFUND_ASKED,
)
"""Every point that an inspection passes."""
