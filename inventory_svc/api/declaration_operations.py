"""What locations declare of their stock, and the file of it for those who keep the books."""

from datetime import date
from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import BACK_OFFICE, STOCK_KEEPERS
from inventory_svc.api.context import Info
from inventory_svc.api.enums import (
    STOCK_CONDITION_INPUT,
    STOCK_DISPOSITION_INPUT,
    UNIT_OF_MEASURE_INPUT,
)
from inventory_svc.api.position_answers import position_answer
from inventory_svc.api.stock_inputs import UNIT
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.declarations import Place, csv_of, declaration_of
from inventory_svc.domain.stock.movement import Movement
from inventory_svc.domain.stock.unavailable import Disposition
from inventory_svc.use_cases.stock.declare_stock import (
    CountedUnits,
    DeclaredUnits,
    count_position,
    declare_unavailable,
)
from inventory_svc.use_cases.stock.position_checks import NamedPosition
from inventory_svc.use_cases.stock.read_declarations import (
    WantedDeclarations,
    read_declarations,
)
from retail_kit.quantities import Unit
from service_kit.graphql.connections import After, Cursor, moment_in_cursor
from service_kit.graphql.enums import optional
from service_kit.graphql.fields import mutation_field, query_field
from service_kit.graphql.idempotency import KEY, idempotent_request

LINES_OF_A_PIECE = 5_000
_CONDITION = "The state of the goods."
_VERSION = "Refuse when the position has another version."
_KIND = "stockDeclarationsFile"


@strawberry.input(description="Units of one position that cannot be sold, or can again.")
class StockDeclareUnavailableInput:
    """They stay on hand until the books have been told."""

    idempotency_key: str = strawberry.field(description=KEY)
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=_CONDITION
    )
    disposition: Disposition = strawberry.field(
        graphql_type=STOCK_DISPOSITION_INPUT, description="Why."
    )
    quantity: int = strawberry.field(
        default=1, description="Units; negative for those that can be sold again."
    )
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.input(description="A count of one position, since units were not found there.")
class StockCountInput:
    """What is on hand becomes what was counted."""

    idempotency_key: str = strawberry.field(description=KEY)
    sku: str = strawberry.field(description="The item.")
    location_code: str = strawberry.field(description="The location.")
    condition: Condition = strawberry.field(
        default=Condition.NEW, graphql_type=STOCK_CONDITION_INPUT, description=_CONDITION
    )
    counted: int = strawberry.field(default=0, description="Units that are there, kept ones too.")
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )
    expected_version: int | None = strawberry.field(default=None, description=_VERSION)


@strawberry.type(description="A piece of the file of what locations declared in a day.")
class StockDeclarationsFile:
    """A heading and lines, as CSV; the pieces of a file have a heading each."""

    name: str = strawberry.field(description="A name for the file.")
    media_type: str = strawberry.field(description="The form of its content.")
    content: str = strawberry.field(description="The heading and the lines of this piece.")
    lines: int = strawberry.field(description="The lines of this piece, without the heading.")
    has_next_page: bool = strawberry.field(description="Whether another piece follows.")
    end_cursor: str | None = strawberry.field(description="Where the next piece starts.")


@strawberry.type
class DeclarationQueries:
    """What can be read of declarations."""

    @query_field(
        *BACK_OFFICE,
        description="What locations declared in a day by their own clocks: the file with which "
        f"the books are brought up to date. Pieces of up to {LINES_OF_A_PIECE:,} lines.",
    )
    async def stock_declarations_file(
        self,
        info: Info,
        day: Annotated[date, strawberry.argument(description="The day.")],
        locations: Annotated[
            list[str] | None,
            strawberry.argument(description="Only these locations, by code; none means all."),
        ] = None,
        after: After = None,
    ) -> StockDeclarationsFile | None:
        """Write a piece of the file."""
        place = None if after is None else _place(Cursor.decode(after, _KIND))
        named = None if locations is None else tuple(locations)
        wanted = WantedDeclarations(day, named, place, LINES_OF_A_PIECE + 1)
        inventory = info.context.inventory
        found = await read_declarations(wanted, inventory.network, inventory.stock)
        shown = found[:LINES_OF_A_PIECE]
        return StockDeclarationsFile(
            name=f"declarations-{day.isoformat()}.csv",
            media_type="text/csv",
            content=csv_of(map(declaration_of, shown)),
            lines=len(shown),
            has_next_page=len(found) > len(shown),
            end_cursor=_cursor(shown[-1]).encode() if shown else None,
        )


@strawberry.type
class DeclarationMutations:
    """What people at a location may say of its shelves."""

    @mutation_field(
        *STOCK_KEEPERS,
        description="Declare units that cannot be sold, before the books know of it; they are "
        "withheld at once, until a count of the position that is younger. An assistant only where "
        "they work.",
        refused=payloads.refused(payloads.StockDeclareUnavailablePayload),
    )
    async def stock_declare_unavailable(
        self,
        info: Info,
        input: Annotated[
            StockDeclareUnavailableInput, strawberry.argument(description="Which units.")
        ],
    ) -> payloads.StockDeclareUnavailablePayload | None:
        """Withhold units, or give them back."""
        inventory = info.context.inventory
        decided = await declare_unavailable(
            idempotent_request(info, "stockDeclareUnavailable", input),
            info.context.caller,
            DeclaredUnits(
                NamedPosition(input.sku, input.location_code, input.condition, input.unit),
                input.disposition,
                input.quantity,
                input.expected_version,
            ),
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return await position_answer(info, payloads.StockDeclareUnavailablePayload, decided)

    @mutation_field(
        *STOCK_KEEPERS,
        description="Say what is there when units were not found; an assistant only where they "
        "work.",
        refused=payloads.refused(payloads.StockCountPayload),
    )
    async def stock_count(
        self,
        info: Info,
        input: Annotated[StockCountInput, strawberry.argument(description="What was counted.")],
    ) -> payloads.StockCountPayload | None:
        """Set the position to what was counted."""
        inventory = info.context.inventory
        decided = await count_position(
            idempotent_request(info, "stockCount", input),
            info.context.caller,
            CountedUnits(
                NamedPosition(input.sku, input.location_code, input.condition, input.unit),
                input.counted,
                input.expected_version,
            ),
            inventory.catalogue,
            inventory.network,
            inventory.commits,
        )
        return await position_answer(info, payloads.StockCountPayload, decided)


def _place(cursor: Cursor) -> Place:
    location, at, movement = cursor.texts(3)
    return Place(location, moment_in_cursor(at), movement)


def _cursor(movement: Movement) -> Cursor:
    at = movement.occurred_at.isoformat()
    return Cursor(_KIND, (movement.position.location, at, movement.identifier))
