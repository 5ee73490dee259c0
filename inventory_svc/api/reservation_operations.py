"""Keeping goods for somebody, and what becomes of them."""

from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import RELEASERS, RESERVERS
from inventory_svc.api.context import Info, Inventory
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.reservation_inputs import (
    AllocationDestinationInput,
    ReservationAllocateInput,
    ReservationConsumeInput,
    ReservationCreateInput,
    ReservationReleaseInput,
    ReservationReleaseLinesInput,
    ReservationReportShortInput,
    pegged_lines,
    wanted_lines,
)
from inventory_svc.api.reservation_types import Reservation
from inventory_svc.api.service_requests import asked_by_service
from inventory_svc.domain.rights import OF_CUSTOMERS
from inventory_svc.domain.rules.sale import Service
from inventory_svc.domain.stock.commands import ReportShort
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.use_cases.stock.allocate_order import WantedAllocation, allocate_order
from inventory_svc.use_cases.stock.consume_reservation import consume_reservation
from inventory_svc.use_cases.stock.create_reservation import WantedReservation, create_reservation
from inventory_svc.use_cases.stock.release_reservation import (
    release_allocation,
    release_reservation,
)
from inventory_svc.use_cases.stock.report_short import report_short
from inventory_svc.use_cases.stock.wanted_lines import ReservationSources
from retail_kit.roles import SERVICE
from service_kit.commands.denials import invalid
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request
from service_kit.graphql.payloads import user_errors_of

RESERVATION_PATH = ("input", "reservationId")


@strawberry.type
class ReservationMutations:
    """What can be changed of reservations."""

    @mutation_field(
        *RESERVERS,
        description="Keep goods for somebody, for a time; a customer at most "
        f"{OF_CUSTOMERS.of_item} units of an item and {OF_CUSTOMERS.in_all} in all at a time. A "
        "line of what is measured counts as one of them; of all that is measured at most "
        f"{', '.join(f'{most} {unit}' for unit, most in OF_CUSTOMERS.measured.items())}.",
        refused=payloads.refused(payloads.ReservationCreatePayload),
    )
    async def reservation_create(
        self,
        info: Info,
        input: Annotated[
            ReservationCreateInput,
            strawberry.argument(description="What is to be kept."),
        ],
    ) -> payloads.ReservationCreatePayload | None:
        """Keep all the lines, or none."""
        context = info.context
        wanted = WantedReservation(
            input.kind,
            wanted_lines(input.lines),
            input.channel,
            input.location_code,
            input.hold_seconds,
            input.delivery_method,
            input.service_level,
            input.accept_until,
        )
        decided = await create_reservation(
            idempotent_request(info, "reservationCreate", input),
            context.caller,
            wanted,
            _sources(context.inventory),
            context.clock,
        )
        return await _answered(info, payloads.ReservationCreatePayload, decided)

    @mutation_field(
        *RELEASERS,
        description="Give back everything that a reservation keeps; a customer only their own, an "
        "assistant also what is kept only where they work, and nobody what an order keeps.",
        refused=payloads.refused(payloads.ReservationReleasePayload),
    )
    async def reservation_release(
        self,
        info: Info,
        input: Annotated[
            ReservationReleaseInput,
            strawberry.argument(description="Which one."),
        ],
    ) -> payloads.ReservationReleasePayload | None:
        """End a reservation."""
        decided = await release_reservation(
            idempotent_request(info, "reservationRelease", input),
            info.context.caller,
            from_global_id(input.reservation_id, "Reservation", RESERVATION_PATH),
            info.context.inventory.commits,
        )
        return await _answered(info, payloads.ReservationReleasePayload, decided)

    @mutation_field(
        SERVICE,
        description="Choose and reserve stock for an order in one commit; for services only.",
        refused=payloads.refused(payloads.ReservationAllocatePayload),
    )
    async def reservation_allocate(
        self,
        info: Info,
        input: Annotated[
            ReservationAllocateInput,
            strawberry.argument(description="What is needed."),
        ],
    ) -> payloads.ReservationAllocatePayload | None:
        """Allocate all the lines, or none."""
        destination = input.destination or AllocationDestinationInput()
        wanted = WantedAllocation(
            order_id=input.order_id,
            channel=input.channel,
            destination=destination.to_destination(),
            lines=wanted_lines(input.lines),
            excluded=frozenset(input.excluded_locations or ()),
            service=Service(input.delivery_method, input.service_level, input.order_type),
            until=input.accept_until,
            takeover=input.to_takeover(info.context.caller),
        )
        decided = await allocate_order(
            asked_by_service(info, "reservationAllocate", input),
            info.context.caller,
            wanted,
            _sources(info.context.inventory),
        )
        return await _answered(info, payloads.ReservationAllocatePayload, decided)

    @mutation_field(
        SERVICE,
        description="Say that reserved goods have left; what was no longer kept is booked as a "
        "correction; for services only.",
        refused=payloads.refused(payloads.ReservationConsumePayload),
    )
    async def reservation_consume(
        self,
        info: Info,
        input: Annotated[
            ReservationConsumeInput,
            strawberry.argument(description="What has left."),
        ],
    ) -> payloads.ReservationConsumePayload | None:
        """Take goods off the books."""
        decided = await consume_reservation(
            asked_by_service(info, "reservationConsume", input),
            info.context.caller,
            from_global_id(input.reservation_id, "Reservation", RESERVATION_PATH),
            pegged_lines(input.lines),
            info.context.inventory.commits,
        )
        return await _answered(info, payloads.ReservationConsumePayload, decided)

    @mutation_field(
        SERVICE,
        description="Give reserved goods back, or refuse an allocation that may still arrive; "
        "for services only.",
        refused=payloads.refused(payloads.ReservationReleaseLinesPayload),
    )
    async def reservation_release_lines(
        self,
        info: Info,
        input: Annotated[
            ReservationReleaseLinesInput,
            strawberry.argument(description="What."),
        ],
    ) -> payloads.ReservationReleaseLinesPayload | None:
        """Release lines of a reservation, or an allocation by its key."""
        request = asked_by_service(info, "reservationReleaseLines", input)
        caller, commits = info.context.caller, info.context.inventory.commits
        if input.reservation_id is not None:
            lines = None if input.lines is None else pegged_lines(input.lines)
            identifier = from_global_id(input.reservation_id, "Reservation", RESERVATION_PATH)
            decided = await release_reservation(request, caller, identifier, commits, lines)
        elif input.order_id is not None and input.allocation_key is not None:
            decided = await release_allocation(
                request, caller, input.order_id, input.allocation_key, commits
            )
        else:
            problem = "Name a reservation, or an order and the key of its allocation."
            raise invalid(problem, *RESERVATION_PATH)
        return await _answered(info, payloads.ReservationReleaseLinesPayload, decided)

    @mutation_field(
        SERVICE,
        description="Say that reserved goods were not found; for services only.",
        refused=payloads.refused(payloads.ReservationReportShortPayload),
    )
    async def reservation_report_short(
        self,
        info: Info,
        input: Annotated[
            ReservationReportShortInput,
            strawberry.argument(description="What is missing."),
        ],
    ) -> payloads.ReservationReportShortPayload | None:
        """Correct the position and free the reservation of what is missing."""
        report = ReportShort(
            asked_by_service(info, "reservationReportShort", input),
            info.context.caller.subject,
            from_global_id(input.reservation_id, "Reservation", RESERVATION_PATH),
            input.line_id,
            input.location_code,
            input.missing_quantity,
            input.counted,
        )
        decided = await report_short(report, info.context.inventory.commits)
        return await _answered(info, payloads.ReservationReportShortPayload, decided)


def _sources(inventory: Inventory) -> ReservationSources:
    return ReservationSources(
        inventory.network, inventory.catalogue, inventory.units, inventory.commits
    )


async def _answered(
    info: Info, payload: type[payloads.ReservationPayloadT], decided: Decided
) -> payloads.ReservationPayloadT:
    """Answer with the reservation, read again if the answer is a replay's."""
    reservation = decided.reservation
    named = decided.outcome.values.get("reservationId")
    if reservation is None and isinstance(named, str):
        reservation = await info.context.loaders.reservations.load(named)
    return payload(
        reservation=None if reservation is None else Reservation.of(reservation),
        user_errors=user_errors_of(ErrorCode, decided.outcome),
    )
