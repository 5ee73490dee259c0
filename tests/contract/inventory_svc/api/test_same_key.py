"""Each change sent again with its key: the same answer, whatever has become of the world since."""

import base64
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from graphql import GraphQLNonNull

from inventory_svc.api.schema import inventory_schema
from inventory_svc.mongo import collections as kept
from retail_kit.roles import Role
from service_kit.storage.database import Database
from tests.contract.inventory_svc.api.conftest import Subgraph

Json = Any
Wish = Mapping[str, Json] | Callable[["World"], Mapping[str, Json]]

RESULTS = "results { index ref status userErrors { code path } }"
RESERVATION = "reservation { id kind lines { lineId quantity } }"
FILE = "file { id name }"
REGISTRATION = "registration { id sku }"
POSITION = "position { sku locationCode }"
LATER = timedelta(days=3)

SHIRT = {"sku": "shirt", "locationCode": "W1"}
LINE = {"lineId": "1", "sku": "shirt", "quantity": 1}
PEGGED = {"lineId": "1", "locationCode": "W1", "quantity": 1}
CONTENT = base64.b64encode(b"sku,locationCode,quantity\nshirt,W1,1\n").decode()
RULE = {"code": "two-stay", "scope": {"sku": "hat"}, "effect": {"protectUnits": 2}}
PURCHASE = {"kind": "PURCHASE_ORDER", "reference": "PO-1", **SHIRT, "quantity": 2}
EXPECTED = "2026-05-01T00:00:00Z"
QUOTA = {
    "code": "Q1",
    **SHIRT,
    "quantity": 3,
    "availableFrom": EXPECTED,
    "opensAt": "2026-04-01T00:00:00Z",
    "closesAt": "2026-04-20T00:00:00Z",
}


@dataclass(frozen=True, slots=True)
class World:
    """What is there before anything is sent twice, by identifier."""

    reservation: str
    allocation: str
    feed: str
    file: str
    registration: str


@dataclass(frozen=True, slots=True)
class Sent:
    """A change that is sent twice, and what is asked of its answer."""

    wish: Wish
    selection: str
    by: Role | None = Role.INTEGRATION

    async def to(self, subgraph: Subgraph, mutation: str, world: World) -> Json:
        """Send it with the one key."""
        wish = self.wish(world) if callable(self.wish) else self.wish
        given = {"idempotencyKey": "the-key", **wish}
        selection = f"{self.selection} userErrors {{ code path }}"
        if self.by is None:
            return await subgraph.serve(mutation, selection, given)
        return await subgraph.mutate(mutation, selection, given, self.by)


def _lines(*lines: Mapping[str, Json], **more: Json) -> Mapping[str, Json]:
    return {"lines": lines, **more}


def _piece(serial: str) -> Mapping[str, Json]:
    return {"serial": serial, "locationCode": "S2"}


SENT: Mapping[str, Sent] = {
    "backInStockErase": Sent({"contactRef": "crm-3"}, "erased"),
    "backInStockRegister": Sent(
        lambda _: {
            "sku": "shirt",
            "channel": "web",
            "contactRef": "crm-2",
            "expiresAt": "2026-03-03T00:00:00Z",
        },
        REGISTRATION,
    ),
    "backInStockWithdraw": Sent(lambda world: {"registrationId": world.registration}, REGISTRATION),
    "channelsImport": Sent(
        _lines(
            {
                "code": "new",
                "name": "New",
                "currency": "EUR",
                "country": "FR",
                "locationCodes": ["S1"],
            }
        ),
        RESULTS,
    ),
    "inboundImport": Sent(
        _lines({**PURCHASE, "expectedAt": EXPECTED, "supplierCode": "mill"}), RESULTS
    ),
    "inboundReceive": Sent(_lines({**PURCHASE, "reference": "PO-0", "unit": "PIECE"}), RESULTS),
    "itemsImport": Sent(_lines({"sku": "sock", "title": "Sock"}), RESULTS),
    "locationGroupsImport": Sent(
        _lines({"code": "north", "name": "North", "locationCodes": ["S1"]}), RESULTS
    ),
    "locationsImport": Sent(
        _lines({"code": "S9", "name": "S9", "type": "STORE", "country": "FR"}), RESULTS
    ),
    "preorderQuotasImport": Sent(_lines(QUOTA), RESULTS),
    "reservationAllocate": Sent(
        _lines(LINE, orderId="order-2", channel="web", excludedLocations=["S1", "S2"]),
        RESERVATION,
        by=None,
    ),
    "reservationConsume": Sent(
        lambda world: _lines(PEGGED, reservationId=world.allocation), RESERVATION, by=None
    ),
    "reservationCreate": Sent(
        _lines({**LINE, "serial": "P1"}, kind="CART", channel="web", locationCode="S1"),
        RESERVATION,
    ),
    "reservationRelease": Sent(lambda world: {"reservationId": world.reservation}, RESERVATION),
    "reservationReleaseLines": Sent(
        lambda world: _lines(PEGGED, reservationId=world.allocation), RESERVATION, by=None
    ),
    "reservationReportShort": Sent(
        lambda world: {
            "reservationId": world.allocation,
            "lineId": "1",
            "locationCode": "W1",
            "missingQuantity": 1,
        },
        RESERVATION,
        by=None,
    ),
    "rfidReadsRecord": Sent(
        _lines({"epc": "E1", "point": "DOOR", "readAt": "2026-03-02T08:00:00Z"}, locationCode="S1"),
        RESULTS,
    ),
    "stockAdjust": Sent({**SHIRT, "quantity": -1, "reason": "SALE", "unit": "PIECE"}, POSITION),
    "stockAlertRulesImport": Sent(
        _lines({"code": "low", "threshold": 2, "sku": "shirt", "locationCode": "W1"}), RESULTS
    ),
    "stockCount": Sent({**SHIRT, "counted": 9}, POSITION),
    "stockDeclareUnavailable": Sent({**SHIRT, "disposition": "DAMAGED", "quantity": 1}, POSITION),
    "stockFeedLinesCorrect": Sent(
        lambda world: _lines({"number": 1, "sku": "shirt"}, feedId=world.feed), RESULTS
    ),
    "stockFileAddPart": Sent(
        lambda world: {"feedId": world.file, "part": 1, "content": CONTENT}, FILE
    ),
    "stockFileClose": Sent(lambda world: {"feedId": world.file, "parts": 2}, FILE),
    "stockFileOpen": Sent({"name": "till.csv", "mode": "DELTA", "format": "CSV"}, FILE),
    "stockImport": Sent(_lines({**SHIRT, "quantity": 5}, mode="SNAPSHOT"), f"feedId {RESULTS}"),
    "stockRestock": Sent(
        _lines({"lineId": "1", **SHIRT, "quantity": 1}, returnId="r1"), "", by=None
    ),
    "stockRulesPublish": Sent(
        {"save": [RULE], "note": "Two stay."}, "ruleSet { version }", Role.OPERATOR
    ),
    "stockRulesUndo": Sent(
        {"version": 0, "note": "Nothing stays."}, "ruleSet { version }", Role.OPERATOR
    ),
    "stockSourcesImport": Sent(
        _lines({"code": "till", "name": "Till", "locationCodes": ["S1"]}), RESULTS
    ),
    "suppliersImport": Sent(_lines({"code": "loom", "name": "Loom"}), RESULTS),
    "unitRent": Sent(_piece("P4"), ""),
    "unitTakeBack": Sent(_piece("P4"), ""),
    "unitRefurbishmentStart": Sent(_piece("P4"), ""),
    "unitRefurbishmentFinish": Sent({**_piece("P4"), "condition": "USED_B"}, ""),
    "unitWriteOff": Sent(_piece("P5"), ""),
    "unitWithdraw": Sent({**_piece("P2"), "reason": "SALE"}, ""),
    "unitsImport": Sent(_lines({"serial": "P3", **SHIRT}, mode="RECEIVED"), RESULTS),
}
ELSEWHERE = {"stockFileDecide", "stockFileResume"}
"""They need a file that is held or failed, and look at nothing but the file."""

FORGOTTEN = (
    kept.ITEMS,
    kept.LOCATIONS,
    kept.LOCATION_GROUPS,
    kept.CHANNELS,
    kept.SUPPLIERS,
    kept.SOURCES,
    kept.UNITS,
    kept.FEED_REJECTIONS,
)
"""What changes are checked against; all of it is gone when they are sent again."""


@pytest.fixture
async def world(shop: Subgraph) -> World:
    """Give goods, pieces, reservations, a feed with a bad line, a file and somebody who waits."""
    send = shop.mutate
    unwanted = {"sku": "sirt", "locationCode": "W1", "quantity": 1}
    fed = await send(
        "stockImport",
        "feedId",
        _lines({**SHIRT, "quantity": 9}, unwanted, mode="DELTA"),
    )
    await send("suppliersImport", RESULTS, _lines({"code": "mill", "name": "Mill"}))
    due = {**PURCHASE, "reference": "PO-0", "expectedAt": EXPECTED}
    await send("inboundImport", RESULTS, _lines(due))
    await send("stockRulesPublish", "ruleSet { version }", {"save": [RULE], "note": "Two."})
    pieces = (
        {"serial": "P1", "sku": "shirt", "locationCode": "S1", "epc": "E1"},
        *({**_piece(serial), "sku": "shirt"} for serial in ("P2", "P4", "P5")),
    )
    await send("unitsImport", RESULTS, _lines(*pieces, mode="RECEIVED"))
    await send("unitRent", "userErrors { code }", _piece("P5"), Role.INTEGRATION)
    wish = _lines(LINE, kind="CART", channel="web", locationCode="W1")
    held = await send("reservationCreate", RESERVATION, wish, Role.INTEGRATION)
    order = _lines({**LINE, "quantity": 4}, orderId="order-1", channel="web")
    allocated = await shop.serve("reservationAllocate", RESERVATION, order)
    opened = {"name": "a.csv", "mode": "DELTA", "format": "CSV"}
    file = (await send("stockFileOpen", FILE, opened))["file"]["id"]
    await send("stockFileAddPart", FILE, {"feedId": file, "part": 0, "content": CONTENT})
    waits = {"sku": "shirt", "channel": "web"}
    await send("backInStockRegister", REGISTRATION, {**waits, "contactRef": "crm-3"})
    registered = await send("backInStockRegister", REGISTRATION, {**waits, "contactRef": "crm-1"})
    return World(
        held["reservation"]["id"],
        allocated["reservation"]["id"],
        fed["feedId"],
        file,
        registered["registration"]["id"],
    )


def test_every_change_with_a_key_is_sent_twice_here() -> None:
    mutations = inventory_schema()._schema.mutation_type
    assert mutations is not None
    keyed = {
        name
        for name, field in mutations.fields.items()
        for argument in field.args.values()
        if isinstance(argument.type, GraphQLNonNull)
        and "idempotencyKey" in argument.type.of_type.fields
    }
    assert keyed == SENT.keys() | ELSEWHERE


async def test_a_change_sent_again_has_its_answer_though_the_world_has_gone(
    shop: Subgraph, world: World, other_process: Subgraph, database: Database
) -> None:
    first = {name: await sent.to(shop, name, world) for name, sent in SENT.items()}
    for name, payload in first.items():
        assert payload["userErrors"] == [], name
        statuses = {line["status"] for line in payload.get("results", ())}
        assert "REJECTED" not in statuses, name

    for declaration in FORGOTTEN:
        await database.collection(declaration.name).delete_many({})
    shop.clock.advance(LATER)
    again = {name: await sent.to(other_process, name, world) for name, sent in SENT.items()}

    assert {name for name in SENT if again[name] != first[name]} == set()


async def test_a_change_that_was_refused_stays_refused_though_the_world_is_mended(
    shop: Subgraph, world: World
) -> None:
    sold = {"sku": "shirt", "locationCode": "W7", "quantity": -1, "reason": "SALE"}
    sent = Sent(sold, POSITION)
    first = await sent.to(shop, "stockAdjust", world)
    assert [error["code"] for error in first["userErrors"]] == ["UNKNOWN_LOCATION"]
    location = {"code": "W7", "name": "W7", "type": "WAREHOUSE", "country": "FR"}
    await shop.mutate("locationsImport", RESULTS, _lines(location))

    assert await sent.to(shop, "stockAdjust", world) == first
