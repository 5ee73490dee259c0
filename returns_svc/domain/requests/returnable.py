"""An order as orders tell of it: what was paid, and what of it can come back."""

from dataclasses import dataclass

from retail_kit.money import Money
from returns_svc.domain.policies.eligibility import DeliveredUnits
from returns_svc.domain.requests.return_request import SoldIn


@dataclass(frozen=True, slots=True)
class ReturnableLine:
    """A line of an order; `paid` is the price of `paid_units`, all that are not cancelled.

    `refundable` is final unless `is_settling`: then money for the line is still moving.
    """

    line_id: str
    sku: str
    paid: Money
    paid_units: int
    delivered: tuple[DeliveredUnits, ...]
    declared: int = 0
    returned: int = 0
    refundable: Money | None = None
    is_settling: bool = False

    @property
    def with_customer(self) -> int:
        """How many units can be given back, as far as orders are concerned."""
        return sum(units.quantity for units in self.delivered)


@dataclass(frozen=True, slots=True)
class ReturnableOrder:
    """An order with its customer; `sold_in` is what a return of it remembers."""

    sold_in: SoldIn
    lines: tuple[ReturnableLine, ...]
    customer_id: str | None = None
    customer_ref: str | None = None

    def line(self, line_id: str) -> ReturnableLine | None:
        """The line of that id."""
        return next((line for line in self.lines if line.line_id == line_id), None)
