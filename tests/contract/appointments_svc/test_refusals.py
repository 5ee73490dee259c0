"""What cannot be booked is refused with a code and a path, and nothing is taken."""

from typing import Any

import pytest

from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from tests.contract.appointments_svc.conftest import FITTING, RESULTS, OpenProcess, World, slot

ORDER = to_global_id("Order", "o-2")
TWICE = [{"sku": "shirt", "quantity": 1}, {"sku": " shirt", "quantity": 1}]
MANY = [{"sku": f"shirt-{index}", "quantity": 1} for index in range(21)]
SLOT_PATH = ["input", "slot"]


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"slot": slot(type="tattoo")}, "UNKNOWN_APPOINTMENT_TYPE", [*SLOT_PATH, "type"]),
        ({"slot": slot(locationCode="S9")}, "UNKNOWN_LOCATION", [*SLOT_PATH, "locationCode"]),
        ({"slot": slot(locationCode=" ")}, "INVALID_INPUT", [*SLOT_PATH, "locationCode"]),
        ({"slot": slot(9)}, "SLOT_NOT_OFFERED", [*SLOT_PATH, "start"]),
        ({"slot": slot(15, 10)}, "SLOT_NOT_OFFERED", [*SLOT_PATH, "start"]),
        ({"slot": slot(start="0001-01-01T00:00:00Z")}, "SLOT_NOT_OFFERED", [*SLOT_PATH, "start"]),
        ({"slot": slot(start="9999-12-31T23:00:00Z")}, "SLOT_NOT_OFFERED", [*SLOT_PATH, "start"]),
        ({"slot": slot(advisorCode="zoe")}, "SLOT_TAKEN", [*SLOT_PATH, "start"]),
        ({"slot": None}, "INVALID_INPUT", SLOT_PATH),
        ({"expectedVersion": 1}, "INVALID_INPUT", ["input", "expectedVersion"]),
        ({"holdId": to_global_id("Appointment", "none")}, "INVALID_INPUT", SLOT_PATH),
        (
            {"slot": None, "holdId": to_global_id("Appointment", "none")},
            "NOT_FOUND",
            ["input", "holdId"],
        ),
        ({"slot": None, "holdId": ORDER}, "INVALID_INPUT", ["input", "holdId"]),
        ({"customer": {"ref": "C9"}}, "NOT_FOUND", ["input", "customer"]),
        ({"customer": {"id": ORDER}}, "INVALID_INPUT", ["input", "customer", "id"]),
        ({"orderId": ORDER}, "NOT_FOUND", ["input", "orderId"]),
        ({"answers": [{"name": "shoe", "value": "40"}]}, "INVALID_INPUT", ["answers", "shoe"]),
        ({"answers": [{"name": "size", "value": "XL"}]}, "INVALID_INPUT", ["answers", "size"]),
        ({"products": TWICE}, "INVALID_INPUT", ["input", "products", "1", "sku"]),
        ({"products": MANY}, "INVALID_INPUT", ["input", "products"]),
        (
            {"products": [{"sku": "shirt", "quantity": 0}]},
            "INVALID_INPUT",
            ["input", "products", "0", "quantity"],
        ),
    ],
)
async def test_a_visit_that_cannot_be_says_why_and_where(
    open_process: OpenProcess, world: World, given: dict[str, Any], code: str, path: list[str]
) -> None:
    process = await open_process()
    await process.opens("ann")
    path = path if path[0] == "input" else ["input", *path]

    refused = await process.books(**given)

    assert refused["appointment"] is None
    assert [(each["code"], each["path"]) for each in refused["userErrors"]] == [(code, path)]
    assert await process.database.collection("appointments").count({}) == 0
    assert world.stock.kept == 0
    assert (await process.books())["userErrors"] == []


@pytest.mark.parametrize(
    ("rules", "path"),
    [
        ({"durationMinutes": 0, "stepMinutes": 30}, ["durationMinutes"]),
        ({"stepMinutes": 0}, ["stepMinutes"]),
        ({"noticeMinutes": -1}, ["noticeMinutes"]),
        ({"horizonDays": 76}, ["horizonDays"]),
        ({"names": []}, ["names"]),
        ({"advised": False}, ["resource"]),
        ({"form": [{"name": "size", "kind": "CHOICE"}]}, ["form", "0", "choices"]),
    ],
)
async def test_a_kind_of_visit_that_makes_no_sense_says_where(
    open_process: OpenProcess, rules: dict[str, Any], path: list[str]
) -> None:
    process = await open_process()

    payload = await process.does(
        "appointmentTypesImport", RESULTS, lines=[{**FITTING, "form": [], **rules}]
    )

    (result,) = payload["results"]
    assert result["status"] == "REJECTED"
    assert result["userErrors"] == [
        {"code": "INVALID_INPUT", "path": ["input", "lines", "0", *path]}
    ]


async def test_an_advisor_who_is_wanted_receives_and_stays_when_the_visit_is_moved(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.opens("ann", "bea")
    booked = (await process.books(slot=slot(advisorCode="bea")))["appointment"]

    moved = await process.does(
        "appointmentMove", appointmentId=booked["id"], start=slot(16)["start"]
    )
    changed = await process.does(
        "appointmentMove", appointmentId=booked["id"], start=slot(16)["start"], advisorCode="ann"
    )

    advisors = [each["appointment"]["advisor"]["code"] for each in (moved, changed)]
    assert advisors == ["bea", "ann"]


async def test_a_customer_books_what_they_hold_and_nobody_else_does(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.opens("ann")
    me, other = (
        process.caller(Role.CUSTOMER, grants=frozenset({f"customer:{ref}"})) for ref in ("C1", "C2")
    )
    held = (await process.does("appointmentHold", caller=me, **slot()))["appointment"]

    stolen = await process.does("appointmentBook", caller=other, holdId=held["id"])
    booked = await process.does("appointmentBook", caller=me, holdId=held["id"])

    assert [(each["code"], each["path"]) for each in stolen["userErrors"]] == [
        ("NOT_FOUND", ["input", "holdId"])
    ]
    assert booked["appointment"]["state"] == "CONFIRMED"
