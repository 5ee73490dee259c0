"""What inventory's mutations answer."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import strawberry

from inventory_svc.api.back_in_stock_types import BackInStockRegistration
from inventory_svc.api.entities import StockPosition
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.file_types import StockFile
from inventory_svc.api.reservation_types import Reservation
from service_kit.commands.line_results import LineResult
from service_kit.commands.refusal import Refusal
from service_kit.graphql.imports import ImportResult, import_results_of
from service_kit.graphql.payloads import UserError, refused_payload

_ERRORS = "Why it was refused; empty if it was done."


@strawberry.type
class _ImportPayload:
    """What every import answers."""

    results: list[ImportResult[ErrorCode]] = strawberry.field(
        default_factory=list, description="One result for each line; none if all was refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of an import of items.")
class ItemsImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of locations.")
class LocationsImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of groups of locations.")
class LocationGroupsImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of channels.")
class ChannelsImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of rules for alerts.")
class StockAlertRulesImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of stock.")
class StockImportPayload(_ImportPayload):
    """The fate of each line."""

    feed_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Under this id the refused lines are kept, to be corrected and sent again.",
    )


@strawberry.type
class _FilePayload:
    """What every step of a file answers."""

    file: StockFile | None = strawberry.field(
        default=None, description="The file as it is now; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a new file.")
class StockFileOpenPayload(_FilePayload):
    """The file after it."""


@strawberry.type(description="What became of a part of a file.")
class StockFileAddPartPayload(_FilePayload):
    """The file after it."""


@strawberry.type(description="What became of a file that has arrived.")
class StockFileClosePayload(_FilePayload):
    """The file after it."""


@strawberry.type(description="What became of a file that was held.")
class StockFileDecidePayload(_FilePayload):
    """The file after it."""


@strawberry.type(description="What became of a file that had failed.")
class StockFileResumePayload(_FilePayload):
    """The file after it."""


@strawberry.type(description="What became of an import of sources.")
class StockSourcesImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of refused lines that were sent again or given up.")
class StockFeedLinesCorrectPayload(_ImportPayload):
    """The fate of each line; `index` is its number in the feed."""


@strawberry.type(description="What became of an import of suppliers.")
class SuppliersImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of supply that is on its way.")
class InboundImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of quotas of preorders.")
class PreorderQuotasImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of goods that have come.")
class InboundReceivePayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of an import of pieces.")
class UnitsImportPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type(description="What became of reads of tags.")
class RfidReadsRecordPayload(_ImportPayload):
    """The fate of each line."""


@strawberry.type
class _PositionPayload:
    """What every change of one position answers."""

    position: StockPosition | None = strawberry.field(
        default=None, description="The position as it is now; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of an adjustment.")
class StockAdjustPayload(_PositionPayload):
    """The position after it."""


@strawberry.type(description="What became of a declaration.")
class StockDeclareUnavailablePayload(_PositionPayload):
    """The position after it."""


@strawberry.type(description="What became of a count.")
class StockCountPayload(_PositionPayload):
    """The position after it."""


@strawberry.type(description="What became of units to be sold again.")
class StockRestockPayload:
    """Nothing but whether it was refused: positions are read where they are needed."""

    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type
class _ReservationPayload:
    """What every change of a reservation answers."""

    reservation: Reservation | None = strawberry.field(
        default=None, description="The reservation as it is now; null if there is none."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a reservation.")
class ReservationCreatePayload(_ReservationPayload):
    """The reservation after it."""


@strawberry.type(description="What became of a release.")
class ReservationReleasePayload(_ReservationPayload):
    """The reservation after it."""


@strawberry.type(description="What became of an allocation.")
class ReservationAllocatePayload(_ReservationPayload):
    """The reservation after it."""


@strawberry.type(description="What became of a consumption.")
class ReservationConsumePayload(_ReservationPayload):
    """The reservation after it."""


@strawberry.type(description="What became of a release of lines.")
class ReservationReleaseLinesPayload(_ReservationPayload):
    """The reservation after it."""


@strawberry.type(description="What became of a report of missing goods.")
class ReservationReportShortPayload(_ReservationPayload):
    """The reservation after it."""


@strawberry.type
class _RegistrationPayload:
    """What every change of a registration answers."""

    registration: BackInStockRegistration | None = strawberry.field(
        default=None, description="The registration as it is now; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a registration.")
class BackInStockRegisterPayload(_RegistrationPayload):
    """The registration after it."""


@strawberry.type(description="What became of a withdrawal.")
class BackInStockWithdrawPayload(_RegistrationPayload):
    """The registration after it."""


@strawberry.type(description="What became of an erasure.")
class BackInStockErasePayload:
    """How much of the person there was."""

    erased: int | None = strawberry.field(
        default=None, description="The number of registrations that were there; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


ImportPayloadT = TypeVar("ImportPayloadT", bound=_ImportPayload)
PositionPayloadT = TypeVar("PositionPayloadT", bound=_PositionPayload)
ReservationPayloadT = TypeVar("ReservationPayloadT", bound=_ReservationPayload)


def refused(payload: Callable[..., object]) -> Callable[[tuple[Refusal, ...]], object]:
    """Answer refusals with an otherwise empty payload."""
    return refused_payload(ErrorCode, payload)


def imported(payload: type[ImportPayloadT], results: Sequence[LineResult]) -> ImportPayloadT:
    """Answer an import with the fate of each line."""
    return payload(results=import_results_of(ErrorCode, results), user_errors=[])
