"""What a resolver may reach: the caller, the use-cases' surroundings, and batched reads."""

from dataclasses import dataclass
from typing import TypeAlias

from strawberry.dataloader import DataLoader

from order_svc.domain.customers.customer import Customer
from order_svc.domain.customers.personal import Destination, Person
from order_svc.domain.orders.order import Order
from order_svc.domain.rights.visibility import Visibility, visibility_of
from order_svc.ports import OrderReader
from order_svc.use_cases.surroundings import Surroundings
from service_kit.graphql.context import InfoOf, LoadingContext
from service_kit.graphql.loaders import loader_of
from service_kit.messaging.event_log import EventLog


@dataclass(frozen=True, slots=True)
class Loaders:
    """One batch read per kind of row, for one request."""

    orders: DataLoader[str, Order | None]
    customers: DataLoader[str, Customer | None]
    people: DataLoader[str, Person | None]
    destinations: DataLoader[str, Destination | None]


@dataclass(frozen=True, slots=True)
class OrderContext(LoadingContext[Loaders]):
    """The context of one request to this service."""

    around: Surroundings
    reader: OrderReader
    log: EventLog

    def new_loaders(self) -> Loaders:
        """Give loaders that have read nothing yet."""
        return Loaders(
            orders=loader_of(self.reader.orders),
            customers=loader_of(self.reader.customers),
            people=loader_of(self.reader.people),
            destinations=loader_of(self.reader.destinations),
        )

    def order_read(self, key: str) -> Order | None:
        """Give an order as it was read since `forget`; None if it was not, or is not there."""
        read = self.loaders.orders.cache_map.get(key)
        known = read is not None and read.done() and not read.cancelled() and not read.exception()
        return read.result() if read is not None and known else None

    @property
    def visibility(self) -> Visibility:
        """The part of all orders that the caller sees."""
        return visibility_of(self.caller)


Info: TypeAlias = InfoOf[OrderContext]
"""`Info` of this service's resolvers."""
