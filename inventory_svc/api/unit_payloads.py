"""What is answered to a change of one piece."""

from typing import TypeVar

import strawberry

from inventory_svc.api.context import Info
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.unit_types import SerialUnit, unit_of
from inventory_svc.domain.stock.decisions import Decided
from service_kit.graphql.payloads import UserError, user_errors_of


@strawberry.type
class _UnitPayload:
    """What every change of a piece answers."""

    unit: SerialUnit | None = strawberry.field(
        default=None, description="The piece as it is now; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(
        description="Why it was refused; empty if it was done."
    )


@strawberry.type(description="What became of a piece that has left its shelf.")
class UnitWithdrawPayload(_UnitPayload):
    """The piece after it."""


@strawberry.type(description="What became of a rental.")
class UnitRentPayload(_UnitPayload):
    """The piece after it."""


@strawberry.type(description="What became of a piece that was brought back.")
class UnitTakeBackPayload(_UnitPayload):
    """The piece after it."""


@strawberry.type(description="What became of the start of a refurbishment.")
class UnitRefurbishmentStartPayload(_UnitPayload):
    """The piece after it."""


@strawberry.type(description="What became of the end of a refurbishment.")
class UnitRefurbishmentFinishPayload(_UnitPayload):
    """The piece after it."""


@strawberry.type(description="What became of a piece that was given up.")
class UnitWriteOffPayload(_UnitPayload):
    """The piece after it."""


UnitPayloadT = TypeVar("UnitPayloadT", bound=_UnitPayload)


async def unit_answer(info: Info, payload: type[UnitPayloadT], decided: Decided) -> UnitPayloadT:
    """Answer with the piece as it is now."""
    named = decided.outcome.values.get("serial")
    return payload(
        unit=await unit_of(info, named) if isinstance(named, str) else None,
        user_errors=user_errors_of(ErrorCode, decided.outcome),
    )
