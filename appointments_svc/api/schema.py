"""The subgraph of appointments, joined."""

from functools import cache

from appointments_svc.api.mutations import Mutation
from appointments_svc.api.parts import Item, Reservation
from appointments_svc.api.queries import Query
from appointments_svc.api.record_types import Advisor, AppointmentType
from appointments_svc.api.subscriptions import Subscription
from appointments_svc.api.types import Appointment, Customer, Location, Order
from service_kit.graphql.schema import SubgraphSchema, build_subgraph_schema


@cache
def appointments_schema() -> SubgraphSchema:
    """Build the schema, once; every operation in it names its callers."""
    return build_subgraph_schema(
        Query,
        Mutation,
        Subscription,
        types=(
            Appointment,
            AppointmentType,
            Advisor,
            Location,
            Customer,
            Order,
            Item,
            Reservation,
        ),
    )
