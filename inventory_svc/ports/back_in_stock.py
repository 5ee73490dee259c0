"""What the use-cases ask of the lists of those who wait for an item."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol, TypeAlias

from inventory_svc.domain.back_in_stock.registration import ListKey, Person, Registration
from inventory_svc.domain.back_in_stock.waiting_list import WaitingList
from inventory_svc.ports.stock import StockReads
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal

UnitsOf: TypeAlias = Callable[[StockReads], Awaitable[int]]
"""Gives how many units can be sold now, by the stock as one transaction sees it."""


@dataclass(frozen=True, slots=True)
class RegistrationsWanted:
    """A page of registrations, after the time and the identifier of one."""

    limit: int
    sku: str | None = None
    persons: frozenset[Person] | None = None
    after: tuple[datetime, str] | None = None


class BackInStock(Protocol):
    """Who waits for which item to be back."""

    async def register(
        self,
        request: IdempotentRequest,
        actor: str,
        wanted: Registration,
        problems: Sequence[Refusal] = (),
    ) -> Registration:
        """Put a person on a list, or give who is on it another end; the same for the same key.

        Problems refuse a request that was not served before.
        """

    async def withdraw(
        self,
        request: IdempotentRequest,
        actor: str,
        identifier: str,
        persons: frozenset[Person] | None,
        now: datetime,
    ) -> Registration:
        """Take somebody off a list, if they are one of the persons; refuse NOT_FOUND otherwise."""

    async def erase(self, request: IdempotentRequest, person: Person) -> int:
        """Delete all registrations of a person and give their number; the same for the same key."""

    async def tell(self, on: ListKey, units_of: UnitsOf, now: datetime) -> bool:
        """Tell those whose turn it is; True when there are more of them."""

    async def may_go_round(self, owner: str, duration: timedelta) -> bool:
        """Whether nobody else looks at all lists; for so long nobody else does then."""

    async def pass_over_expired(self, now: datetime, limit: int) -> bool:
        """Take up to so many off the lists whose time is over; False when that was all."""

    async def waited_on(self, after: str, limit: int) -> Sequence[WaitingList]:
        """Give lists on which somebody may wait, by identifier, after one."""

    async def page(self, wanted: RegistrationsWanted) -> Sequence[Registration]:
        """Give registrations, the latest first."""
