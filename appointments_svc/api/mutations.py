"""What can be done with appointments."""

from typing import Annotated

import strawberry

from appointments_svc.api import payloads
from appointments_svc.api.access import BOOKERS, FEEDERS, RECEIVERS
from appointments_svc.api.context import Info
from appointments_svc.api.inputs import (
    AppointmentBookInput,
    AppointmentCancelInput,
    AppointmentCheckInInput,
    AppointmentCompleteInput,
    AppointmentHoldInput,
    AppointmentMoveInput,
)
from appointments_svc.api.payloads import answered_appointment, imported, refused
from appointments_svc.api.record_inputs import (
    AdvisorsImportInput,
    AppointmentCapacitiesImportInput,
    AppointmentTypesImportInput,
)
from appointments_svc.domain.kinds.appointment_type import AppointmentType, type_problems
from appointments_svc.domain.kinds.capacity import (
    Advisor,
    Capacity,
    advisor_problems,
    capacity_problems,
)
from appointments_svc.use_cases import visit
from appointments_svc.use_cases.book_appointment import BookAppointment, book_appointment
from appointments_svc.use_cases.change_appointment import AppointmentCommand
from appointments_svc.use_cases.hold_appointment import HoldAppointment, hold_appointment
from appointments_svc.use_cases.import_records import (
    ImportRecords,
    RecordKind,
    SentRecord,
    import_records,
)
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.idempotency import idempotent_request

_TYPES: RecordKind[AppointmentType] = RecordKind(
    "AppointmentType", type_problems, lambda work: work.types
)
_ADVISORS: RecordKind[Advisor] = RecordKind("Advisor", advisor_problems, lambda work: work.advisors)
_CAPACITIES: RecordKind[Capacity] = RecordKind(
    "AppointmentCapacity", capacity_problems, lambda work: work.capacities
)


def _command(
    info: Info,
    mutation: str,
    input_: AppointmentCancelInput | AppointmentCheckInInput | AppointmentCompleteInput,
) -> AppointmentCommand:
    return AppointmentCommand(
        request=idempotent_request(info, mutation, input_),
        caller=info.context.caller,
        appointment_id=input_.key(),
        expected_version=input_.expected_version,
    )


@strawberry.type(description="What can be changed.")
class Mutation:
    """The root of writing."""

    @mutation_field(
        *FEEDERS,
        description="Import kinds of visit, each line for itself.",
        refused=refused(payloads.AppointmentTypesImportPayload),
    )
    async def appointment_types_import(
        self,
        info: Info,
        input: Annotated[AppointmentTypesImportInput, strawberry.argument(description="The feed.")],
    ) -> payloads.AppointmentTypesImportPayload | None:
        request = idempotent_request(info, "appointmentTypesImport", input)
        lines = [SentRecord(line.code, line.kind) for line in input.lines]
        command = ImportRecords(request, info.context.caller, lines)
        outcome = await import_records(info.context.around, command, _TYPES)
        return imported(info, payloads.AppointmentTypesImportPayload, outcome)

    @mutation_field(
        *FEEDERS,
        description="Import those who receive visitors, each line for itself.",
        refused=refused(payloads.AdvisorsImportPayload),
    )
    async def advisors_import(
        self,
        info: Info,
        input: Annotated[AdvisorsImportInput, strawberry.argument(description="The feed.")],
    ) -> payloads.AdvisorsImportPayload | None:
        request = idempotent_request(info, "advisorsImport", input)
        lines = [SentRecord(line.code, line.advisor) for line in input.lines]
        command = ImportRecords(request, info.context.caller, lines)
        outcome = await import_records(info.context.around, command, _ADVISORS)
        return imported(info, payloads.AdvisorsImportPayload, outcome)

    @mutation_field(
        *FEEDERS,
        description="Import what locations offer to visitors, each line for itself.",
        refused=refused(payloads.AppointmentCapacitiesImportPayload),
    )
    async def appointment_capacities_import(
        self,
        info: Info,
        input: Annotated[
            AppointmentCapacitiesImportInput, strawberry.argument(description="The feed.")
        ],
    ) -> payloads.AppointmentCapacitiesImportPayload | None:
        request = idempotent_request(info, "appointmentCapacitiesImport", input)
        lines = [SentRecord(line.location_code, line.capacity) for line in input.lines]
        command = ImportRecords(request, info.context.caller, lines)
        outcome = await import_records(info.context.around, command, _CAPACITIES)
        return imported(info, payloads.AppointmentCapacitiesImportPayload, outcome)

    @mutation_field(
        *BOOKERS,
        description="Keep a slot for a while; it counts as taken until the hold ends.",
        refused=refused(payloads.AppointmentHoldPayload),
    )
    async def appointment_hold(
        self,
        info: Info,
        input: Annotated[AppointmentHoldInput, strawberry.argument(description="The slot.")],
    ) -> payloads.AppointmentHoldPayload | None:
        request = idempotent_request(info, "appointmentHold", input)
        command = HoldAppointment(request, info.context.caller, input.slot())
        outcome = await hold_appointment(info.context.around, command)
        return await answered_appointment(info, payloads.AppointmentHoldPayload, outcome)

    @mutation_field(
        *BOOKERS,
        description="Book a visit: slot and products together, or neither.",
        refused=refused(payloads.AppointmentBookPayload),
    )
    async def appointment_book(
        self,
        info: Info,
        input: Annotated[AppointmentBookInput, strawberry.argument(description="The visit.")],
    ) -> payloads.AppointmentBookPayload | None:
        command = BookAppointment(
            request=idempotent_request(info, "appointmentBook", input),
            caller=info.context.caller,
            hold_id=input.hold_key(),
            slot=input.slot.slot() if input.slot else None,
            customer=input.customer.customer() if input.customer else None,
            order_id=input.order_key(),
            answers=input.answered(),
            products=input.wanted(),
            expected_version=input.expected_version,
        )
        outcome = await book_appointment(info.context.around, command)
        return await answered_appointment(info, payloads.AppointmentBookPayload, outcome)

    @mutation_field(
        *BOOKERS,
        description="Choose another time at the same location; the products stay kept.",
        refused=refused(payloads.AppointmentMovePayload),
    )
    async def appointment_move(
        self,
        info: Info,
        input: Annotated[AppointmentMoveInput, strawberry.argument(description="The time.")],
    ) -> payloads.AppointmentMovePayload | None:
        command = visit.MoveAppointment(
            request=idempotent_request(info, "appointmentMove", input),
            caller=info.context.caller,
            appointment_id=input.key(),
            expected_version=input.expected_version,
            start=input.start,
            advisor=input.advisor_code,
        )
        outcome = await visit.move_appointment(info.context.around, command)
        return await answered_appointment(info, payloads.AppointmentMovePayload, outcome)

    @mutation_field(
        *BOOKERS,
        description="Cancel a visit, or give a hold back; the products are for everyone again.",
        refused=refused(payloads.AppointmentCancelPayload),
    )
    async def appointment_cancel(
        self,
        info: Info,
        input: Annotated[AppointmentCancelInput, strawberry.argument(description="Which.")],
    ) -> payloads.AppointmentCancelPayload | None:
        command = _command(info, "appointmentCancel", input)
        outcome = await visit.cancel_appointment(info.context.around, command)
        return await answered_appointment(info, payloads.AppointmentCancelPayload, outcome)

    @mutation_field(
        *RECEIVERS,
        description="Receive somebody who has come; an assistant only where they work.",
        refused=refused(payloads.AppointmentCheckInPayload),
    )
    async def appointment_check_in(
        self,
        info: Info,
        input: Annotated[AppointmentCheckInInput, strawberry.argument(description="Which.")],
    ) -> payloads.AppointmentCheckInPayload | None:
        command = _command(info, "appointmentCheckIn", input)
        outcome = await visit.check_in(info.context.around, command)
        return await answered_appointment(info, payloads.AppointmentCheckInPayload, outcome)

    @mutation_field(
        *RECEIVERS,
        description="End a visit; products that were not bought are for everyone again.",
        refused=refused(payloads.AppointmentCompletePayload),
    )
    async def appointment_complete(
        self,
        info: Info,
        input: Annotated[AppointmentCompleteInput, strawberry.argument(description="Which.")],
    ) -> payloads.AppointmentCompletePayload | None:
        command = _command(info, "appointmentComplete", input)
        outcome = await visit.complete_appointment(info.context.around, command)
        return await answered_appointment(info, payloads.AppointmentCompletePayload, outcome)
