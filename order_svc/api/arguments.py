"""Arguments that several fields share."""

from typing import Annotated, TypeAlias

import strawberry

from order_svc.api.enums import FULFILMENT_STATE_INPUT
from order_svc.domain.lifecycles.fulfilment_state import FulfilmentState
from service_kit.graphql.enums import optional_list

States: TypeAlias = Annotated[
    list[FulfilmentState] | None,
    strawberry.argument(
        graphql_type=optional_list(FULFILMENT_STATE_INPUT), description="One of these states."
    ),
]
Id: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]
