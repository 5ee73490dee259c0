"""Orders, inventory and the post in memory, for tests of returns; each counts what it is told."""

# ruff: noqa: ARG002  # the ports give the signatures

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from retail_kit.money import Money
from returns_svc.domain.errands import OrderStep, OrderUnits, Restock, TellOrders
from returns_svc.domain.policies.eligibility import DeliveredUnits
from returns_svc.domain.policies.policy import Place
from returns_svc.domain.refusals import nothing_left
from returns_svc.domain.requests.return_request import Refund, RefundState, SoldIn
from returns_svc.domain.requests.returnable import ReturnableLine, ReturnableOrder
from returns_svc.ports import Contact, CustomerBy, OrderBy
from service_kit.outbound.messages import Message

ORDER, LINE = "o1", "o1.l1"
SOLD: SoldIn = SoldIn(ORDER, "T-1", "web", "EUR", "FR", paid_here=True)


@dataclass
class FakeOrders:
    """One order of some units of a shoe at 10 EUR; each key is done once.

    Before it is `captured`, the provider has not answered whether it was paid.
    """

    delivered_at: datetime
    units: int = 2
    declared: int = 0
    returned: int = 0
    given: int = 0
    captured: bool = True
    done: dict[str, RefundState | None] = field(default_factory=dict)
    times: Counter[str] = field(default_factory=Counter)

    async def order(self, by: OrderBy) -> ReturnableOrder | None:
        left = self.units - self.declared - self.returned
        line = ReturnableLine(
            LINE,
            "SHOE",
            Money(1000 * self.units, "EUR"),
            self.units,
            (DeliveredUnits(left, self.delivered_at),) if left else (),
            self.declared,
            self.returned,
            Money((1000 * self.units if self.captured else 0) - self.given, "EUR"),
            is_settling=not self.captured,
        )
        return ReturnableOrder(SOLD, (line,), "c1", "ANNA")

    async def orders(self, by: Sequence[OrderBy]) -> Sequence[ReturnableOrder | None]:
        return [await self.order(one) for one in by]

    async def orders_of_lines(self, line_ids: Collection[str]) -> Sequence[ReturnableOrder]:
        found = await self.order(OrderBy(id=ORDER))
        return [found] if found and LINE in line_ids else []

    async def orders_of(self, customer: CustomerBy, sku: str) -> Sequence[ReturnableOrder]:
        found = await self.order(OrderBy(id=ORDER))
        return [found] if found else []

    async def declare(
        self, key: str, return_id: str, order_id: str, lines: Sequence[OrderUnits]
    ) -> None:
        if self._seen(key):
            return
        asked = sum(line.quantity for line in lines)
        left = self.units - self.declared - self.returned
        if asked > left:
            raise nothing_left(LINE, asked, left)
        self.done[key] = None
        self.declared += asked

    async def tell(self, errand: TellOrders) -> None:
        if self._seen(errand.key):
            return
        self.done[errand.key] = None
        units = sum(line.quantity for line in errand.lines)
        self.declared -= units
        if errand.step is OrderStep.COMPLETE:
            self.returned += units

    async def refund(self, order_id: str, refund: Refund) -> RefundState:
        if not self._seen(refund.id):
            self.done[refund.id] = RefundState.SUCCEEDED
            self.given += refund.amount("EUR").minor
        return RefundState.SUCCEEDED

    async def contact(self, customer_id: str) -> Contact | None:
        return Contact("anna@example.test", "fr", "Anna")

    def _seen(self, key: str) -> bool:
        self.times[key] += 1
        return key in self.done


@dataclass
class FakeShelves:
    """Shops of which every code is one unless all are gone, and shelves that count by key."""

    are_gone: bool = False
    on_hand: Counter[str] = field(default_factory=Counter)
    keys: set[str] = field(default_factory=set)

    async def place(self, code: str) -> Place | None:
        return None if self.are_gone else Place(code, "STORE")

    async def categories(self, skus: Collection[str]) -> Mapping[str, str | None]:
        return dict.fromkeys(skus)

    async def restock(self, errand: Restock) -> None:
        if errand.key not in self.keys:
            self.keys.add(errand.key)
            for line in errand.lines:
                self.on_hand[line.location_code] += line.quantity


@dataclass
class FakePost:
    """Messages by key."""

    sent: dict[str, Message] = field(default_factory=dict)

    async def send(self, message: Message) -> None:
        self.sent[message.key] = message
