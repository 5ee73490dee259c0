"""What inventory's mutations answer."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias

import strawberry

from inventory_svc.api.entities import Reservation, StockPosition
from inventory_svc.api.enums import ErrorCode
from inventory_svc.domain import line_results
from inventory_svc.domain.stock.decisions import Decided
from service_kit.commands.refusal import Refusal
from service_kit.graphql.payloads import UserError, user_errors_of

Errors: TypeAlias = list[UserError[ErrorCode]]
WHY = "Why it was refused; empty when it was not."


@strawberry.type(description="What became of one line of an import.")
class InventoryLineResult:
    """A bad line never loses the others."""

    index: int = strawberry.field(description="The place of the line in the input, from 0.")
    ref: str = strawberry.field(description="What the line speaks of.")
    status: line_results.LineStatus = strawberry.field(description="What became of it.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(result: line_results.LineResult) -> "InventoryLineResult":
        """Show a result."""
        return InventoryLineResult(
            index=result.index,
            ref=result.ref,
            status=result.status,
            user_errors=user_errors_of(ErrorCode, result.refusals),
        )


def _results(results: Iterable[line_results.LineResult]) -> list[InventoryLineResult]:
    return [InventoryLineResult.of(result) for result in results]


@strawberry.type(description="What became of an import of items.")
class ItemsImportPayload:
    """One result per line."""

    results: list[InventoryLineResult] = strawberry.field(description="One per line, in order.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(results: Sequence[line_results.LineResult]) -> "ItemsImportPayload":
        """Show the results."""
        return ItemsImportPayload(results=_results(results), user_errors=[])

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ItemsImportPayload":
        """Show why nothing was done."""
        return ItemsImportPayload(results=[], user_errors=user_errors_of(ErrorCode, refusals))


@strawberry.type(description="What became of an import of locations.")
class LocationsImportPayload:
    """One result per line."""

    results: list[InventoryLineResult] = strawberry.field(description="One per line, in order.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(results: Sequence[line_results.LineResult]) -> "LocationsImportPayload":
        """Show the results."""
        return LocationsImportPayload(results=_results(results), user_errors=[])

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "LocationsImportPayload":
        """Show why nothing was done."""
        return LocationsImportPayload(results=[], user_errors=user_errors_of(ErrorCode, refusals))


@strawberry.type(description="What became of an import of channels.")
class ChannelsImportPayload:
    """One result per line."""

    results: list[InventoryLineResult] = strawberry.field(description="One per line, in order.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(results: Sequence[line_results.LineResult]) -> "ChannelsImportPayload":
        """Show the results."""
        return ChannelsImportPayload(results=_results(results), user_errors=[])

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ChannelsImportPayload":
        """Show why nothing was done."""
        return ChannelsImportPayload(results=[], user_errors=user_errors_of(ErrorCode, refusals))


@strawberry.type(description="What became of an import of stock.")
class StockImportPayload:
    """One result per line."""

    results: list[InventoryLineResult] = strawberry.field(description="One per line, in order.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(results: Sequence[line_results.LineResult]) -> "StockImportPayload":
        """Show the results."""
        return StockImportPayload(results=_results(results), user_errors=[])

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "StockImportPayload":
        """Show why nothing was done."""
        return StockImportPayload(results=[], user_errors=user_errors_of(ErrorCode, refusals))


@strawberry.type(description="What became of an adjustment.")
class StockAdjustPayload:
    """The position after it."""

    position: StockPosition | None = strawberry.field(description="The position as it is now.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def refused(refusals: Sequence[Refusal]) -> "StockAdjustPayload":
        """Show why nothing was done."""
        return StockAdjustPayload(position=None, user_errors=user_errors_of(ErrorCode, refusals))


@strawberry.type(description="What became of a reservation.")
class ReservationCreatePayload:
    """The reservation as it is now."""

    reservation: Reservation | None = strawberry.field(description="The reservation.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(decided: Decided) -> "ReservationCreatePayload":
        """Show what was decided."""
        return ReservationCreatePayload(
            reservation=_reservation(decided),
            user_errors=user_errors_of(ErrorCode, decided.outcome),
        )

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ReservationCreatePayload":
        """Show why nothing was done."""
        return ReservationCreatePayload(
            reservation=None, user_errors=user_errors_of(ErrorCode, refusals)
        )


@strawberry.type(description="What became of a release.")
class ReservationReleasePayload:
    """The reservation as it is now."""

    reservation: Reservation | None = strawberry.field(description="The reservation.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(decided: Decided) -> "ReservationReleasePayload":
        """Show what was decided."""
        return ReservationReleasePayload(
            reservation=_reservation(decided),
            user_errors=user_errors_of(ErrorCode, decided.outcome),
        )

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ReservationReleasePayload":
        """Show why nothing was done."""
        return ReservationReleasePayload(
            reservation=None, user_errors=user_errors_of(ErrorCode, refusals)
        )


@strawberry.type(description="What became of an allocation.")
class ReservationAllocatePayload:
    """The reservation as it is now."""

    reservation: Reservation | None = strawberry.field(description="The reservation.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(decided: Decided) -> "ReservationAllocatePayload":
        """Show what was decided."""
        return ReservationAllocatePayload(
            reservation=_reservation(decided),
            user_errors=user_errors_of(ErrorCode, decided.outcome),
        )

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ReservationAllocatePayload":
        """Show why nothing was done."""
        return ReservationAllocatePayload(
            reservation=None, user_errors=user_errors_of(ErrorCode, refusals)
        )


@strawberry.type(description="What became of a consumption.")
class ReservationConsumePayload:
    """The reservation as it is now."""

    reservation: Reservation | None = strawberry.field(description="The reservation.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(decided: Decided) -> "ReservationConsumePayload":
        """Show what was decided."""
        return ReservationConsumePayload(
            reservation=_reservation(decided),
            user_errors=user_errors_of(ErrorCode, decided.outcome),
        )

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ReservationConsumePayload":
        """Show why nothing was done."""
        return ReservationConsumePayload(
            reservation=None, user_errors=user_errors_of(ErrorCode, refusals)
        )


@strawberry.type(description="What became of a release of lines.")
class ReservationReleaseLinesPayload:
    """The reservation as it is now."""

    reservation: Reservation | None = strawberry.field(description="The reservation.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(decided: Decided) -> "ReservationReleaseLinesPayload":
        """Show what was decided."""
        return ReservationReleaseLinesPayload(
            reservation=_reservation(decided),
            user_errors=user_errors_of(ErrorCode, decided.outcome),
        )

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ReservationReleaseLinesPayload":
        """Show why nothing was done."""
        return ReservationReleaseLinesPayload(
            reservation=None, user_errors=user_errors_of(ErrorCode, refusals)
        )


@strawberry.type(description="What became of a report of missing goods.")
class ReservationReportShortPayload:
    """The reservation as it is now."""

    reservation: Reservation | None = strawberry.field(description="The reservation.")
    user_errors: Errors = strawberry.field(description=WHY)

    @staticmethod
    def of(decided: Decided) -> "ReservationReportShortPayload":
        """Show what was decided."""
        return ReservationReportShortPayload(
            reservation=_reservation(decided),
            user_errors=user_errors_of(ErrorCode, decided.outcome),
        )

    @staticmethod
    def refused(refusals: tuple[Refusal, ...]) -> "ReservationReportShortPayload":
        """Show why nothing was done."""
        return ReservationReportShortPayload(
            reservation=None, user_errors=user_errors_of(ErrorCode, refusals)
        )


def _reservation(decided: Decided) -> Reservation | None:
    return None if decided.reservation is None else Reservation.of(decided.reservation)
