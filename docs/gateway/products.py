"""A subgraph of the gateway's first example: products, an entity by its key."""

import strawberry
from strawberry.asgi import GraphQL

NAMES = {"1": "Table", "2": "Chair"}


@strawberry.federation.type(keys=["id"])
class Product:
    """What is sold."""

    id: strawberry.ID
    name: str

    @classmethod
    def resolve_reference(cls, id: strawberry.ID) -> "Product":
        """Give the product that another subgraph named."""
        return cls(id=id, name=NAMES[id])


@strawberry.type
class Query:
    """Where clients begin."""

    @strawberry.field
    def products(self) -> list[Product]:
        """Give all products."""
        return [Product(id=strawberry.ID(key), name=name) for key, name in NAMES.items()]


app = GraphQL[object, None](strawberry.federation.Schema(Query))
