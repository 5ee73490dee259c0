"""What can be changed."""

from dataclasses import replace
from typing import Annotated

import strawberry

from inventory_svc.api import inputs, payloads
from inventory_svc.api.access import FEEDERS, RELEASERS, RESERVERS, STOCK_KEEPERS
from inventory_svc.api.alert_operations import AlertMutations
from inventory_svc.api.context import Info
from inventory_svc.api.declaration_operations import DeclarationMutations
from inventory_svc.api.entities import Reservation
from inventory_svc.api.enums import ErrorCode
from inventory_svc.api.feed_operations import FeedMutations
from inventory_svc.api.file_operations import FileMutations
from inventory_svc.api.inbound_operations import InboundMutations
from inventory_svc.api.position_answers import position_answer
from inventory_svc.api.rule_operations import RuleMutations
from inventory_svc.api.unit_operations import UnitMutations
from inventory_svc.domain.rights import MOST_UNITS_OF_A_LINE, MOST_UNITS_OF_A_RESERVATION
from inventory_svc.domain.rules.sale import Service
from inventory_svc.domain.stock.commands import ReportShort
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.use_cases.catalogue.import_items import import_items
from inventory_svc.use_cases.line_checks import SentLine
from inventory_svc.use_cases.network.import_channels import import_channels
from inventory_svc.use_cases.network.import_location_groups import import_location_groups
from inventory_svc.use_cases.network.import_locations import import_locations
from inventory_svc.use_cases.stock.adjust_stock import Adjustment, adjust_stock
from inventory_svc.use_cases.stock.allocate_order import WantedAllocation, allocate_order
from inventory_svc.use_cases.stock.consume_reservation import consume_reservation
from inventory_svc.use_cases.stock.create_reservation import WantedReservation, create_reservation
from inventory_svc.use_cases.stock.import_stock import StockFeed, import_stock
from inventory_svc.use_cases.stock.position_checks import NamedPosition
from inventory_svc.use_cases.stock.release_reservation import (
    release_allocation,
    release_reservation,
)
from inventory_svc.use_cases.stock.report_short import report_short
from inventory_svc.use_cases.stock.restock_return import restock_return
from inventory_svc.use_cases.units.name_pieces import with_pieces
from retail_kit.roles import SERVICE
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request
from service_kit.graphql.payloads import user_errors_of

RESERVATION_PATH = ("input", "reservationId")


def asked_by_service(info: Info, mutation: str, input_: object) -> IdempotentRequest:
    """Name a command of another service: its keys are its own, on whosever behalf it asks."""
    request = idempotent_request(info, mutation, input_)
    return replace(request, scope=f"service:{info.context.caller.subject}")


@strawberry.type(description="What can be changed.")
class Mutation(
    RuleMutations,
    DeclarationMutations,
    AlertMutations,
    FeedMutations,
    FileMutations,
    InboundMutations,
    UnitMutations,
):
    """Inventory's mutations: one input, one payload (null if it is not known), one effect."""

    @mutation_field(
        *FEEDERS,
        description="Import items, each line for itself.",
        refused=payloads.refused(payloads.ItemsImportPayload),
    )
    async def items_import(
        self,
        info: Info,
        input: Annotated[inputs.ItemsImportInput, strawberry.argument(description="The items.")],
    ) -> payloads.ItemsImportPayload | None:
        """Replace or add items."""
        context = info.context
        request = idempotent_request(info, "itemsImport", input)
        lines = [SentLine(each.sku, each.to_item) for each in input.lines]
        results = await import_items(
            request, context.caller.subject, lines, context.inventory.items
        )
        return payloads.imported(payloads.ItemsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Import locations, each line for itself.",
        refused=payloads.refused(payloads.LocationsImportPayload),
    )
    async def locations_import(
        self,
        info: Info,
        input: Annotated[
            inputs.LocationsImportInput, strawberry.argument(description="The locations.")
        ],
    ) -> payloads.LocationsImportPayload | None:
        """Replace or add locations."""
        context = info.context
        request = idempotent_request(info, "locationsImport", input)
        lines = [SentLine(each.code, each.to_location) for each in input.lines]
        results = await import_locations(
            request, context.caller.subject, lines, context.inventory.locations
        )
        return payloads.imported(payloads.LocationsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Import groups of locations, each line for itself.",
        refused=payloads.refused(payloads.LocationGroupsImportPayload),
    )
    async def location_groups_import(
        self,
        info: Info,
        input: Annotated[
            inputs.LocationGroupsImportInput, strawberry.argument(description="The groups.")
        ],
    ) -> payloads.LocationGroupsImportPayload | None:
        """Replace or add groups of locations."""
        context, inventory = info.context, info.context.inventory
        results = await import_location_groups(
            idempotent_request(info, "locationGroupsImport", input),
            context.caller.subject,
            [line.to_group() for line in input.lines],
            inventory.network,
            inventory.location_groups,
        )
        return payloads.imported(payloads.LocationGroupsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Import channels, each line for itself.",
        refused=payloads.refused(payloads.ChannelsImportPayload),
    )
    async def channels_import(
        self,
        info: Info,
        input: Annotated[
            inputs.ChannelsImportInput, strawberry.argument(description="The channels.")
        ],
    ) -> payloads.ChannelsImportPayload | None:
        """Replace or add channels."""
        context = info.context
        results = await import_channels(
            idempotent_request(info, "channelsImport", input),
            context.caller.subject,
            [line.to_channel() for line in input.lines],
            context.inventory.network,
            context.inventory.channels,
        )
        return payloads.imported(payloads.ChannelsImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Feed the stock with snapshots or deltas, each line for itself.",
        refused=payloads.refused(payloads.StockImportPayload),
    )
    async def stock_import(
        self,
        info: Info,
        input: Annotated[inputs.StockImportInput, strawberry.argument(description="The feed.")],
    ) -> payloads.StockImportPayload | None:
        """Write the good lines and tell the fate of all."""
        context, inventory = info.context, info.context.inventory
        feed = StockFeed(
            idempotent_request(info, "stockImport", input),
            context.caller.subject,
            input.mode,
            [line.to_line() for line in input.lines],
            input.source,
        )
        results = await import_stock(
            feed,
            inventory.catalogue,
            inventory.network,
            inventory.commits,
            context.clock,
            inventory.freshness,
        )
        answer = payloads.imported(payloads.StockImportPayload, results)
        answer.feed_id = strawberry.ID(feed.name)
        return answer

    @mutation_field(
        *STOCK_KEEPERS,
        description="Move goods in or out of one position.",
        refused=payloads.refused(payloads.StockAdjustPayload),
    )
    async def stock_adjust(
        self,
        info: Info,
        input: Annotated[
            inputs.StockAdjustInput, strawberry.argument(description="What has moved.")
        ],
    ) -> payloads.StockAdjustPayload | None:
        """Write one movement; an assistant only where they work."""
        inventory = info.context.inventory
        adjustment = Adjustment(
            NamedPosition(input.sku, input.location_code, input.condition),
            input.quantity,
            input.reason,
            input.expected_version,
        )
        decided = await adjust_stock(
            idempotent_request(info, "stockAdjust", input),
            info.context.caller,
            adjustment,
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return await position_answer(info, payloads.StockAdjustPayload, decided)

    @mutation_field(
        *RESERVERS,
        description="Keep goods for somebody, for a time; a customer at most "
        f"{MOST_UNITS_OF_A_LINE} units of a line and {MOST_UNITS_OF_A_RESERVATION} in all.",
        refused=payloads.refused(payloads.ReservationCreatePayload),
    )
    async def reservation_create(
        self,
        info: Info,
        input: Annotated[
            inputs.ReservationCreateInput, strawberry.argument(description="What is to be kept.")
        ],
    ) -> payloads.ReservationCreatePayload | None:
        """Keep all the lines, or none."""
        context, inventory = info.context, info.context.inventory
        wanted = WantedReservation(
            input.kind,
            await with_pieces(inputs.wanted_lines(input.lines), inventory.units),
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
            inventory.network,
            inventory.commits,
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
            inputs.ReservationReleaseInput, strawberry.argument(description="Which one.")
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
            inputs.ReservationAllocateInput, strawberry.argument(description="What is needed.")
        ],
    ) -> payloads.ReservationAllocatePayload | None:
        """Allocate all the lines, or none."""
        inventory = info.context.inventory
        destination = input.destination or inputs.AllocationDestinationInput()
        wanted = WantedAllocation(
            order_id=input.order_id,
            channel=input.channel,
            destination=destination.to_destination(),
            lines=await with_pieces(inputs.wanted_lines(input.lines), inventory.units),
            excluded=frozenset(input.excluded_locations or ()),
            service=Service(input.delivery_method, input.service_level, input.order_type),
            until=input.accept_until,
        )
        decided = await allocate_order(
            asked_by_service(info, "reservationAllocate", input),
            info.context.caller,
            wanted,
            inventory.network,
            inventory.commits,
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
            inputs.ReservationConsumeInput, strawberry.argument(description="What has left.")
        ],
    ) -> payloads.ReservationConsumePayload | None:
        """Take goods off the books."""
        decided = await consume_reservation(
            asked_by_service(info, "reservationConsume", input),
            info.context.caller,
            from_global_id(input.reservation_id, "Reservation", RESERVATION_PATH),
            inputs.pegged_lines(input.lines),
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
            inputs.ReservationReleaseLinesInput, strawberry.argument(description="What.")
        ],
    ) -> payloads.ReservationReleaseLinesPayload | None:
        """Release lines of a reservation, or an allocation by its key."""
        request = asked_by_service(info, "reservationReleaseLines", input)
        caller, commits = info.context.caller, info.context.inventory.commits
        if input.reservation_id is not None:
            lines = None if input.lines is None else inputs.pegged_lines(input.lines)
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
            inputs.ReservationReportShortInput, strawberry.argument(description="What is missing.")
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

    @mutation_field(
        SERVICE,
        description="Put units that customers gave back on the shelves; for services only.",
        refused=payloads.refused(payloads.StockRestockPayload),
    )
    async def stock_restock(
        self,
        info: Info,
        input: Annotated[
            inputs.StockRestockInput, strawberry.argument(description="What can be sold again.")
        ],
    ) -> payloads.StockRestockPayload | None:
        """Write a movement for each line, or none."""
        inventory = info.context.inventory
        decided = await restock_return(
            asked_by_service(info, "stockRestock", input),
            info.context.caller,
            input.return_id,
            tuple(line.line() for line in input.lines),
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return payloads.StockRestockPayload(user_errors=user_errors_of(ErrorCode, decided.outcome))


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
