"""Every mutation is done once for its key, whoever sends it again and however often."""

import asyncio
from typing import Any

import pytest

from tests.contract.appointments_svc.conftest import (
    APPOINTMENT,
    FITTING,
    RESULTS,
    OpenProcess,
    Process,
    World,
    slot,
)

SHIRT = [{"sku": "shirt", "quantity": 1}]
ADVISOR = {"code": "bea", "name": "Bea", "locationCode": "S1", "hours": []}
IMPORTS: dict[str, Any] = {
    "advisorsImport": {"lines": [ADVISOR]},
    "appointmentTypesImport": {"lines": [{**FITTING, "code": "advice"}]},
    "appointmentCapacitiesImport": {"lines": [{"locationCode": "S1", "visitCap": 2}]},
}
CHANGES: dict[str, Any] = {
    "appointmentMove": {"start": slot(16)["start"]},
    "appointmentCancel": {},
    "appointmentCheckIn": {},
    "appointmentComplete": {},
}


async def events(process: Process) -> int:
    return await process.database.collection("outbox").count({})


async def stored(process: Process) -> list[Any]:
    """Every appointment and every diary, as they are stored."""
    return [
        await process.database.collection(name).find({}, sort=[("_id", 1)])
        for name in ("appointments", "diaries")
    ]


@pytest.mark.parametrize("mutation", IMPORTS)
async def test_a_feed_sent_again_says_what_became_of_it_the_first_time(
    open_process: OpenProcess, mutation: str
) -> None:
    process = await open_process()
    given = {**IMPORTS[mutation], "idempotencyKey": "same"}

    first = await process.does(mutation, RESULTS, **given)
    again = await process.does(mutation, RESULTS, **given)
    other = await process.does(mutation, RESULTS, lines=[], idempotencyKey="same")

    assert [each["status"] for each in first["results"]] == ["APPLIED"]
    assert again == first
    assert [each["code"] for each in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await events(process) == 1


@pytest.mark.parametrize("given", [slot(), {"slot": slot(), "customer": {"ref": "C1"}}])
async def test_a_slot_is_taken_once_for_its_key(
    open_process: OpenProcess, given: dict[str, Any]
) -> None:
    process = await open_process()
    await process.opens("ann", "bea")
    mutation = "appointmentBook" if "slot" in given else "appointmentHold"
    later = {"slot": slot(17)} if "slot" in given else slot(17)

    first = await process.does(mutation, **given, idempotencyKey="same")
    kept = await stored(process)
    again = await process.does(mutation, **given, idempotencyKey="same")
    other = await process.does(mutation, **{**given, **later}, idempotencyKey="same")

    assert first["userErrors"] == []
    assert again == first
    assert [each["code"] for each in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert await stored(process) == kept


@pytest.mark.parametrize("mutation", CHANGES)
async def test_a_change_is_made_once_for_its_key(
    open_process: OpenProcess, world: World, mutation: str
) -> None:
    process = await open_process()
    await process.opens("ann", "bea")
    booked = (await process.books(products=SHIRT))["appointment"]
    other = (await process.books())["appointment"]
    if mutation == "appointmentComplete":
        await process.does("appointmentCheckIn", appointmentId=booked["id"])
    given = {**CHANGES[mutation], "idempotencyKey": "same"}

    first = await process.does(mutation, **given, appointmentId=booked["id"])
    kept, told = await stored(process), await events(process)
    again = await process.does(mutation, **given, appointmentId=booked["id"])
    reused = await process.does(mutation, **given, appointmentId=other["id"])

    assert first["userErrors"] == []
    assert again == first
    assert [each["code"] for each in reused["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await stored(process), await events(process)) == (kept, told)
    released = mutation in {"appointmentCancel", "appointmentComplete"}
    assert world.stock.kept == (0 if released else 1)


@pytest.mark.parametrize("products", [[], SHIRT])
async def test_a_booking_sent_ten_times_at_once_is_one_booking(
    open_process: OpenProcess, world: World, products: list[Any]
) -> None:
    processes = [await open_process() for _ in range(2)]
    await processes[0].opens("ann", "bea", "cleo")

    payloads = await asyncio.gather(
        *(
            processes[index % 2].books(products=products, idempotencyKey="same")
            for index in range(10)
        )
    )

    ids = {each["appointment"]["id"] for each in payloads}
    assert (len(ids), [each["userErrors"] for each in payloads]) == (1, [[]] * 10)
    assert await processes[0].database.collection("appointments").count({}) == 1
    assert world.stock.kept == len(products)


async def test_what_is_booked_is_the_hold_that_its_caller_has_read(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.opens("ann")
    held = (await process.does("appointmentHold", **slot()))["appointment"]
    given = {"slot": None, "holdId": held["id"]}

    stale = await process.books(**given, expectedVersion=0)
    fresh = await process.books(**given, expectedVersion=1)

    assert [each["code"] for each in stale["userErrors"]] == ["VERSION_CONFLICT"]
    assert fresh["appointment"]["version"] == 2


@pytest.mark.parametrize("mutation", CHANGES)
async def test_a_change_expects_the_version_that_its_caller_has_read(
    open_process: OpenProcess, mutation: str
) -> None:
    process = await open_process()
    await process.opens("ann")
    booked = (await process.books())["appointment"]
    if mutation == "appointmentComplete":
        booked = (await process.does("appointmentCheckIn", appointmentId=booked["id"]))[
            "appointment"
        ]
    given = {**CHANGES[mutation], "appointmentId": booked["id"]}

    stale = await process.does(mutation, **given, expectedVersion=booked["version"] - 1)
    fresh = await process.does(mutation, APPOINTMENT, **given, expectedVersion=booked["version"])

    assert [each["code"] for each in stale["userErrors"]] == ["VERSION_CONFLICT"]
    assert fresh["userErrors"] == []
    assert fresh["appointment"]["version"] == booked["version"] + 1
