"""Strawberry alone: what its own view takes for the same questions, with the answers at hand.

`python -m bench.inventory.bare PORT SKUS` serves them over the server of the services, with
Strawberry's caches of documents. Nobody is checked; there are no rules, no freshness, no telemetry.
"""

import sys

import strawberry
from prometheus_client import CollectorRegistry
from starlette.applications import Starlette
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from bench.inventory.goods import LOCATIONS, sku_of, total_of, units_of
from devstack.ports import HOST
from service_kit.runtime.garbage import collect_rarely
from service_kit.runtime.health import health_routes
from service_kit.runtime.process import serve


@strawberry.type
class Location:
    """A location by its code."""

    code: str


@strawberry.type
class LocationAvailability:
    """The units of one location."""

    location: Location
    quantity: int


@strawberry.type
class Availability:
    """The units of one SKU."""

    sku: str
    quantity: int
    number: strawberry.Private[int]

    @strawberry.field
    def locations(self) -> list[LocationAvailability]:
        """Each location's."""
        return [
            LocationAvailability(
                location=Location(code=code), quantity=units_of(self.number, place)
            )
            for place, code in enumerate(LOCATIONS)
        ]


_TOLD: dict[str, Availability] = {}


@strawberry.type
class Query:
    """What shoppers ask."""

    @strawberry.field
    async def availability(
        self, skus: list[str], channels: list[str]
    ) -> list[Availability | None] | None:
        """Answer out of a dictionary."""
        return [_TOLD[sku] for sku in skus for _ in channels]


def bare(skus: int) -> Starlette:
    """Give the app for so many SKUs."""
    for number in range(skus):
        sku = sku_of(number)
        _TOLD[sku] = Availability(sku=sku, quantity=total_of(number), number=number)
    schema = strawberry.Schema(Query, extensions=[ParserCache, ValidationCache])
    view: GraphQL[None, None] = GraphQL(schema, graphql_ide=None)
    return Starlette(routes=[Route("/graphql", view), *health_routes((), CollectorRegistry())])


if __name__ == "__main__":
    app = bare(int(sys.argv[2]))
    collect_rarely()
    serve(app, host=HOST, port=int(sys.argv[1]), log_level="warning")
