"""The subgraph of returns, joined."""

from functools import cache

from returns_svc.api.mutations import Mutation
from returns_svc.api.policy_types import ReturnPolicy
from returns_svc.api.queries import Query
from returns_svc.api.subscriptions import Subscription
from returns_svc.api.types import (
    Customer,
    Item,
    Location,
    Order,
    OrderLine,
    ReturnLine,
    ReturnRequest,
)
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema


@cache
def returns_schema() -> SubgraphSchema:
    """Build the schema, once; every operation in it names its callers."""
    return build_subgraph_schema(
        Query,
        Mutation,
        Subscription,
        types=(
            ReturnRequest,
            ReturnLine,
            ReturnPolicy,
            Order,
            OrderLine,
            Customer,
            Location,
            Item,
        ),
    )
