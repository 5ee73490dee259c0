"""What a bulk import answers: the fate of each line, in the same words in every service."""

from collections.abc import Sequence
from typing import Generic

import strawberry

from service_kit.commands.line_results import LineResult, LineStatus
from service_kit.graphql.enums import described
from service_kit.graphql.payloads import CodeT, UserError, user_errors_of

LINES = "From 1 to 1,000 lines, each for itself."
"""The description of the lines of an import."""

described(
    LineStatus,
    "ImportStatus",
    "What became of one line of an import.",
    {
        "APPLIED": "It was written.",
        "UNCHANGED": "It said what was known.",
        "REJECTED": "It was refused; `userErrors` say why.",
    },
)


@strawberry.federation.type(
    name="ImportResult", shareable=True, description="What became of one line of an import."
)
class ImportResult(Generic[CodeT]):
    """A bad line never loses the others; `ImportResult[ErrorCode]` prints as ImportResult."""

    index: int = strawberry.field(description="The place of the line in the input, from 0.")
    ref: str = strawberry.field(description="What the line speaks of.")
    status: LineStatus = strawberry.field(description="What became of it.")
    user_errors: list[UserError[CodeT]] = strawberry.field(
        description="Why it was refused; empty when it was not."
    )


def import_results_of(
    codes: type[CodeT], results: Sequence[LineResult]
) -> list[ImportResult[CodeT]]:
    """Show results in the codes of one service."""
    return [
        ImportResult(
            index=result.index,
            ref=result.ref,
            status=result.status,
            user_errors=user_errors_of(codes, result.refusals),
        )
        for result in results
    ]
