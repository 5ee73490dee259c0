"""A subgraph of the gateway's first example: reviews, which it adds to another's products."""

import strawberry
from strawberry.asgi import GraphQL

TEXTS = {"1": ["Steady."], "2": ["Comfortable.", "Too low."]}


@strawberry.type
class Review:
    """What a customer says."""

    text: str


@strawberry.federation.type(keys=["id"])
class Product:
    """The other subgraph's product, with what is known of it here."""

    id: strawberry.ID

    @strawberry.field
    def reviews(self) -> list[Review]:
        """Give what was said of the product."""
        return [Review(text=text) for text in TEXTS.get(self.id, [])]


@strawberry.type
class Query:
    """Where clients begin."""

    @strawberry.field
    def latest_review(self) -> Review:
        """Give the latest review of all."""
        return Review(text="Too low.")


app = GraphQL[object, None](strawberry.federation.Schema(Query, types=[Product]))
