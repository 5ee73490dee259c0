"""What can be asked of returns."""

from typing import Annotated, TypeAlias

import strawberry

from returns_svc.api.access import ANYBODY, READERS
from returns_svc.api.context import Info
from returns_svc.api.enums import RETURN_STATE_INPUT
from returns_svc.api.listing import return_page
from returns_svc.api.policy_types import ReturnPolicy
from returns_svc.api.types import ReturnRequest
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.rights.visibility import may_find
from returns_svc.ports import ReturnFilter
from service_kit.graphql.connections import After, Connection, First
from service_kit.graphql.enums import optional_list
from service_kit.graphql.fields import query_field
from service_kit.graphql.global_ids import from_global_id


@strawberry.input(one_of=True, description="One return, by its global id or its number.")
class ReturnRequestBy:
    """Exactly one of the fields is given."""

    id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The global id."
    )
    rma: str | None = strawberry.field(
        default=strawberry.UNSET, description="The number people use."
    )


@strawberry.input(description="Which returns to list; what is not given does not restrict.")
class ReturnRequestFilter:
    """All conditions together."""

    states: list[ReturnState] | None = strawberry.field(
        default=None,
        graphql_type=optional_list(RETURN_STATE_INPUT),
        description="One of these states; UNMATCHED ones wait for somebody to find the order.",
    )
    order_id: strawberry.ID | None = strawberry.field(
        default=None, description="The global id of the order."
    )
    customer_ref: str | None = strawberry.field(
        default=None, description="The customer's reference."
    )
    location_code: str | None = strawberry.field(
        default=None, description="The code of the location that the goods are at, or come to."
    )


ByReturn: TypeAlias = Annotated[ReturnRequestBy, strawberry.argument(description="Which return.")]
Filter: TypeAlias = Annotated[
    ReturnRequestFilter | None, strawberry.argument(description="Which; all if not given.")
]


@strawberry.type(description="What can be read.")
class Query:
    """The root of reading."""

    @query_field(
        *READERS,
        description="A return; null if there is none that the caller may see, or take in.",
    )
    async def return_request(self, info: Info, by: ByReturn) -> ReturnRequest | None:
        if by.id:
            key = from_global_id(by.id, "ReturnRequest", ("by", "id"))
            found = await info.context.loaders.returns.load(key)
        else:
            found = await info.context.reader.return_by_rma(by.rma or "")
        is_found = found is not None and may_find(info.context.caller, found)
        return ReturnRequest.of(found) if found is not None and is_found else None

    @query_field(*READERS, description="The returns that the caller may see, the newest first.")
    async def return_requests(
        self, info: Info, filter: Filter = None, first: First = None, after: After = None
    ) -> Connection[ReturnRequest] | None:
        given = filter or ReturnRequestFilter()
        order_id = given.order_id
        path = ("filter", "orderId")
        wanted = ReturnFilter(
            states=frozenset(given.states or ()),
            order_id=None if order_id is None else from_global_id(order_id, "Order", path),
            customer_ref=given.customer_ref,
            location_code=given.location_code,
        )
        return await return_page(info, wanted, ReturnRequest.of, first=first, after=after)

    @query_field(*ANYBODY, description="Every return policy; where none holds, the law does.")
    async def return_policies(self, info: Info) -> list[ReturnPolicy] | None:
        return [ReturnPolicy.of(policy) for policy in await info.context.policies()]
