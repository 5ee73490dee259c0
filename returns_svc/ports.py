"""What the use-cases need of the outside, as protocols."""

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, TypeVar

from returns_svc.domain.errands import Errand, OrderUnits, Restock, TellOrders
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies.policy import Place, ReturnPolicy
from returns_svc.domain.requests.return_request import Refund, RefundState, Return
from returns_svc.domain.requests.returnable import ReturnableOrder
from returns_svc.domain.rights.visibility import Visibility
from service_kit.commands.idempotency import IdempotentRequest, Outcomes
from service_kit.messaging.envelope import Event

T = TypeVar("T")


class StaleReturn(Exception):
    """The return was changed by somebody else since it was read; read it again."""


class OrdersUnavailable(Exception):
    """Orders did not say what they did, or are still at it: ask again, same key."""


class InventoryUnavailable(Exception):
    """Inventory did not say what it did: ask again, same key."""


@dataclass(frozen=True, slots=True)
class OrderBy:
    """One order: exactly one of the three is given."""

    id: str | None = None
    ref: str | None = None
    line_id: str | None = None


@dataclass(frozen=True, slots=True)
class CustomerBy:
    """One customer: exactly one of the two is given; an address is never kept."""

    email: str | None = None
    ref: str | None = None


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a customer; every field may be unknown or erased."""

    email: str | None = None
    language: str | None = None
    given_name: str | None = None


class Orders(Protocol):
    """The orders. Each change is done once per key; a refusal raises Refusal or RefusedAll.

    Every call raises OrdersUnavailable if there was no answer.
    """

    async def order(self, by: OrderBy) -> ReturnableOrder | None:
        """The order as returns see it."""

    async def orders(self, by: Sequence[OrderBy]) -> Sequence[ReturnableOrder | None]:
        """Several of them in one call, in the order in which they were asked for."""

    async def orders_of_lines(self, line_ids: Collection[str]) -> Sequence[ReturnableOrder]:
        """The orders of lines, each order once."""

    async def orders_of(self, customer: CustomerBy, sku: str) -> Sequence[ReturnableOrder]:
        """The customer's orders with units of the SKU that can come back, the newest first."""

    async def declare(
        self, key: str, return_id: str, order_id: str, lines: Sequence[OrderUnits]
    ) -> None:
        """Set delivered units aside, all of them or none; refused NOTHING_LEFT."""

    async def tell(self, errand: TellOrders) -> None:
        """Declared units are back, or stay with the customer."""

    async def refund(self, order_id: str, refund: Refund) -> RefundState:
        """Have money given back, and say how far that is."""

    async def contact(self, customer_id: str) -> Contact | None:
        """How to reach the customer."""


class Inventory(Protocol):
    """The stock. Every call raises InventoryUnavailable if there was no answer."""

    async def place(self, code: str) -> Place | None:
        """The location of that code."""

    async def categories(self, skus: Collection[str]) -> Mapping[str, str | None]:
        """The categories of the SKUs; one that is not known has none."""

    async def restock(self, errand: Restock) -> None:
        """Put units back on the shelves, once per key."""


@dataclass(frozen=True, slots=True)
class Declaration:
    """A return that orders have not answered, and the command to which it belongs."""

    request: IdempotentRequest
    found: Return
    actor: str
    place: Place | None = None


class ReturnRepository(Protocol):
    """Returns, inside one transaction."""

    async def get(self, return_id: str) -> Return | None:
        """The return as it is now."""

    async def add(self, found: Return) -> None:
        """Keep a new return."""

    async def save(self, before: Return, after: Return) -> None:
        """Keep a changed return; raises StaleReturn unless `before` is what is stored."""


class DeclarationRepository(Protocol):
    """Declarations that orders have not answered, inside one transaction."""

    async def of(self, request: IdempotentRequest) -> Declaration | None:
        """The declaration that this command has begun and not ended."""

    async def get(self, return_id: str) -> Declaration | None:
        """The declaration of that return."""

    async def begin(self, declaration: Declaration, due_at: datetime) -> None:
        """Keep it, and see to it that somebody ends it if nobody has by then."""

    async def end(self, declaration: Declaration) -> None:
        """Remove it."""


class PolicyRepository(Protocol):
    """The policies, inside one transaction."""

    async def all(self) -> Sequence[ReturnPolicy]:
        """Every policy; there are few."""

    async def save(self, policies: Sequence[ReturnPolicy]) -> None:
        """Keep new and changed policies."""


class Work(Protocol):
    """One transaction: what it reads is of one moment, what it writes is kept whole or not."""

    @property
    def returns(self) -> ReturnRepository: ...

    @property
    def declarations(self) -> DeclarationRepository: ...

    @property
    def policies(self) -> PolicyRepository: ...

    @property
    def outcomes(self) -> Outcomes: ...

    async def publish(self, events: Sequence[Event]) -> None:
        """Tell the world once the transaction is kept."""

    async def schedule(self, errands: Sequence[Errand], due_at: datetime) -> None:
        """See to it that the errands are done."""

    async def schedule_expiry(self, return_id: str, due_at: datetime) -> None:
        """See to it that somebody looks whether the goods have come."""


class UnitOfWork(Protocol):
    """Runs a function in one transaction, again if another writer was first."""

    async def run(self, callback: Callable[[Work], Awaitable[T]]) -> T: ...


class ErrandRunner(Protocol):
    """Work that is due and was scheduled: done now if nobody else has taken it up."""

    async def run_now(self, identifier: str) -> bool:
        """Whether it was done by this call."""


@dataclass(frozen=True, slots=True)
class ReturnFilter:
    """Which returns to list; what is not given does not restrict."""

    states: frozenset[ReturnState] = field(default_factory=frozenset)
    order_id: str | None = None
    customer_id: str | None = None
    customer_ref: str | None = None
    channel: str | None = None
    location_code: str | None = None
    expected_at: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """So many rows, the newest first, after the row with that id."""

    limit: int
    after: str | None = None


class ReturnReader(Protocol):
    """Reads without a transaction, for queries; in batches, so that a page is few reads."""

    async def returns(self, ids: Collection[str]) -> Mapping[str, Return]:
        """The returns that exist, by id."""

    async def return_by_rma(self, rma: str) -> Return | None:
        """The return with that number."""

    async def list_returns(
        self, visibility: Visibility, wanted: ReturnFilter, page: Page
    ) -> Sequence[Return]:
        """The newest first."""

    async def count_returns(self, visibility: Visibility, wanted: ReturnFilter, most: int) -> int:
        """How many there are, counted up to `most`."""

    async def returns_of_orders(self, order_ids: Collection[str]) -> Mapping[str, Sequence[Return]]:
        """The returns of orders, by order id, the oldest first."""

    async def returns_of_lines(self, line_ids: Collection[str]) -> Mapping[str, Sequence[Return]]:
        """The returns of order lines, by line id, the oldest first."""

    async def policies(self) -> Sequence[ReturnPolicy]:
        """Every policy."""
