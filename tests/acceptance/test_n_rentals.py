"""Row N6, inventory's share: a piece is rented, refurbished and sold as nearly new."""

import asyncio
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.pieces import Pieces
from tests.support.retailer import Retailer, eur
from tests.support.ruling import Ruling, codes

Json = Any


def refused(payload: Json) -> tuple[str, str]:
    """Give the code of the one error of a payload, and the end of its path."""
    assert payload["unit"] is None
    (error,) = payload["userErrors"]
    return error["code"], error["path"][-1]


@pytest.mark.capability("N6")
async def test_n6_a_piece_is_rented_refurbished_and_sold_as_nearly_new(
    pieces: Pieces, ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.sells("shoes")
    await pieces.receives("shoes", "S1", "p1")
    named = {"serial": retailer.code("p1")}
    reserved = await ruling.reserves("web", "shoes", line=named, kind="E_RESERVATION")
    kept = reserved["reservation"]["id"]
    shop: dict[str, Json] = {"role": Role.ASSISTANT, "grants": [f"location:{retailer.code('S1')}"]}

    async def to_sell() -> tuple[int, int]:
        new = await ruling.units("shoes")
        return new, await ruling.units("shoes", condition="USED_A")

    rented = await pieces.step("unitRent", "p1", "S1", reservationId=kept, **shop)
    assert rented["unit"] == {
        "state": "RENTED",
        "condition": "NEW",
        "uses": 0,
        "locationCode": retailer.code("S1"),
        "position": None,
    }
    assert codes(await ruling.reserves("web", "shoes", line=named)) == ["UNIT_NOT_AVAILABLE"]
    assert (await to_sell(), await pieces.sold_one_by_one("shoes")) == ((0, 0), [])

    back = await pieces.step("unitTakeBack", "p1", "S1", **shop)
    assert (back["unit"]["state"], back["unit"]["uses"]) == ("BACK", 1)
    started = await pieces.step("unitRefurbishmentStart", "p1", "W1")
    assert (started["unit"]["state"], started["unit"]["locationCode"]) == (
        "IN_REFURBISHMENT",
        retailer.code("W1"),
    )
    assert (await to_sell(), await pieces.sold_one_by_one("shoes")) == ((0, 0), [])

    judged: dict[str, Json] = {"condition": "USED_A", "price": eur(60)}
    done = await pieces.step("unitRefurbishmentFinish", "p1", "W1", **judged)
    assert done["unit"] == {
        "state": "IN_STOCK",
        "condition": "USED_A",
        "uses": 1,
        "locationCode": retailer.code("W1"),
        "position": {"onHand": 1},
    }
    assert await to_sell() == (0, 1)
    (listed,) = await pieces.sold_one_by_one("shoes")
    assert (listed["condition"], listed["price"]["amount"]) == ("USED_A", "60.00")
    last = [(await retailer.ledger("shoes", "S1"))[-1]["kind"]]
    assert last == ["RENTED"]

    line = {"sku": retailer.code("shoes"), "quantity": 1, **named}
    order = await retailer.places(retailer.wish(lines=[line]))
    piece = await pieces.piece("p1")
    assert (piece["state"], piece["uses"]) == ("RESERVED", 1)
    assert piece["orderLine"]["order"]["id"] == order["id"]
    assert await pieces.history("p1") == [
        "REGISTERED",
        "RESERVED",
        "RENTED",
        "TAKEN_BACK",
        "REFURBISHMENT_STARTED",
        "REFURBISHED",
        "RESERVED",
    ]


async def test_of_eight_renters_at_once_one_gets_the_piece_and_a_key_counts_once(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shoes")
    await pieces.receives("shoes", "S1", "p1")

    rivals = await asyncio.gather(*(pieces.step("unitRent", "p1", "S1") for _ in range(8)))

    assert sum(each["unit"] is not None for each in rivals) == 1
    told = [refused(each) for each in rivals if each["unit"] is None]
    assert told == [("UNIT_NOT_AVAILABLE", "serial")] * 7
    once: dict[str, Json] = {"idempotencyKey": retailer.key()}
    first, *again = [await pieces.step("unitTakeBack", "p1", "S1", **once) for _ in range(3)]
    assert again == [first, first]
    assert (first["unit"]["uses"], first["userErrors"]) == (1, [])


async def test_steps_in_one_operation_each_show_the_piece_as_they_leave_it(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shoes")
    await pieces.receives("shoes", "S1", "p1")
    piece = f'serial: "{retailer.code("p1")}", locationCode: "{retailer.code("S1")}"'
    shown = "{ unit { state position { onHand } } userErrors { code } }"
    away, back, begun, done = (
        f'{mutation}(input: {{idempotencyKey: "{retailer.key()}", {piece} {more}}}) {shown}'
        for mutation, more in (
            ("unitRent", ""),
            ("unitTakeBack", ""),
            ("unitRefurbishmentStart", ""),
            ("unitRefurbishmentFinish", "condition: USED_B"),
        )
    )

    answer = await retailer.graph.data(
        f"mutation {{ {away} {back} {begun} {done} }}", role=Role.OPERATOR
    )

    told = [(each["unit"]["state"], each["unit"]["position"]) for each in answer.values()]
    assert told == [
        ("RENTED", None),
        ("BACK", None),
        ("IN_REFURBISHMENT", None),
        ("IN_STOCK", {"onHand": 1}),
    ]


async def test_a_step_out_of_turn_or_by_the_wrong_person_is_told_and_changes_nothing(
    pieces: Pieces, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE", S2="STORE")
    await retailer.sells("shoes")
    await pieces.receives("shoes", "S1", "p1", "p2")
    line = {"sku": retailer.code("shoes"), "quantity": 1, "serial": retailer.code("p2")}
    await retailer.places(retailer.wish(lines=[line]))
    of_the_order = (await pieces.piece("p2"))["reservationId"]
    elsewhere: dict[str, Json] = {
        "role": Role.ASSISTANT,
        "grants": [f"location:{retailer.code('S2')}"],
    }
    ready: dict[str, Json] = {"condition": "USED_A"}
    step = pieces.step

    answer = await retailer.graph.execute(
        '{ pieces(sku: "any", channel: "any", mostUses: -1) { nodes { serial } } }'
    )
    assert [(each["extensions"]["code"], each["path"]) for each in answer.errors] == [
        ("INVALID_INPUT", ["pieces"])
    ]
    assert refused(await step("unitRent", "p1", "S1", **elsewhere)) == ("FORBIDDEN", "locationCode")
    assert refused(await step("unitRent", "p2", "S1", reservationId=of_the_order)) == (
        "FORBIDDEN",
        "reservationId",
    )
    assert refused(await step("unitRent", "p2", "S1")) == ("UNIT_NOT_AVAILABLE", "serial")
    assert refused(await step("unitRent", "p9", "S1")) == ("UNKNOWN_UNIT", "serial")
    assert refused(await step("unitTakeBack", "p1", "S9")) == ("UNKNOWN_LOCATION", "locationCode")
    for mutation in ("unitTakeBack", "unitRefurbishmentStart", "unitWriteOff"):
        assert refused(await step(mutation, "p1", "S1")) == ("UNIT_STEP_NOT_ALLOWED", "serial")
    priced: dict[str, Json] = {**ready, "price": {"amount": "-1", "currency": "EUR"}}
    finish = "unitRefurbishmentFinish"
    assert refused(await step(finish, "p1", "S1", **ready)) == ("UNIT_STEP_NOT_ALLOWED", "serial")
    assert refused(await step(finish, "p1", "S1", **priced)) == ("INVALID_INPUT", "amount")
    assert await pieces.history("p1") == ["REGISTERED"]

    for mutation in ("unitRent", "unitTakeBack", "unitWriteOff"):
        assert (await step(mutation, "p1", "S1"))["userErrors"] == []
    assert refused(await step("unitTakeBack", "p1", "S1")) == ("UNIT_STEP_NOT_ALLOWED", "serial")
    assert (await pieces.piece("p1"))["state"] == "WRITTEN_OFF"
    assert (await retailer.position("shoes", "S1"))["onHand"] == 1
