"""Inventory's subgraph."""

from functools import cache

from inventory_svc.api.mutations import Mutation
from inventory_svc.api.queries import Query
from inventory_svc.api.subscriptions import Subscription
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema


@cache
def inventory_schema() -> SubgraphSchema:
    """Build the schema, once; every operation says who may call it."""
    return build_subgraph_schema(Query, Mutation, Subscription)
