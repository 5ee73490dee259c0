"""What the use-cases need of the outside, as protocols."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, Protocol, TypeVar

from order_svc.domain.customers.customer import Customer
from order_svc.domain.customers.personal import Destination, Person
from order_svc.domain.effects import Effect
from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.history.timeline import TimelineEntry
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from order_svc.domain.lifecycles.order_status import OrderStatus
from order_svc.domain.orders.allocation import Allocation
from order_svc.domain.orders.awaiting import Standing
from order_svc.domain.orders.named_reservations import NamedReservations
from order_svc.domain.orders.order import Order
from order_svc.domain.payments.payment import Answer, PaymentMethod
from order_svc.domain.prices.price import Price
from order_svc.domain.rights.visibility import Visibility
from order_svc.domain.stock_effects import ConsumeStock, CorrectStock, ReleaseStock
from retail_kit.money import Money
from service_kit.commands.idempotency import IdempotentRequest, Outcomes
from service_kit.commands.refusal import Refusal
from service_kit.messaging.envelope import Event

T = TypeVar("T")
PlaceT = TypeVar("PlaceT")


class StaleOrder(Exception):
    """The order was changed by somebody else since it was read; read it again."""


class InventoryUnavailable(Exception):
    """Inventory did not say what it did, or did for an earlier call: ask again, same key."""


@dataclass(frozen=True, slots=True)
class WantedLine:
    """Units of a SKU to be reserved for a line; or the one piece that `serial` names."""

    line_id: str
    sku: str
    quantity: int
    serial: str | None = None


@dataclass(frozen=True, slots=True)
class AllocationRequest:
    """What to reserve for an order, all of it or nothing, and where it goes.

    It may come as late as `accept_until`. What `reservations` keep of the lines is theirs first.
    Asked again with the same key, the answer is the same.
    """

    key: str
    order_id: str
    channel: str
    lines: tuple[WantedLine, ...]
    destination: Destination | None = None
    excluded_locations: tuple[str, ...] = ()
    accept_until: datetime | None = None
    reservations: NamedReservations | None = None


class Inventory(Protocol):
    """The stock. Each call is done once per key; a refusal raises Refusal or RefusedAll."""

    async def allocate(self, request: AllocationRequest) -> Allocation:
        """Choose locations and reserve there; refused INSUFFICIENT_STOCK if not all is there."""

    async def standing(self, reservation_id: str) -> Standing:
        """What a reservation keeps, and what it waits for."""

    async def prices_of_pieces(self, serials: Collection[str]) -> Mapping[str, Money]:
        """The own prices of those pieces that have one, by serial number."""

    async def withdraw(self, key: str, order_id: str) -> None:
        """Undo the allocation of that key, or see to it that it is refused if it comes late."""

    async def consume(self, effect: ConsumeStock) -> None:
        """The goods have left."""

    async def release(self, effect: ReleaseStock) -> None:
        """The goods can be sold again."""

    async def correct(self, effect: CorrectStock) -> None:
        """The goods were not there as the stock says."""


class PaymentUnavailable(Exception):
    """The provider did not say what it did: ask again, same key."""


@dataclass(frozen=True, slots=True)
class Tender:
    """An amount to authorise on a means of payment, which the provider knows by its token."""

    key: str
    order_id: str
    method: PaymentMethod
    token: str
    amount: Money


@dataclass(frozen=True, slots=True)
class MoneyMove:
    """A part of an authorisation to take, to give back or to let go of."""

    key: str
    authorisation: str
    amount: Money


class PaymentProvider(Protocol):
    """Who moves money. Each call is done once per key, and answers the same when repeated.

    A no is an answer; an unknown outcome raises PaymentUnavailable. Never more is taken than was
    authorised and not let go of, never more given back than was taken.
    """

    async def authorise(self, tender: Tender) -> Answer:
        """Set an amount aside; its key names the authorisation from then on."""

    async def capture(self, move: MoneyMove) -> Answer:
        """Take a part of what was set aside."""

    async def refund(self, move: MoneyMove) -> Answer:
        """Give a part of what was taken back to the same means."""

    async def void(self, move: MoneyMove) -> Answer:
        """Let go of what was set aside; an authorisation never seen is refused if it comes late."""


class Pricing(Protocol):
    """What things cost; prices are looked up here, never computed."""

    async def prices_of(self, channel: str, skus: Collection[str]) -> Mapping[str, Money]:
        """The unit prices of those SKUs that have one on the channel."""


@dataclass(frozen=True, slots=True)
class PlacementClaim:
    """Which command an order that is being placed belongs to, and who gave it.

    It takes `reservations` over. Once it is `given_up` the order must not be placed any more,
    whatever anybody answers; then `refusals` say why, unless it has only taken too long.
    """

    request: IdempotentRequest
    order_id: str
    actor: str
    given_up: bool = False
    refusals: tuple[Refusal, ...] = ()
    reservations: NamedReservations | None = None


class OrderRepository(Protocol):
    """Orders with their fulfilments and timelines, inside one transaction."""

    async def get(self, order_id: str) -> Order | None:
        """The order as it is now."""

    async def claim_of(self, request: IdempotentRequest) -> PlacementClaim | None:
        """The placement that this command has begun and not ended."""

    async def claim(self, order_id: str) -> PlacementClaim | None:
        """The command to which an order that is being placed belongs."""

    async def ref_exists(self, ref: str) -> bool:
        """Whether an order has, or is about to have, that reference."""

    async def begin(self, order: Order, claim: PlacementClaim, destination: Destination) -> None:
        """Keep an order that is being placed, and where it goes."""

    async def abandon(self, order: Order) -> None:
        """Remove an order that was being placed, and everything about it."""

    async def give_up(self, order_id: str, refusals: Sequence[Refusal] = ()) -> bool:
        """Mark the placement as given up; False if it has ended, so that there is nothing to.

        Whoever gives it up first says why.
        """

    async def end_claim(self, order_id: str) -> None:
        """Its placement has ended well."""

    async def save(self, before: Order, after: Order) -> None:
        """Keep what differs; raises StaleOrder unless `before` is what is stored."""

    async def tell(self, entries: Sequence[TimelineEntry]) -> None:
        """Add to the timeline."""

    async def destination_of(self, order_id: str) -> Destination | None:
        """Where the order goes; None once that is erased."""


class CustomerRepository(Protocol):
    """Customers and what is personal about them, inside one transaction."""

    async def get_many(self, ids: Collection[str]) -> Mapping[str, Customer]:
        """Those customers that exist, by id."""

    async def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        """What is personal about them, unless it was erased."""

    async def save(self, customers: Sequence[Customer]) -> None:
        """Keep new and changed customers."""

    async def save_people(self, people: Mapping[str, Person]) -> None:
        """Keep what is personal about customers, by id."""


class PriceRepository(Protocol):
    """The price book, inside one transaction."""

    async def get_many(self, keys: Collection[tuple[str, str]]) -> Mapping[tuple[str, str], Price]:
        """The prices that exist, by channel and SKU."""

    async def save(self, prices: Sequence[Price]) -> None:
        """Keep new and changed prices."""


class Work(Protocol):
    """One transaction: what it reads is of one moment, what it writes is kept whole or not."""

    @property
    def orders(self) -> OrderRepository: ...

    @property
    def customers(self) -> CustomerRepository: ...

    @property
    def prices(self) -> PriceRepository: ...

    @property
    def outcomes(self) -> Outcomes: ...

    async def publish(self, events: Sequence[Event]) -> None:
        """Tell the world once the transaction is kept."""

    async def schedule_recovery(self, order_id: str, due_at: datetime) -> None:
        """See to it that a placement is ended, if nobody ends it before that moment."""

    async def placement_ended(self, order_id: str) -> None:
        """No recovery is needed any more."""

    async def schedule_look(self, order_id: str, reservation_id: str, due_at: datetime) -> None:
        """See to it that an order is brought up to what a reservation keeps for it by then."""

    async def schedule_effects(self, effects: Sequence[Effect], due_at: datetime) -> None:
        """See to it that the effects are done."""

    async def effect_ended(self, key: str) -> bool:
        """The effect is done with this transaction; False if it was done before."""


class UnitOfWork(Protocol):
    """Runs a function in one transaction, again if another writer was first."""

    async def run(self, callback: Callable[[Work], Awaitable[T]]) -> T: ...


class Errands(Protocol):
    """Work that is due and was scheduled: done now if nobody else has taken it up."""

    async def run_now(self, identifier: str) -> bool:
        """Whether it was done by this call."""


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Which orders to list; what is not given does not restrict."""

    channel: str | None = None
    customer_ref: str | None = None
    customer_id: str | None = None
    statuses: frozenset[OrderStatus] = field(default_factory=frozenset)
    location_code: str | None = None
    at_risk: bool = False


@dataclass(frozen=True, slots=True)
class FulfilmentFilter:
    """Which fulfilments to list; what is not given does not restrict."""

    location_code: str | None = None
    location_id: str | None = None
    states: frozenset[FulfilmentState] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Page(Generic[PlaceT]):
    """So many rows, after a place in the list."""

    limit: int
    after: PlaceT | None


class OrderReader(Protocol):
    """Reads without a transaction, for queries; in batches, so that a page is few reads."""

    async def orders(self, ids: Collection[str]) -> Mapping[str, Order]:
        """The orders that exist, by id."""

    async def order_by_ref(self, ref: str) -> Order | None:
        """The order with that reference."""

    async def list_orders(
        self, visibility: Visibility, wanted: OrderFilter, page: Page[str]
    ) -> Sequence[Order]:
        """The newest first."""

    async def count_orders(self, visibility: Visibility, wanted: OrderFilter, most: int) -> int:
        """How many there are, counted up to `most`."""

    async def list_fulfilments(
        self, visibility: Visibility, wanted: FulfilmentFilter, page: Page[tuple[datetime, str]]
    ) -> Sequence[tuple[Fulfilment, Order]]:
        """The oldest first, each with its order."""

    async def count_fulfilments(
        self, visibility: Visibility, wanted: FulfilmentFilter, most: int
    ) -> int:
        """How many there are, counted up to `most`."""

    async def timeline(self, order_id: str, page: Page[str]) -> Sequence[TimelineEntry]:
        """The oldest first; the place in the list is the entry's id."""

    async def orders_of(
        self, customer_ids: Collection[str], sku: str, limit: int
    ) -> Sequence[Order]:
        """The customers' orders with that SKU, the newest first."""

    async def customers_with_email(self, email: str) -> Collection[str]:
        """The ids of the customers with that e-mail address."""

    async def destinations(self, order_ids: Collection[str]) -> Mapping[str, Destination]:
        """Where orders go, by order id, unless that was erased."""

    async def customers(self, ids: Collection[str]) -> Mapping[str, Customer]:
        """The customers that exist, by id."""

    async def people(self, ids: Collection[str]) -> Mapping[str, Person]:
        """What is personal about customers, by id, unless it was erased."""
