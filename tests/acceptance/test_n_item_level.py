"""Rows N: the single piece and its condition."""

import asyncio
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from retail_kit.roles import Role
from tests.support.listening import ListeningClient, Way, next_event
from tests.support.pieces import RESULTS, Pieces
from tests.support.retailer import Retailer, eventually
from tests.support.ruling import Ruling, codes
from tests.support.stack import Stack

Json = Any
MOVED = """
  subscription ($skus: [String!]) {
    availabilityChanged(skus: $skus, heartbeatSeconds: 60) {
      delivery onHand location { code }
    }
  }
"""


@pytest.mark.capability("N1")
async def test_n1_an_order_of_new_goods_never_takes_used_ones(retailer: Retailer) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("bag")
    await retailer.counts("bag", S1=5)
    await retailer.counts_in("USED_A", "bag", {"S1": 2})
    channel = retailer.code("web")
    conditions = f"""
      new: availability(channel: "{channel}") {{ quantity }}
      used: availability(channel: "{channel}", for: {{condition: USED_A}}) {{ quantity }}
    """
    assert await retailer.item("bag", conditions) == {
        "new": {"quantity": 5},
        "used": {"quantity": 2},
    }
    six, five = ([{"sku": retailer.code("bag"), "quantity": units}] for units in (6, 5))
    refused = await retailer.does(
        "orderPlace", retailer.wish(lines=six), "order { id }", role=Role.CUSTOMER_SERVICE
    )
    (error,) = refused["userErrors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert {"key": "available", "value": "5"} in error["params"]
    await retailer.places(retailer.wish(lines=five))
    assert await retailer.item("bag", conditions) == {
        "new": {"quantity": 0},
        "used": {"quantity": 2},
    }


@pytest.mark.capability("N8")
async def test_n8_a_marketplace_exposes_used_goods_only(ruling: Ruling, retailer: Retailer) -> None:
    await retailer.opens(S1="STORE")
    await retailer.has_channel("marketplace", "S1")
    await retailer.sells("bag")
    await retailer.counts("bag", S1=5)
    await retailer.counts_in("USED_A", "bag", {"S1": 2})
    unused = {"channel": "marketplace", "conditions": ["NEW", "REFURBISHED"]}
    await ruling.publishes(ruling.rule("used-only", {"exposed": False}, **unused))

    assert await ruling.units("bag", "marketplace") == 0
    assert await ruling.units("bag", "marketplace", condition="USED_A") == 2
    assert await ruling.units("bag") == 5
    assert await ruling.units("bag", condition="USED_A") == 2
    assert codes(await ruling.reserves("marketplace", "bag")) == ["INSUFFICIENT_STOCK"]
    used = {"condition": "USED_A"}
    assert codes(await ruling.reserves("marketplace", "bag", 2, line=used)) == []


@pytest.mark.capability("N3")
async def test_n3_a_piece_tells_where_it_is_in_which_state_and_in_which_order(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.sells("scarf", "hat", "watch")
    await retailer.counts("scarf", S1=5)
    await retailer.counts("hat", S1=5)
    await pieces.receives("watch", "S1", "p1")

    order = await retailer.places(retailer.wish("scarf", "hat", "watch"))

    third = order["lines"][2]
    piece = await pieces.piece("p1")
    assert (piece["state"], piece["locationCode"]) == ("RESERVED", retailer.code("S1"))
    assert piece["position"] == {"onHand": 1, "allocated": 1, "reserved": 0}
    assert piece["orderLine"] == {
        "id": third["id"],
        "number": 3,
        "order": {"id": order["id"], "ref": order["ref"]},
    }
    assert await pieces.history("p1") == ["REGISTERED", "RESERVED"]

    (fulfilment,) = order["fulfilments"]
    lines = [{"lineId": line["id"], "picked": 1} for line in order["lines"]]
    await retailer.picks(fulfilment, lines)
    parcel = [{"lineId": line["id"], "quantity": 1} for line in order["lines"]]
    await retailer.manages(
        "fulfilmentPack",
        {"fulfilmentId": fulfilment["id"], "parcels": [{"lines": parcel}]},
        "order { id }",
    )
    await retailer.ships(fulfilment)

    piece = await eventually(
        lambda: pieces.piece("p1"), lambda known: bool(known["state"] == "SOLD")
    )
    assert (piece["position"], piece["orderLine"]["id"]) == (None, third["id"])
    assert await pieces.history("p1") == ["REGISTERED", "RESERVED", "SOLD"]


@pytest.mark.capability("N2")
async def test_n2_two_used_pieces_are_told_apart_by_grade_and_price_and_sold_one_by_one(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("bag")
    await retailer.counts("bag", S1=3)
    await pieces.receives("bag", "S1", "p1", condition="USED_A", euros=40)
    await pieces.receives("bag", "S1", "p2", condition="USED_C", euros=25)
    await pieces.receives("bag", "S1", "p3", condition="USED_A", euros=45)
    p1, p2, p3 = (
        {
            "serial": retailer.code(serial),
            "condition": condition,
            "price": {"amount": amount, "currency": "EUR"},
        }
        for serial, condition, amount in (
            ("p1", "USED_A", "40.00"),
            ("p2", "USED_C", "25.00"),
            ("p3", "USED_A", "45.00"),
        )
    )
    assert await pieces.sold_one_by_one("bag") == [p1, p2, p3]

    def wish_for(serial: str) -> Json:
        line = {"sku": retailer.code("bag"), "quantity": 1, "serial": retailer.code(serial)}
        return retailer.wish(lines=[line])

    async def buys(serial: str) -> Json:
        return await retailer.does(
            "orderPlace",
            wish_for(serial),
            "order { id lines { priceSource total { amount } unit { serial condition } } }",
            role=Role.CUSTOMER_SERVICE,
        )

    rivals = await asyncio.gather(*(buys("p1") for _ in range(8)))

    (sold,) = (each["order"] for each in rivals if each["order"])
    (line,) = sold["lines"]
    assert (line["priceSource"], line["total"]) == ("PIECE", {"amount": "40.00"})
    assert line["unit"] == {"serial": retailer.code("p1"), "condition": "USED_A"}
    refused = [error for each in rivals for error in each["userErrors"]]
    assert [(error["code"], error["path"]) for error in refused] == [
        ("UNIT_NOT_AVAILABLE", ["input", "lines", "0", "serial"])
    ] * 7
    assert await pieces.sold_one_by_one("bag") == [p2, p3]
    (line,) = (await buys("p2"))["order"]["lines"]
    assert line["total"] == {"amount": "25.00"}
    assert await pieces.sold_one_by_one("bag") == [p3]
    assert (await retailer.position("bag", "S1"))["allocated"] == 0

    await retailer.cancels(sold)
    await eventually(lambda: pieces.sold_one_by_one("bag"), lambda listed: listed == [p1, p3])


async def test_a_piece_is_kept_for_a_basket_and_what_names_it_wrongly_is_told(
    pieces: Pieces, ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("bag", "hat")
    await pieces.receives("bag", "S1", "p1", condition="USED_B")

    async def tries(sku: str, serial: str, quantity: int = 1) -> list[tuple[str, str]]:
        named = {"serial": retailer.code(serial)}
        payload = await ruling.reserves("web", sku, quantity, line=named)
        return [(error["code"], error["path"][-1]) for error in payload["userErrors"]]

    assert await tries("bag", "p9") == [("UNKNOWN_UNIT", "serial")]
    assert await tries("hat", "p1") == [("INVALID_INPUT", "sku")]
    assert await tries("bag", "p1", quantity=2) == [("INVALID_INPUT", "quantity")]
    assert await tries("bag", "p1") == []
    assert await tries("bag", "p1") == [("UNIT_NOT_AVAILABLE", "serial")]
    assert (await pieces.piece("p1"))["state"] == "RESERVED"


@pytest.mark.capability("N4")
async def test_n4_a_read_at_the_door_moves_a_piece_and_gaps_are_shown(
    pieces: Pieces, retailer: Retailer, stack: Stack, session: aiohttp.ClientSession
) -> None:
    now = stack.clock.now()
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shirt")
    await pieces.receives("shirt", "S1", "p1", "p2", "p3")
    staff = ListeningClient(session, stack.graphql_url(), stack.user_token(Role.OPERATOR))
    async with staff.listens(Way.SSE, MOVED, skus=[retailer.code("shirt")]) as page:
        assert (await anext(page))["delivery"] == "HEARTBEAT"

        read = await pieces.reads("S2", "p1", at=now)

        assert [result["status"] for result in read["results"]] == ["APPLIED"]
        on_hand = dict[str, int]()
        while on_hand != {retailer.code("S1"): 2, retailer.code("S2"): 1}:
            event = await next_event(page)
            on_hand[event["location"]["code"]] = event["onHand"]
    p1 = await pieces.piece("p1")
    assert (p1["locationCode"], p1["state"]) == (retailer.code("S2"), "IN_STOCK")
    assert (p1["lastSeen"]["locationCode"], p1["lastSeen"]["point"]) == (
        retailer.code("S2"),
        "DOOR",
    )
    assert await pieces.history("p1") == ["REGISTERED", "MOVED"]
    for place, change in (("S1", -1), ("S2", 1)):
        last = (await retailer.ledger("shirt", place))[-1]
        assert (last["onHand"], last["reason"]) == (change, "TRANSFER")

    await pieces.reads("S1", "p1", "p2", at=now + timedelta(seconds=1), point="CEILING")

    assert await pieces.gaps("S1", since=now) == [
        ("READ_NOT_EXPECTED", retailer.code("p1")),
        ("EXPECTED_NOT_READ", retailer.code("p3")),
    ]
    assert await pieces.gaps("S2", since=now) == [("EXPECTED_NOT_READ", retailer.code("p1"))]
    assert (await retailer.position("shirt", "S1"))["onHand"] == 2


async def test_reads_come_late_twice_and_of_strange_tags_and_lose_nothing(
    pieces: Pieces, retailer: Retailer, stack: Stack
) -> None:
    now = stack.clock.now()
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shirt")
    await pieces.receives("shirt", "S1", "p1")
    once = {"idempotencyKey": retailer.key()}

    first = await pieces.reads("S2", "p9", "p1", at=now, **once)
    again = await pieces.reads("S2", "p9", "p1", at=now, **once)
    late = await pieces.reads("S1", "p1", at=now - timedelta(minutes=1))
    ahead = await pieces.reads("S1", "p1", at=now + timedelta(minutes=1))
    nowhere = await pieces.reads("S9", "p1", at=now)

    assert [result["status"] for result in first["results"]] == ["REJECTED", "APPLIED"]
    (unknown,) = first["results"][0]["userErrors"]
    assert (unknown["code"], unknown["path"]) == ("UNKNOWN_UNIT", ["input", "lines", "0", "epc"])
    assert again == first
    assert [result["status"] for result in late["results"]] == ["UNCHANGED"]
    (future,) = ahead["results"][0]["userErrors"]
    assert (future["code"], future["path"][-1]) == ("INVALID_INPUT", "readAt")
    (error,) = nowhere["userErrors"]
    assert (error["code"], error["path"]) == ("UNKNOWN_LOCATION", ["input", "locationCode"])
    assert (await retailer.position("shirt", "S2"))["onHand"] == 1


async def test_a_bad_line_of_pieces_loses_no_other_and_no_feed_counts_pieces_away(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    good = pieces.line("shirt", "S1", "p1", tag="t1")
    bad = [
        pieces.line("socks", "S1", "p2"),
        pieces.line("shirt", "S9", "p3"),
        pieces.line("shirt", "S1", "p4", euros=-1),
        pieces.line("shirt", "S1", "p5", tag="t1"),
        {**good, "serial": "a|b"},
    ]

    payload = await pieces.imports(good, *bad)

    told = [
        [(error["code"], error["path"][3:]) for error in result["userErrors"]]
        for result in payload["results"]
    ]
    assert told == [
        [],
        [("UNKNOWN_SKU", ["sku"])],
        [("UNKNOWN_LOCATION", ["locationCode"])],
        [("INVALID_INPUT", ["price", "amount"])],
        [("TAG_TAKEN", ["epc"])],
        [("INVALID_INPUT", ["serial"])],
    ]
    line = {"sku": retailer.code("shirt"), "locationCode": retailer.code("S1"), "quantity": 0}
    counted = await retailer.does(
        "stockImport",
        {"mode": "SNAPSHOT", "lines": [line]},
        "results { userErrors { code path } }",
    )
    (error,) = counted["results"][0]["userErrors"]
    assert (error["code"], error["path"][-1]) == ("PIECES_ON_HAND", "quantity")
    lost = {"serial": retailer.code("p1"), "locationCode": retailer.code("S1"), "reason": "LOSS"}
    gone = await retailer.manages(
        "unitWithdraw",
        lost,
        "unit { state position { onHand } }",
        role=Role.ASSISTANT,
        grants=[f"location:{retailer.code('S1')}"],
    )
    assert gone["unit"] == {"state": "MISSING", "position": None}
    elsewhere = await retailer.does(
        "unitWithdraw", lost, "unit { state }", role=Role.ASSISTANT, grants=["location:S2"]
    )
    assert codes(elsewhere) == ["FORBIDDEN"]
    assert codes(await retailer.does("unitWithdraw", lost, "unit { state }")) == [
        "UNIT_NOT_AVAILABLE"
    ]
    nowhere = await retailer.does("unitWithdraw", {**lost, "locationCode": "S9"}, "unit { state }")
    assert [(error["code"], error["path"]) for error in nowhere["userErrors"]] == [
        ("UNKNOWN_LOCATION", ["input", "locationCode"])
    ]


async def test_a_price_that_is_none_is_told_with_its_line_and_nothing_is_written(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("bag")
    good, bad = (pieces.line("bag", "S1", serial) for serial in ("p1", "p2"))
    bad["price"] = {"amount": "1,5", "currency": "eur"}
    sent = {"idempotencyKey": retailer.key(), "mode": "RECEIVED", "lines": [good, bad]}
    as_variable = "mutation ($input: UnitsImportInput!) { unitsImport(input: $input) { %s } }"
    written_out = f"""mutation {{
      unitsImport(input: {{idempotencyKey: "{retailer.key()}", mode: RECEIVED, lines: [
        {{serial: "{good["serial"]}", sku: "{good["sku"]}", locationCode: "{good["locationCode"]}"}}
        {{
          serial: "{bad["serial"]}", sku: "{bad["sku"]}", locationCode: "{bad["locationCode"]}",
          price: {{amount: "1,5", currency: "eur"}}
        }}
      ]}}) {{ %s }}
    }}"""
    for operation, given in ((as_variable, {"input": sent}), (written_out, {})):
        answer = await retailer.graph.execute(operation % RESULTS, given, role=Role.INTEGRATION)

        told = [(each["extensions"]["code"], each["extensions"]["path"]) for each in answer.errors]
        price = ["input", "lines", "1", "price"]
        assert told == [("BAD_USER_INPUT", [*price, name]) for name in ("amount", "currency")]
    assert await pieces.piece("p1") is None
    assert (await retailer.position("bag", "S1")) is None
