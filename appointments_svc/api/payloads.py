"""What mutations answer: the appointment after the change, and the user errors if refused."""

from collections.abc import Callable
from typing import TypeVar

import strawberry

from appointments_svc.api.context import Info
from appointments_svc.api.enums import ErrorCode
from appointments_svc.api.types import Appointment
from appointments_svc.api.wording import worded
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import results_from_json
from service_kit.commands.refusal import Refusal
from service_kit.graphql.imports import ImportResult, import_results_of
from service_kit.graphql.payloads import UserError, refused_payload, user_errors_of

_ERRORS = "Why it was refused; empty if it was done."


@strawberry.type
class _AppointmentPayload:
    """The appointment after it, or why it was refused."""

    appointment: Appointment | None = strawberry.field(
        default=None, description="The appointment; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a slot to hold.")
class AppointmentHoldPayload(_AppointmentPayload):
    """The appointment that holds it."""


@strawberry.type(description="What became of a visit to book.")
class AppointmentBookPayload(_AppointmentPayload):
    """The appointment, or why there is none."""


@strawberry.type(description="What became of a visit to move.")
class AppointmentMovePayload(_AppointmentPayload):
    """The appointment after it."""


@strawberry.type(description="What became of a visit to cancel.")
class AppointmentCancelPayload(_AppointmentPayload):
    """The appointment after it."""


@strawberry.type(description="What became of somebody who has come.")
class AppointmentCheckInPayload(_AppointmentPayload):
    """The appointment after it."""


@strawberry.type(description="What became of a visit to end.")
class AppointmentCompletePayload(_AppointmentPayload):
    """The appointment after it."""


@strawberry.type
class _ImportPayload:
    """The fate of each line."""

    results: list[ImportResult[ErrorCode]] = strawberry.field(
        default_factory=list, description="One result for each line; none if all was refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of an import of appointment types.")
class AppointmentTypesImportPayload(_ImportPayload):
    """The fate of each type."""


@strawberry.type(description="What became of an import of advisors.")
class AdvisorsImportPayload(_ImportPayload):
    """The fate of each advisor."""


@strawberry.type(description="What became of an import of capacities.")
class AppointmentCapacitiesImportPayload(_ImportPayload):
    """The fate of each capacity."""


AppointmentPayloadT = TypeVar("AppointmentPayloadT", bound=_AppointmentPayload)
ImportPayloadT = TypeVar("ImportPayloadT", bound=_ImportPayload)


def refused(payload: Callable[..., object]) -> Callable[[tuple[Refusal, ...]], object]:
    """Answer refusals with an otherwise empty payload."""
    return refused_payload(ErrorCode, payload)


async def answered_appointment(
    info: Info, payload: type[AppointmentPayloadT], outcome: Outcome
) -> AppointmentPayloadT:
    """Answer with the appointment as it is now."""
    key = outcome.values.get("appointmentId")
    found = None
    if isinstance(key, str):
        found = (await info.context.reader.appointments([key])).get(key)
    return payload(
        appointment=Appointment.of(found) if found else None,
        user_errors=errors_in(info, outcome),
    )


def imported(info: Info, payload: type[ImportPayloadT], outcome: Outcome) -> ImportPayloadT:
    """Answer an import with the fate of each line."""
    results = results_from_json(outcome.values.get("results", ()))
    return payload(
        results=import_results_of(ErrorCode, results), user_errors=errors_in(info, outcome)
    )


def errors_in(info: Info, outcome: Outcome) -> list[UserError[ErrorCode]]:
    """The user errors of an outcome, as the caller reads them."""
    language = info.context.caller.language
    return user_errors_of(ErrorCode, [worded(one, language) for one in outcome.refusals])
