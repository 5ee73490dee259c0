"""The subgraph of orders, joined."""

from functools import cache

import strawberry

from order_svc.api.fulfilment_mutations import FulfilmentMutations
from order_svc.api.order_mutations import OrderMutations
from order_svc.api.payment_types import Payment, Refund
from order_svc.api.queries import OrderQueries
from order_svc.api.return_mutations import ReturnMutations
from order_svc.api.service_queries import ServiceQueries
from order_svc.api.subscriptions import Subscription
from order_svc.api.types import Customer, Fulfilment, Location, Order, OrderLine, Parcel
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema


@strawberry.type(description="What can be read.")
class Query(OrderQueries, ServiceQueries):
    """The root of reading."""


@strawberry.type(description="What can be changed.")
class Mutation(OrderMutations, FulfilmentMutations, ReturnMutations):
    """The root of writing."""


@cache
def order_schema() -> SubgraphSchema:
    """Build the schema, once; every operation in it names its callers."""
    return build_subgraph_schema(
        Query,
        Mutation,
        Subscription,
        types=(Order, OrderLine, Fulfilment, Parcel, Customer, Location, Payment, Refund),
    )
