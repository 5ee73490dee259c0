"""What a resolver may reach: the caller, the use-cases' surroundings, and batched reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from strawberry.dataloader import DataLoader

from returns_svc.domain.policies.policy import ReturnPolicy
from returns_svc.domain.requests.return_request import Return
from returns_svc.domain.requests.returnable import ReturnableOrder
from returns_svc.domain.rights.visibility import Visibility, visibility_of
from returns_svc.ports import OrderBy, ReturnReader
from returns_svc.use_cases.asking import answered
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.graphql.context import InfoOf, LoadingContext
from service_kit.graphql.loaders import loader_of
from service_kit.messaging.event_log import EventLog


@dataclass(frozen=True, slots=True)
class Loaders:
    """One batch read per kind of row, for one request."""

    returns: DataLoader[str, Return | None]
    of_orders: DataLoader[str, Sequence[Return] | None]
    of_lines: DataLoader[str, Sequence[Return] | None]
    orders: DataLoader[OrderBy, ReturnableOrder | None]
    orders_of_lines: DataLoader[str, ReturnableOrder | None]
    policies: DataLoader[str, Sequence[ReturnPolicy]]
    categories: DataLoader[str, str | None]


@dataclass(frozen=True, slots=True)
class ReturnsContext(LoadingContext[Loaders]):
    """The context of one request to this service."""

    around: Surroundings
    reader: ReturnReader
    log: EventLog

    def new_loaders(self) -> Loaders:
        """Give loaders that have read nothing yet."""
        return Loaders(
            returns=loader_of(self.reader.returns),
            of_orders=loader_of(self.reader.returns_of_orders),
            of_lines=loader_of(self.reader.returns_of_lines),
            orders=DataLoader(load_fn=self._orders),
            orders_of_lines=loader_of(self._orders_of_lines),
            policies=DataLoader(load_fn=self._policies),
            categories=loader_of(self._categories),
        )

    @property
    def visibility(self) -> Visibility:
        """The part of all returns that the caller sees."""
        return visibility_of(self.caller)

    async def policies(self) -> Sequence[ReturnPolicy]:
        """Every policy, read once for the request."""
        return await self.loaders.policies.load("")

    async def _policies(self, keys: list[str]) -> list[Sequence[ReturnPolicy]]:
        policies = await self.reader.policies()
        return [policies for _ in keys]

    async def _orders(self, keys: list[OrderBy]) -> list[ReturnableOrder | None]:
        return list(await answered(self.around.orders.orders(keys)))

    async def _orders_of_lines(self, line_ids: list[str]) -> Mapping[str, ReturnableOrder]:
        orders = await answered(self.around.orders.orders_of_lines(line_ids))
        return {line.line_id: order for order in orders for line in order.lines}

    async def _categories(self, skus: list[str]) -> Mapping[str, str]:
        found = await answered(self.around.inventory.categories(skus))
        return {sku: category for sku, category in found.items() if category is not None}


Info: TypeAlias = InfoOf[ReturnsContext]
"""`Info` of this service's resolvers."""
