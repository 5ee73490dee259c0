"""Renting pieces out, taking them back, and refurbishing them."""

from typing import Annotated

import strawberry

from inventory_svc.api import payloads, rental_inputs, unit_payloads
from inventory_svc.api.access import LENDERS, STOCK_KEEPERS
from inventory_svc.api.context import Info
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.rental_commands import RentUnit, RestoreUnit, TurnUnit, UnitTurn
from inventory_svc.use_cases.units.rent_unit import rent_unit, restore_unit, turn_unit
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.graphql.fields import mutation_field
from service_kit.graphql.global_ids import from_global_id
from service_kit.graphql.idempotency import idempotent_request


@strawberry.type
class RentalMutations:
    """The way of a piece from its rental to its next sale."""

    @mutation_field(
        *LENDERS,
        description="Rent a piece out, from its shelf or out of a reservation that the caller may "
        "release: nobody can buy or reserve it until it is refurbished. An assistant only where "
        "they work; what an order keeps only the service of the orders.",
        refused=payloads.refused(unit_payloads.UnitRentPayload),
    )
    async def unit_rent(
        self,
        info: Info,
        input: Annotated[rental_inputs.UnitRentInput, strawberry.argument(description="Which.")],
    ) -> unit_payloads.UnitRentPayload | None:
        """Write one movement and one step."""
        caller, inventory = info.context.caller, info.context.inventory
        named, path = input.reservation_id, ("input", "reservationId")
        command = RentUnit(
            idempotent_request(info, "unitRent", input),
            caller.subject,
            input.serial,
            input.location_code,
            None if named is None else from_global_id(named, "Reservation", path),
        )
        decided = await rent_unit(command, caller, inventory.network, inventory.commits)
        return await unit_payloads.unit_answer(info, unit_payloads.UnitRentPayload, decided)

    @mutation_field(
        *LENDERS,
        description="Take a rented piece back, which is one use more; also one that was given up "
        "while it was rented. It is not for sale yet. An assistant only where they work.",
        refused=payloads.refused(unit_payloads.UnitTakeBackPayload),
    )
    async def unit_take_back(
        self,
        info: Info,
        input: Annotated[
            rental_inputs.UnitTakeBackInput, strawberry.argument(description="Which, and where.")
        ],
    ) -> unit_payloads.UnitTakeBackPayload | None:
        """Write one step."""
        request = idempotent_request(info, "unitTakeBack", input)
        decided = await _turned(info, request, input, UnitTurn.TAKE_BACK)
        return await unit_payloads.unit_answer(info, unit_payloads.UnitTakeBackPayload, decided)

    @mutation_field(
        *STOCK_KEEPERS,
        description="Begin to refurbish a piece that is back. An assistant only where they work.",
        refused=payloads.refused(unit_payloads.UnitRefurbishmentStartPayload),
    )
    async def unit_refurbishment_start(
        self,
        info: Info,
        input: Annotated[
            rental_inputs.UnitRefurbishmentStartInput,
            strawberry.argument(description="Which, and where."),
        ],
    ) -> unit_payloads.UnitRefurbishmentStartPayload | None:
        """Write one step."""
        payload = unit_payloads.UnitRefurbishmentStartPayload
        request = idempotent_request(info, "unitRefurbishmentStart", input)
        decided = await _turned(info, request, input, UnitTurn.START_REFURBISHMENT)
        return await unit_payloads.unit_answer(info, payload, decided)

    @mutation_field(
        *STOCK_KEEPERS,
        description="Put a refurbished piece on the shelf in the condition that it was judged to "
        "be in: of that condition there is one more to sell. An assistant only where they work.",
        refused=payloads.refused(unit_payloads.UnitRefurbishmentFinishPayload),
    )
    async def unit_refurbishment_finish(
        self,
        info: Info,
        input: Annotated[
            rental_inputs.UnitRefurbishmentFinishInput,
            strawberry.argument(description="Which, and as what."),
        ],
    ) -> unit_payloads.UnitRefurbishmentFinishPayload | None:
        """Write one movement and one step."""
        caller, inventory = info.context.caller, info.context.inventory
        command = RestoreUnit(
            idempotent_request(info, "unitRefurbishmentFinish", input),
            caller.subject,
            input.serial,
            input.location_code,
            input.condition,
        )
        decided = await restore_unit(
            command, input.sent_price(), caller, inventory.network, inventory.commits
        )
        payload = unit_payloads.UnitRefurbishmentFinishPayload
        return await unit_payloads.unit_answer(info, payload, decided)

    @mutation_field(
        *STOCK_KEEPERS,
        description="Give up a piece that is not for sale: it is beyond repair, lost, or was not "
        "brought back from its rental. An assistant only where they work.",
        refused=payloads.refused(unit_payloads.UnitWriteOffPayload),
    )
    async def unit_write_off(
        self,
        info: Info,
        input: Annotated[
            rental_inputs.UnitWriteOffInput, strawberry.argument(description="Which, and where.")
        ],
    ) -> unit_payloads.UnitWriteOffPayload | None:
        """Write one step."""
        request = idempotent_request(info, "unitWriteOff", input)
        decided = await _turned(info, request, input, UnitTurn.WRITE_OFF)
        return await unit_payloads.unit_answer(info, unit_payloads.UnitWriteOffPayload, decided)


async def _turned(
    info: Info,
    request: IdempotentRequest,
    given: rental_inputs.UnitTakeBackInput
    | rental_inputs.UnitRefurbishmentStartInput
    | rental_inputs.UnitWriteOffInput,
    turn: UnitTurn,
) -> Decided:
    caller, inventory = info.context.caller, info.context.inventory
    command = TurnUnit(request, caller.subject, given.serial, given.location_code, turn)
    return await turn_unit(command, caller, inventory.network, inventory.commits)
