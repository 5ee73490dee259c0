"""Arguments that several fields share."""

from typing import Annotated, TypeAlias

import strawberry

from order_svc.api.enums import FulfilmentStateInput

First: TypeAlias = Annotated[
    int | None, strawberry.argument(description="How many rows at most: 20, up to 100.")
]
After: TypeAlias = Annotated[
    str | None, strawberry.argument(description="The cursor of the row before the first one.")
]
States: TypeAlias = Annotated[
    list[FulfilmentStateInput] | None, strawberry.argument(description="One of these states.")
]
Id: TypeAlias = Annotated[strawberry.ID, strawberry.argument(description="The global id.")]
