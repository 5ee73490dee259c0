from enum import Enum
from typing import Annotated

import strawberry

from service_kit.graphql.enums import described
from service_kit.graphql.fields import query_field
from service_kit.graphql.money import Money
from service_kit.graphql.subgraph import build_subgraph_schema, print_sdl


class Secrecy(Enum):
    TOP = "TOP"


described(Secrecy, "Secrecy", "How secret.", {"TOP": "Very."})


@strawberry.type(description="Seen by all.")
class Shared:
    name: str = strawberry.field(description="Its name.")


@strawberry.input(description="Asked by services.")
class SecretInput:
    secrecy: Secrecy = strawberry.field(description="How secret.")


@strawberry.type(description="Answered to services.")
class SecretPayload:
    shared: Shared = strawberry.field(description="A type that others see too.")
    cost: Money = strawberry.field(description="A type that other subgraphs may show.")


@strawberry.type(description="What can be read.")
class Query:
    @query_field("visitor", "service", description="For all.")
    def shared(self) -> Shared | None:
        return None

    @query_field("service", description="For services.")
    def secret(
        self, wanted: Annotated[SecretInput, strawberry.argument(description="What.")]
    ) -> SecretPayload | None:
        raise NotImplementedError(wanted)


def test_what_only_services_reach_is_hidden_with_the_types_of_its_own() -> None:
    sdl = print_sdl(build_subgraph_schema(Query))

    hidden = [
        line.strip()
        for line in sdl.splitlines()
        if line.endswith(("@inaccessible", "@inaccessible {"))
    ]
    assert hidden == [
        "): SecretPayload @inaccessible",
        "enum Secrecy @inaccessible {",
        "input SecretInput @inaccessible {",
        "type SecretPayload @inaccessible {",
    ]


def test_building_the_schema_again_hides_no_more() -> None:
    assert print_sdl(build_subgraph_schema(Query)) == print_sdl(build_subgraph_schema(Query))
