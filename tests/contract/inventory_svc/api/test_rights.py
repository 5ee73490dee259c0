"""Who may do what, over the whole schema of inventory."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    is_specified_scalar_type,
)

from inventory_svc.api.schema import inventory_schema
from retail_kit.roles import EVERYONE, SERVICE, Role
from service_kit.graphql.access import operations
from service_kit.graphql.schema import print_sdl
from tests.contract.inventory_svc.api.conftest import Subgraph

SERVICE_ONLY = (
    "reservationAllocate",
    "reservationConsume",
    "reservationReleaseLines",
    "reservationReportShort",
    "stockRestock",
)
PRINTED = Path(__file__).parents[4] / "schema" / "inventory_svc.graphql"


def test_the_matrix_of_roles_and_operations() -> None:
    matrix = {
        name: "".join(letter for role, letter in LETTERS.items() if role in roles)
        for name, roles in operations(inventory_schema()).items()
    }

    assert matrix == {
        "Item.availability": "VCASOIX",
        "Item.inbound": "ASOIX",
        "Item.incoming": "VCASOIX",
        "Item.positions": "ASOIX",
        "Mutation.backInStockErase": "SI",
        "Mutation.backInStockRegister": "CASOIX",
        "Mutation.backInStockWithdraw": "CASOIX",
        "Mutation.channelsImport": "OI",
        "Mutation.inboundImport": "OI",
        "Mutation.inboundReceive": "AOI",
        "Mutation.itemsImport": "OI",
        "Mutation.locationGroupsImport": "OI",
        "Mutation.locationsImport": "OI",
        "Mutation.preorderQuotasImport": "OI",
        "Mutation.reservationAllocate": "X",
        "Mutation.reservationConsume": "X",
        "Mutation.reservationCreate": "CASIX",
        "Mutation.reservationRelease": "CASOIX",
        "Mutation.reservationReleaseLines": "X",
        "Mutation.reservationReportShort": "X",
        "Mutation.rfidReadsRecord": "OI",
        "Mutation.stockAdjust": "AOI",
        "Mutation.stockAlertRulesImport": "OI",
        "Mutation.stockCount": "AOI",
        "Mutation.stockDeclareUnavailable": "AOI",
        "Mutation.stockFeedLinesCorrect": "OI",
        "Mutation.stockFileAddPart": "OI",
        "Mutation.stockFileClose": "OI",
        "Mutation.stockFileDecide": "OI",
        "Mutation.stockFileOpen": "OI",
        "Mutation.stockFileResume": "OI",
        "Mutation.stockImport": "OI",
        "Mutation.stockRestock": "X",
        "Mutation.stockRulesPublish": "O",
        "Mutation.stockRulesUndo": "O",
        "Mutation.stockSourcesImport": "OI",
        "Mutation.suppliersImport": "OI",
        "Mutation.unitRefurbishmentFinish": "AOI",
        "Mutation.unitRefurbishmentStart": "AOI",
        "Mutation.unitRent": "AOIX",
        "Mutation.unitTakeBack": "AOIX",
        "Mutation.unitWithdraw": "AOI",
        "Mutation.unitWriteOff": "AOI",
        "Mutation.unitsImport": "OI",
        "Query.availability": "VCASOIX",
        "Query.backInStockRegistrations": "CASOIX",
        "Query.channel": "VCASOIX",
        "Query.channels": "VCASOIX",
        "Query.item": "VCASOIX",
        "Query.items": "VCASOIX",
        "Query.location": "VCASOIX",
        "Query.locationGroup": "VCASOIX",
        "Query.locationGroups": "VCASOIX",
        "Query.locations": "VCASOIX",
        "Query.pieces": "VCASOIX",
        "Query.reservation": "ASOIX",
        "Query.stockAlerts": "ASOIX",
        "Query.stockDeclarationsFile": "ASOIX",
        "Query.stockFeedRejections": "ASOIX",
        "Query.stockFile": "ASOIX",
        "Query.stockFiles": "ASOIX",
        "Query.stockMovements": "ASOIX",
        "Query.stockPosition": "ASOIX",
        "Query.stockReliability": "O",
        "Query.stockRuleVersions": "ASOIX",
        "Query.stockRules": "ASOIX",
        "Query.stockRulesPreview": "O",
        "Query.stockSource": "ASOIX",
        "Query.stockSources": "ASOIX",
        "Query.unit": "ASOIX",
        "Query.unitGaps": "ASOIX",
        "Query.units": "ASOIX",
        "SerialUnit.epc": "ASOIX",
        "SerialUnit.history": "ASOIX",
        "SerialUnit.lastSeen": "ASOIX",
        "SerialUnit.location": "ASOIX",
        "SerialUnit.locationCode": "ASOIX",
        "SerialUnit.orderLine": "ASOIX",
        "SerialUnit.position": "ASOIX",
        "SerialUnit.reservationId": "ASOIX",
        "SerialUnit.state": "ASOIX",
        "SerialUnit.version": "ASOIX",
        "Subscription.availabilityChanged": "VCASOIX",
        "Subscription.backInStock": "CASOIX",
        "_entities.Channel": "VCASOIX",
        "_entities.Item": "VCASOIX",
        "_entities.Location": "VCASOIX",
        "_entities.Reservation": "ASOIX",
        "_entities.SerialUnit": "VCASOIX",
        "_entities.StockPosition": "ASOIX",
    }


LETTERS = {
    Role.VISITOR: "V",
    Role.CUSTOMER: "C",
    Role.ASSISTANT: "A",
    Role.CUSTOMER_SERVICE: "S",
    Role.OPERATOR: "O",
    Role.INTEGRATION: "I",
    SERVICE: "X",
}


@pytest.mark.parametrize("mutation", SERVICE_ONLY)
async def test_what_is_for_services_is_refused_to_every_user(shop: Subgraph, mutation: str) -> None:
    inputs = {
        "reservationAllocate": '{idempotencyKey: "k", orderId: "o", channel: "web", lines: []}',
        "reservationConsume": '{idempotencyKey: "k", reservationId: "r", lines: []}',
        "reservationReleaseLines": '{idempotencyKey: "k"}',
        "reservationReportShort": '{idempotencyKey: "k", reservationId: "r", lineId: "1", '
        'locationCode: "S1", missingQuantity: 1}',
        "stockRestock": '{idempotencyKey: "k", returnId: "r", lines: []}',
    }
    operation = f"mutation {{ {mutation}(input: {inputs[mutation]}) {{ userErrors {{ code }} }} }}"

    answers = {role: await shop.ask_as(role, operation) for role in EVERYONE}

    told = {role: answer["errors"][0]["extensions"]["code"] for role, answer in answers.items()}
    assert told.pop(Role.VISITOR) == "UNAUTHENTICATED"
    assert set(told.values()) == {"FORBIDDEN"}


async def test_a_visitor_reads_availability_and_no_position(shop: Subgraph) -> None:
    operation = (
        '{ item(sku: "shirt") { availability(channel: "web") { quantity } positions { onHand } } }'
    )

    answer = await shop.ask_as(Role.VISITOR, operation)

    assert answer["data"]["item"] == {"availability": {"quantity": 0}, "positions": None}
    assert [error["path"] for error in answer["errors"]] == [["item", "positions"]]


def test_the_printed_schema_is_fresh() -> None:
    assert PRINTED.read_text() == print_sdl(inventory_schema())


def test_a_root_field_that_fails_leaves_the_others_standing() -> None:
    schema = inventory_schema()._schema
    assert schema.query_type is not None
    assert schema.mutation_type is not None
    roots = {**schema.query_type.fields, **schema.mutation_type.fields}

    strict = [name for name, field in roots.items() if isinstance(field.type, GraphQLNonNull)]

    assert set(strict) <= {"_service", "_entities"}


def test_everything_in_the_schema_is_described() -> None:
    silent = [
        name
        for type_ in inventory_schema()._schema.type_map.values()
        if not type_.name.startswith(("_", "link__")) and not is_specified_scalar_type(type_)
        for name, description in descriptions(type_)
        if not description
    ]

    assert silent == []


def descriptions(type_: GraphQLNamedType) -> Iterator[tuple[str, str | None]]:
    yield type_.name, type_.description
    if isinstance(type_, GraphQLObjectType):
        for name, field in type_.fields.items():
            if not name.startswith("_"):
                yield f"{type_.name}.{name}", field.description
                for argument, given in field.args.items():
                    yield f"{type_.name}.{name}({argument})", given.description
    elif isinstance(type_, GraphQLInputObjectType):
        for name, input_field in type_.fields.items():
            yield f"{type_.name}.{name}", input_field.description
    elif isinstance(type_, GraphQLEnumType):
        for name, value in type_.values.items():
            yield f"{type_.name}.{name}", value.description
