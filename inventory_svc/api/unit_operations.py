"""Reading pieces with a serial number, registering them, and recording reads of their tags."""

import asyncio
from datetime import datetime
from typing import Annotated, Final

import strawberry

from inventory_svc.api import payloads, unit_inputs
from inventory_svc.api.access import ANYBODY, BACK_OFFICE, FEEDERS, STOCK_KEEPERS
from inventory_svc.api.context import Info
from inventory_svc.api.enums import STOCK_CONDITION_INPUT
from inventory_svc.api.unit_payloads import UnitWithdrawPayload, unit_answer
from inventory_svc.api.unit_types import (
    Serial,
    SerialUnit,
    SerialUnitGap,
    unit_of,
)
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import WithdrawUnit
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units import unit as units
from inventory_svc.domain.stock.units.gaps import gap_at
from inventory_svc.ports.units import GapsWanted, PiecesWanted
from inventory_svc.use_cases.stock.read_availability import AvailabilityQuestion
from inventory_svc.use_cases.units.record_reads import ReadsSent, record_reads
from inventory_svc.use_cases.units.register_units import UnitsImport, register_units
from inventory_svc.use_cases.units.withdraw_unit import withdraw_unit
from service_kit.commands.denials import invalid
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.enums import optional_list
from service_kit.graphql.fields import mutation_field, query_field
from service_kit.graphql.idempotency import idempotent_request

MOST_UNITS: Final = 200
"""Pieces that one question asks for."""


@strawberry.type
class UnitQueries:
    """What can be read of pieces."""

    @query_field(*BACK_OFFICE, description="A piece by its serial number.")
    async def unit(self, info: Info, serial: Serial) -> SerialUnit | None:
        """Find one piece."""
        return await unit_of(info, serial)

    @query_field(
        *BACK_OFFICE,
        description="Pieces by their serial numbers, in their order; null for one that nobody "
        f"knows. Up to {MOST_UNITS}.",
    )
    async def units(
        self,
        info: Info,
        serials: Annotated[list[str], strawberry.argument(description="The serial numbers.")],
    ) -> list[SerialUnit | None] | None:
        """Find many pieces in one read."""
        if not 1 <= len(serials) <= MOST_UNITS:
            raise invalid(f"Ask for 1 to {MOST_UNITS} pieces.", "serials")
        return list(await asyncio.gather(*(unit_of(info, serial) for serial in serials)))

    @query_field(
        *ANYBODY,
        description="The pieces of an item that a channel can sell one by one, in the order of "
        "their serial number: an order or a reservation names the one that is wanted.",
    )
    async def pieces(
        self,
        info: Info,
        sku: Annotated[str, strawberry.argument(description="The item's SKU.")],
        channel: Annotated[str, strawberry.argument(description="The channel's code.")],
        conditions: Annotated[
            list[Condition] | None,
            strawberry.argument(
                graphql_type=optional_list(STOCK_CONDITION_INPUT),
                description="Only pieces in these conditions; none means any.",
            ),
        ] = None,
        most_uses: Annotated[
            int | None,
            strawberry.argument(
                description="Only pieces that have come back from a rental no more often; 0 means "
                "never."
            ),
        ] = None,
        first: First = None,
        after: After = None,
    ) -> Connection[SerialUnit] | None:
        """List pieces at the locations that can promise some, by the formula of availability."""
        page = PageArguments.of("pieces", first, after)
        if most_uses is not None and most_uses < 0:
            raise invalid("No piece was used less than never.", "mostUses")
        wanted = PiecesWanted(
            sku=sku,
            positions=await _selling(info, sku, channel, conditions or list(Condition)),
            now=info.context.clock.now(),
            limit=page.fetch,
            after=None if page.after is None else page.after.text,
            most_uses=most_uses,
        )
        found = await info.context.inventory.units.pieces(wanted)
        return connection_of(found, page, cursor_of=_piece_cursor, node_of=SerialUnit.of)

    @query_field(
        *BACK_OFFICE,
        description="Where the reads of tags at a location and its books differ, in the order of "
        "the serial number.",
    )
    async def unit_gaps(
        self,
        info: Info,
        location_code: Annotated[str, strawberry.argument(description="The location's code.")],
        since: Annotated[
            datetime,
            strawberry.argument(description="Only reads from then on count: when a count began."),
        ],
        first: First = None,
        after: After = None,
    ) -> Connection[SerialUnitGap] | None:
        """Page through the gaps."""
        page = PageArguments.of("unitGaps", first, after)
        start = None if page.after is None else page.after.text
        wanted = GapsWanted(location_code, since, page.fetch, start)
        found = await info.context.inventory.units.gaps(wanted)

        def shown(unit: units.SerialUnit) -> SerialUnitGap:
            kind = gap_at(unit, location_code, since)
            if kind is None:
                raise RuntimeError(f"{unit.serial} was read as a gap and is none.")
            return SerialUnitGap(kind=kind, unit=SerialUnit.of(unit))

        return connection_of(found, page, cursor_of=_gap_cursor, node_of=shown)


@strawberry.type
class UnitMutations:
    """What can be changed of pieces."""

    @mutation_field(
        *FEEDERS,
        description="Register pieces by their serial number, each line for itself; one that is "
        "known already is where the line says, in its condition, with its tag and price.",
        refused=payloads.refused(payloads.UnitsImportPayload),
    )
    async def units_import(
        self,
        info: Info,
        input: Annotated[
            unit_inputs.UnitsImportInput, strawberry.argument(description="The pieces.")
        ],
    ) -> payloads.UnitsImportPayload | None:
        """Write the good lines and tell the fate of all."""
        inventory = info.context.inventory
        sent = UnitsImport(
            idempotent_request(info, "unitsImport", input),
            info.context.caller.subject,
            input.mode,
            [line.to_unit() for line in input.lines],
        )
        results = await register_units(
            sent, inventory.catalogue, inventory.network, inventory.commits
        )
        return payloads.imported(payloads.UnitsImportPayload, results)

    @mutation_field(
        *STOCK_KEEPERS,
        description="Say that a piece has left its shelf: sold over the counter, lost, or sent to "
        "another location. An assistant only where they work.",
        refused=payloads.refused(UnitWithdrawPayload),
    )
    async def unit_withdraw(
        self,
        info: Info,
        input: Annotated[
            unit_inputs.UnitWithdrawInput, strawberry.argument(description="Which, and why.")
        ],
    ) -> UnitWithdrawPayload | None:
        """Write one movement and one step."""
        caller, inventory = info.context.caller, info.context.inventory
        command = WithdrawUnit(
            idempotent_request(info, "unitWithdraw", input),
            caller.subject,
            input.serial,
            input.location_code,
            input.reason,
        )
        decided = await withdraw_unit(command, caller, inventory.network, inventory.commits)
        return await unit_answer(info, UnitWithdrawPayload, decided)

    @mutation_field(
        *FEEDERS,
        description="Record what the readers of a location have read, in the order of the time: "
        "a piece that is read at a door has arrived, one that was missing is found; any other is "
        "only seen.",
        refused=payloads.refused(payloads.RfidReadsRecordPayload),
    )
    async def rfid_reads_record(
        self,
        info: Info,
        input: Annotated[
            unit_inputs.RfidReadsRecordInput, strawberry.argument(description="The reads.")
        ],
    ) -> payloads.RfidReadsRecordPayload | None:
        """Write the good reads and tell the fate of all."""
        context = info.context
        sent = ReadsSent(
            idempotent_request(info, "rfidReadsRecord", input),
            context.caller.subject,
            input.location_code,
            [line.to_read() for line in input.lines],
        )
        inventory = context.inventory
        results = await record_reads(sent, inventory.network, inventory.commits, context.clock)
        return payloads.imported(payloads.RfidReadsRecordPayload, results)


async def _selling(
    info: Info, sku: str, channel: str, conditions: list[Condition]
) -> frozenset[PositionKey]:
    """Give the positions of which the channel can promise something now."""
    loaders = info.context.loaders
    questions = [
        AvailabilityQuestion(channel, condition=each) for each in dict.fromkeys(conditions)
    ]
    answers = await loaders.availability.load_many([(sku, question) for question in questions])
    return frozenset(
        PositionKey(sku, row.location.code, question.condition)
        for question, answer in zip(questions, answers, strict=True)
        if answer.quantity > 0
        for row in answer.locations
        if row.quantity > 0
    )


def _piece_cursor(unit: units.SerialUnit) -> Cursor:
    return Cursor("pieces", (unit.serial,))


def _gap_cursor(unit: units.SerialUnit) -> Cursor:
    return Cursor("unitGaps", (unit.serial,))
