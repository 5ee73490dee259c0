"""The life of an appointment on a real MongoDB, through the subgraph's own operations."""

import asyncio
from collections.abc import Awaitable, Collection
from datetime import timedelta
from typing import Any

import pytest

from appointments_svc.ports import Contact
from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from tests.contract.appointments_svc.conftest import OpenProcess, World, slot
from tests.support.visits import at

THREE = "2026-09-14T13:00:00.000Z"


async def test_of_fifty_who_want_the_last_place_at_once_one_has_it(
    open_process: OpenProcess, world: World
) -> None:
    processes = [await open_process() for _ in range(2)]
    await processes[0].opens("ann")

    payloads = await asyncio.gather(
        *(
            processes[index % 2].books(idempotencyKey=f"buyer-{index}", products=[{"sku": "shirt"}])
            for index in range(50)
        )
    )

    booked = [each for each in payloads if each["appointment"] is not None]
    refused = [each["userErrors"][0]["code"] for each in payloads if each["userErrors"]]
    assert len(booked) == 1
    assert refused == ["SLOT_TAKEN"] * 49
    assert world.stock.kept == 1


async def test_a_hold_keeps_the_slot_until_it_ends(open_process: OpenProcess) -> None:
    process = await open_process()
    await process.opens("ann")

    held = (await process.does("appointmentHold", **slot()))["appointment"]
    taken = await process.does("appointmentHold", **slot())

    assert held["state"] == "HELD"
    assert [each["code"] for each in taken["userErrors"]] == ["SLOT_TAKEN"]
    assert THREE not in await process.slots()
    await process.takes_over(timedelta(minutes=10))
    assert THREE in await process.slots()
    late = await process.does("appointmentBook", holdId=held["id"], customer={"ref": "C1"})
    assert [each["code"] for each in late["userErrors"]] == ["ACTION_NOT_ALLOWED"]


async def test_a_hold_that_is_over_is_not_booked_even_before_anybody_has_noted_it(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.opens("ann")
    held = (await process.does("appointmentHold", **slot()))["appointment"]
    process.clock.advance(timedelta(minutes=10))

    late = await process.does("appointmentBook", holdId=held["id"], customer={"ref": "C1"})

    assert [each["code"] for each in late["userErrors"]] == ["ACTION_NOT_ALLOWED"]


async def test_a_hold_whose_products_are_missing_is_held_as_before(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    await process.opens("ann")
    held = (await process.does("appointmentHold", **slot()))["appointment"]
    wanted = {"holdId": held["id"], "customer": {"ref": "C1"}}

    refused = await process.does(
        "appointmentBook", **wanted, products=[{"sku": "a", "quantity": 6}]
    )
    booked = await process.does("appointmentBook", **wanted, products=[{"sku": "a", "quantity": 5}])

    assert [each["code"] for each in refused["userErrors"]] == ["INSUFFICIENT_STOCK"]
    assert [step["state"] for step in booked["appointment"]["journey"]] == [
        *("HELD", "BOOKING", "HELD", "BOOKING", "CONFIRMED")
    ]
    assert world.stock.kept == 5


async def test_a_form_is_filled_in_before_anything_is_taken(open_process: OpenProcess) -> None:
    process = await open_process()
    question = {"name": "size", "kind": "CHOICE", "choices": ["S", "M"], "required": True}
    await process.opens("ann", form=[question])

    refused = await process.books()
    booked = await process.books(answers=[{"name": "size", "value": "M"}])

    (error,) = refused["userErrors"]
    assert (error["code"], error["path"]) == ("REQUIRED", ["input", "answers", "size"])
    assert booked["appointment"]["answers"] == [{"name": "size", "value": "M"}]


async def test_a_visit_is_moved_with_its_products_and_its_old_slot_is_free(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    await process.opens("ann")
    booked = (await process.books(products=[{"sku": "shirt"}]))["appointment"]

    moved = await process.does(
        "appointmentMove", appointmentId=booked["id"], start=slot(16)["start"]
    )
    off = await process.does(
        "appointmentMove", appointmentId=booked["id"], start=slot(16, 10)["start"]
    )

    assert moved["appointment"]["start"] == "2026-09-14T14:00:00.000Z"
    assert [each["code"] for each in off["userErrors"]] == ["SLOT_NOT_OFFERED"]
    assert off["userErrors"][0]["params"] == [{"key": "reason", "value": "OFF_GRID"}]
    free = await process.slots()
    assert THREE in free
    assert "2026-09-14T14:00:00.000Z" not in free
    assert world.stock.kept == 1


async def test_who_does_not_come_is_a_no_show_and_the_products_are_free(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    await process.opens("ann")
    booked = (await process.books(products=[{"sku": "shirt"}]))["appointment"]
    await process.takes_over(timedelta(hours=6, minutes=14))
    assert world.stock.kept == 1

    await process.takes_over(timedelta(minutes=1))

    late = await process.does("appointmentCheckIn", appointmentId=booked["id"])
    assert [each["code"] for each in late["userErrors"]] == ["ACTION_NOT_ALLOWED"]
    assert world.stock.kept == 0
    data = await process.asks("{ appointments { nodes { state } } }")
    assert data["appointments"]["nodes"] == [{"state": "NO_SHOW"}]


async def test_who_comes_is_no_no_show_and_is_written_when_booked_and_reminded_before(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    await process.opens("ann", remindBeforeMinutes=180)
    booked = (await process.books(products=[{"sku": "shirt"}]))["appointment"]
    await process.takes_over(timedelta(hours=3))
    letters = [message.subject for message in world.post.sent.values()]
    ref = booked["ref"]
    assert letters == [
        f"Rendez-vous {ref} : confirmé pour le 14/09/2026 à 15:00",
        f"Rendez-vous {ref} : à bientôt, le 14/09/2026 à 15:00",
    ]

    process.clock.advance(timedelta(hours=3))
    await process.does("appointmentCheckIn", appointmentId=booked["id"])
    await process.takes_over(timedelta(hours=1))
    done = await process.does("appointmentComplete", appointmentId=booked["id"])

    assert [step["state"] for step in done["appointment"]["journey"]] == [
        *("HELD", "BOOKING", "CONFIRMED", "CHECKED_IN", "COMPLETED")
    ]
    assert world.stock.kept == 0


async def test_a_visit_that_nobody_has_ended_is_over_a_day_later_and_its_products_are_free(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    await process.opens("ann")
    booked = (await process.books(products=[{"sku": "shirt"}]))["appointment"]
    process.clock.advance(timedelta(hours=6))
    await process.does("appointmentCheckIn", appointmentId=booked["id"])
    await process.takes_over(timedelta(hours=24, minutes=29))
    assert world.stock.kept == 1

    await process.takes_over(timedelta(minutes=1))

    assert world.stock.kept == 0
    data = await process.asks("{ appointments { nodes { state } } }")
    assert data["appointments"]["nodes"] == [{"state": "COMPLETED"}]


async def test_while_inventory_is_away_a_booking_waits_and_a_cancellation_does_not(
    open_process: OpenProcess, world: World
) -> None:
    process = await open_process()
    await process.opens("ann")
    kept = (await process.books(hour=16, products=[{"sku": "shirt"}]))["appointment"]
    world.stock.is_away = True

    waits = await process.books(products=[{"sku": "shirt"}], idempotencyKey="same")
    other = await process.books()
    cancelled = await process.does("appointmentCancel", appointmentId=kept["id"])

    assert [each["code"] for each in waits["userErrors"]] == ["UNAVAILABLE"]
    assert [each["code"] for each in other["userErrors"]] == ["SLOT_TAKEN"]
    assert cancelled["appointment"]["state"] == "CANCELLED"
    assert world.stock.kept == 1
    world.stock.is_away = False
    await process.takes_over()
    again = await process.books(products=[{"sku": "shirt"}], idempotencyKey="same")
    assert again["appointment"]["state"] == "CONFIRMED"
    assert world.stock.kept == 1
    assert sorted(world.stock.reservations.values()) == [0, 1]


@pytest.mark.parametrize(
    ("contact", "told"),
    [
        (Contact(phone="+33600000001"), "Appointment $ref: confirmed for 2026-09-14, 15:00 - Shop"),
        (Contact(), None),
        (None, None),
    ],
)
async def test_who_has_no_address_is_told_in_a_text_message_and_who_has_neither_is_not(
    open_process: OpenProcess, world: World, contact: Contact | None, told: str | None
) -> None:
    world.orders.reached_by = contact
    process = await open_process()
    await process.opens("ann")

    booked = (await process.books())["appointment"]
    await process.takes_over()

    texts = [(message.to, message.text) for message in world.texts.sent.values()]
    words = [("+33600000001", told.replace("$ref", booked["ref"]))] if told else []
    assert texts == words
    assert world.post.sent == {}
    assert await process.parts.machinery.due_worker.run_due_once() == 0


async def test_customers_see_and_book_for_themselves_and_assistants_where_they_work(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.opens("ann", "bea")
    me = process.caller(Role.CUSTOMER, grants=frozenset({"customer:C1"}))
    other = process.caller(Role.CUSTOMER, grants=frozenset({"customer:C2"}))
    here = process.caller(Role.ASSISTANT, grants=frozenset({"location:S1"}))
    away = process.caller(Role.ASSISTANT, grants=frozenset({"location:S2"}))

    mine = await process.does("appointmentBook", caller=me, slot=slot())
    theirs = await process.does(
        "appointmentBook", caller=other, slot=slot(), customer={"ref": "C1"}
    )

    assert mine["userErrors"] == []
    assert [each["code"] for each in theirs["userErrors"]] == ["NOT_FOUND"]
    key = mine["appointment"]["id"]
    asked = "query ($id: ID!) { appointment(id: $id) { id } }"
    seen = [
        (await process.asks(asked, caller, id=key))["appointment"] is not None
        for caller in (me, other, here, away)
    ]
    assert seen == [True, False, True, False]
    allowed = {
        each["name"] for each in mine["appointment"]["availableActions"] if not each["reasonCode"]
    }
    assert allowed == {"APPOINTMENT_MOVE", "APPOINTMENT_CANCEL"}
    refused = await process.does("appointmentCheckIn", caller=away, appointmentId=key)
    assert [each["code"] for each in refused["userErrors"]] == ["NOT_FOUND"]
    received = await process.does("appointmentCheckIn", caller=here, appointmentId=key)
    assert received["appointment"]["state"] == "CHECKED_IN"


async def test_a_line_of_an_import_that_is_wrong_loses_only_itself(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    monday = {"day": "MONDAY", "hours": ["09:00-12:00"]}
    hours = [{"day": "MONDAY", "hours": ["9-12"]}]
    good = {"code": "ann", "name": "Ann", "locationCode": "S1", "hours": []}
    results = "results { status userErrors { code path } } userErrors { code }"

    twice = {**good, "code": "cleo", "hours": [monday, monday]}
    sent = [good, {**good, "code": "bea", "hours": hours}, good, twice]
    payload = await process.does("advisorsImport", results, lines=sent)
    again = await process.does("advisorsImport", results, lines=[good])

    assert [each["status"] for each in payload["results"]] == [
        "APPLIED",
        *["REJECTED"] * 3,
    ]
    assert payload["results"][1]["userErrors"] == [
        {"code": "INVALID_INPUT", "path": ["input", "lines", "1", "hours", "0", "hours", "0"]}
    ]
    assert payload["results"][3]["userErrors"] == [
        {"code": "INVALID_INPUT", "path": ["input", "lines", "3", "hours", "1", "day"]}
    ]
    assert [each["status"] for each in again["results"]] == ["UNCHANGED"]


async def test_a_customer_keeps_ten_places_at_most_however_they_are_asked_for(
    open_process: OpenProcess,
) -> None:
    processes = [await open_process() for _ in range(2)]
    process = processes[0]
    await process.opens("ann", "bob", noticeMinutes=0)
    me, other = (
        process.caller(Role.CUSTOMER, grants=frozenset({f"customer:{ref}"})) for ref in ("C1", "C2")
    )

    def asked(day: int) -> Awaitable[Any]:
        start = (at(15) + timedelta(days=day)).isoformat()
        wanted, key = {**slot(), "start": start}, {"idempotencyKey": f"day-{day}"}
        if day % 2:
            return processes[0].does("appointmentBook", caller=me, slot=wanted, **key)
        return processes[1].does("appointmentHold", caller=me, **wanted, **key)

    days = (0, 1, 2, 3, 4, 5, 7, 8, 9, 10, 11, 12)
    payloads = await asyncio.gather(*map(asked, days))

    kept = [each["appointment"] for each in payloads if each["appointment"] is not None]
    refused = [error for each in payloads for error in each["userErrors"]]
    assert len(kept) == 10
    assert [error["code"] for error in refused] == ["TOO_MANY_VISITS"] * 2
    assert refused[0]["params"] == [{"key": "most", "value": "10"}]
    staff = await process.does("appointmentHold", **slot(18))
    somebody = await process.does("appointmentHold", caller=other, **slot(18))
    assert staff["userErrors"] == somebody["userErrors"] == []

    booked = next(each for each in kept if each["state"] == "CONFIRMED")
    await process.does("appointmentCancel", caller=me, appointmentId=booked["id"])
    again = await process.does("appointmentHold", caller=me, **slot(16))
    more = await process.does("appointmentHold", caller=me, **slot(17))
    assert again["userErrors"] == []
    assert [each["code"] for each in more["userErrors"]] == ["TOO_MANY_VISITS"]
    process.clock.advance(timedelta(minutes=10))
    late = await process.does("appointmentHold", caller=me, **slot(18, 30))
    assert late["userErrors"] == []


async def test_the_visits_of_many_orders_are_read_at_once_and_in_pages(
    open_process: OpenProcess, monkeypatch: pytest.MonkeyPatch
) -> None:
    process = await open_process()
    await process.opens("ann")
    order = to_global_id("Order", "o-1")
    booked = [(await process.books(hour, orderId=order))["appointment"] for hour in (14, 15, 16)]
    page = """query ($of: [_Any!]!, $after: String) { _entities(representations: $of) {
      ... on Order { appointments(first: 2, after: $after) {
        totalCount nodes { id } pageInfo { hasNextPage endCursor } } } } }"""
    read, times = process.parts.reader.appointments_of_orders, list[int]()

    async def counted(order_ids: Collection[str]) -> Any:
        times.append(len(order_ids))
        return await read(order_ids)

    monkeypatch.setattr(process.parts.reader, "appointments_of_orders", counted)
    of = [
        {"__typename": "Order", "id": to_global_id("Order", name)} for name in ("o-1", "o-2", "o-3")
    ]

    latest, *others = (await process.asks(page, of=of))["_entities"]

    assert times == [3]
    assert {each["appointments"]["totalCount"] for each in others} == {0}
    shown = latest["appointments"]
    assert (shown["totalCount"], shown["pageInfo"]["hasNextPage"]) == (3, True)
    assert [node["id"] for node in shown["nodes"]] == [booked[2]["id"], booked[1]["id"]]
    rest = await process.asks(page, of=of[:1], after=shown["pageInfo"]["endCursor"])
    assert rest["_entities"][0]["appointments"]["nodes"] == [{"id": booked[0]["id"]}]
    stranger = process.caller(Role.CUSTOMER, grants=frozenset({"customer:C2"}))
    unseen = (await process.asks(page, stranger, of=of))["_entities"][0]["appointments"]
    assert (unseen["totalCount"], unseen["nodes"]) == (0, [])
