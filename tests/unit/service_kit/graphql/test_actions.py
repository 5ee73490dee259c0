"""An action is offered with the reason why it is not possible, in the service's own enums."""

from dataclasses import dataclass
from enum import Enum

import strawberry

from service_kit.graphql.actions import AvailableAction, available_actions
from service_kit.graphql.fields import query_field
from service_kit.graphql.schema import build_subgraph_schema, print_sdl


class BellAction(Enum):
    RING = "RING"
    MEND = "MEND"


class BellHindrance(Enum):
    NOT_CRACKED = "NOT_CRACKED"


@dataclass(frozen=True, slots=True)
class Offered:
    action: BellAction
    hindrance: BellHindrance | None


def test_only_what_is_not_possible_has_a_reason_in_the_callers_language() -> None:
    offers = Offered(BellAction.RING, None), Offered(BellAction.MEND, BellHindrance.NOT_CRACKED)

    shown = available_actions(offers, lambda one, language: f"{one.value} in {language}", "fr")

    assert shown == [
        AvailableAction(name=BellAction.RING, reason_code=None, reason_if_disabled=None),
        AvailableAction(
            name=BellAction.MEND,
            reason_code=BellHindrance.NOT_CRACKED,
            reason_if_disabled="NOT_CRACKED in fr",
        ),
    ]


def test_in_every_subgraph_it_has_the_same_name_around_the_subgraphs_own_enums() -> None:
    for enum in (BellAction, BellHindrance):
        strawberry.enum(enum, description="About bells.")

    @strawberry.type
    class Query:
        @query_field("operator", description="What can be done.")
        def actions(self) -> list[AvailableAction[BellAction, BellHindrance]]:
            return []

    sdl = print_sdl(build_subgraph_schema(Query))
    assert "type AvailableAction @shareable {\n" in sdl
    assert "name: BellAction!" in sdl
    assert "reasonCode: BellHindrance\n" in sdl
