"""Orders and inventory as appointments know them, in memory: idempotent by key."""

# ruff: noqa: ARG002  # the ports give the signatures

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Product, Visitor
from appointments_svc.ports import Contact, CustomerBy, InventoryUnavailable, Kept
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.outbound.messages import TextMessage
from tests.support.visits import SHOP, at

CUSTOMERS: Final = (Visitor("c-1", "C1"), Visitor("c-2", "C2"))
ANNA: Final = Contact("anna@example.test", None, "fr", "Anna")


@dataclass
class FakeOrders:
    """Orders that know two customers, and an order of the first."""

    reached_by: Contact | None = ANNA

    async def visitor(self, by: CustomerBy) -> Visitor | None:
        known = (each for each in CUSTOMERS if each.ref == by.ref or each.id == by.id)
        return next(known, None)

    async def customer_of_order(self, order_id: str) -> tuple[bool, str | None]:
        return order_id == "o-1", CUSTOMERS[0].id if order_id == "o-1" else None

    async def contact(self, customer_id: str) -> Contact | None:
        return self.reached_by


@dataclass
class FakeTexts:
    """Text messages by key."""

    sent: dict[str, TextMessage] = field(default_factory=dict)

    async def send(self, message: TextMessage) -> None:
        self.sent[message.key] = message


@dataclass
class FakeStock:
    """One shop with a few units of everything."""

    units: int = 5
    is_away: bool = False
    reservations: dict[str, int] = field(default_factory=dict)
    refused: set[str] = field(default_factory=set)

    @property
    def kept(self) -> int:
        """Units that are kept now."""
        return sum(self.reservations.values())

    async def sites(self, codes: Collection[str]) -> Mapping[str, Site]:
        return {code: SHOP for code in codes if code == SHOP.code}

    async def keep(self, key: str, location_code: str, products: Sequence[Product]) -> Kept:
        self._require_presence()
        reservation = f"r-{key}"
        wanted = sum(product.quantity for product in products)
        if key in self.refused or (
            reservation not in self.reservations and wanted > self.units - self.kept
        ):
            self.refused.add(key)
            path = ("input", "lines", "0", "sku")
            raise RefusedAll([Refusal("INSUFFICIENT_STOCK", "Too few.", path=path)])
        self.reservations.setdefault(reservation, wanted)
        return Kept(reservation, at(9) + timedelta(days=90))

    async def release(self, key: str, reservation_id: str) -> None:
        self._require_presence()
        self.reservations[reservation_id] = 0

    def _require_presence(self) -> None:
        if self.is_away:
            raise InventoryUnavailable
