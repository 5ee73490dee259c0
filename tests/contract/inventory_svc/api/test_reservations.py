"""Reservations through the subgraph: by people, and by the order service."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import pytest

from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from tests.contract.inventory_svc.api.conftest import Subgraph

RESERVATION = """reservation { id kind state expiresAt version
  lines { lineId sku quantity open consumed released short location { id code } }
  availableActions { name reasonIfDisabled } } userErrors { code path params { key value } }"""
LINE = {"lineId": "1", "sku": "shirt", "quantity": 2}
MARSEILLE = {"country": "FR", "postcode": "13002"}


@pytest.fixture
async def stocked(shop: Subgraph) -> Subgraph:
    lines = [
        {"sku": sku, "locationCode": at, "quantity": 5}
        for sku, at in (("shirt", "W1"), ("shirt", "S2"), ("hat", "W1"))
    ]
    await shop.mutate("stockImport", "results { status }", {"mode": "DELTA", "lines": lines})
    return shop


async def allocate(shop: Subgraph, *lines: dict[str, Any], **more: Any) -> Any:
    input_ = {
        "orderId": "order-1",
        "channel": "web",
        "destination": MARSEILLE,
        "lines": lines or [LINE],
        **more,
    }
    return await shop.serve("reservationAllocate", RESERVATION, input_)


def codes(payload: Any) -> list[str]:
    return [error["code"] for error in payload["userErrors"]]


async def position(shop: Subgraph, sku: str, at: str) -> Any:
    operation = (
        "query Read($sku: String!, $at: String!) "
        "{ stockPosition(sku: $sku, locationCode: $at) { onHand allocated reserved available } }"
    )
    answer = await shop.ask_as(Role.OPERATOR, operation, {"sku": sku, "at": at})
    return tuple(answer["data"]["stockPosition"].values())


async def test_an_order_is_allocated_to_the_nearest_location_that_has_it_whole(
    stocked: Subgraph,
) -> None:
    near = await allocate(stocked)
    whole = await allocate(stocked, LINE, {"lineId": "2", "sku": "hat", "quantity": 1})
    excluded = await allocate(stocked, excludedLocations=["S2"])

    (row,) = near["reservation"]["lines"]
    assert row["location"] == {"id": to_global_id("Location", "S2"), "code": "S2"}
    assert {row["location"]["code"] for row in whole["reservation"]["lines"]} == {"W1"}
    assert {row["location"]["code"] for row in excluded["reservation"]["lines"]} == {"W1"}


async def test_an_order_that_cannot_be_met_is_refused_whole(stocked: Subgraph) -> None:
    payload = await allocate(stocked, LINE, {"lineId": "2", "sku": "hat", "quantity": 9})

    assert payload["reservation"] is None
    (error,) = payload["userErrors"]
    assert error["code"] == "INSUFFICIENT_STOCK"
    assert error["path"] == ["input", "lines", "1", "quantity"]
    assert {each["key"]: each["value"] for each in error["params"]} == {
        "sku": "hat",
        "requested": "9",
        "available": "5",
    }
    assert await position(stocked, "shirt", "S2") == (5, 0, 0, 5)


async def test_items_that_nobody_knows_are_named_each_at_its_line(stocked: Subgraph) -> None:
    nobody_knows = {"lineId": "2", "sku": "shitr", "quantity": 1}
    allocated = await allocate(stocked, LINE, nobody_knows)
    wish = {"kind": "CART", "channel": "web", "lines": [nobody_knows]}
    held = await stocked.mutate("reservationCreate", RESERVATION, wish, Role.CUSTOMER)

    for payload, line in ((allocated, "1"), (held, "0")):
        assert payload["reservation"] is None
        (error,) = payload["userErrors"]
        assert error["code"] == "UNKNOWN_SKU"
        assert error["path"] == ["input", "lines", line, "sku"]


async def test_the_same_allocation_five_times_at_once_is_one_whoever_it_is_for(
    stocked: Subgraph,
) -> None:
    input_ = {
        "idempotencyKey": "k",
        "orderId": "order-1",
        "channel": "web",
        "destination": MARSEILLE,
        "lines": [LINE],
    }
    people = [None, *(stocked.user(Role.CUSTOMER, name) for name in "abcd")]

    payloads = await asyncio.gather(
        *(
            stocked.serve("reservationAllocate", RESERVATION, input_, on_behalf_of=person)
            for person in people
        )
    )

    assert all(payload == payloads[0] for payload in payloads)
    assert await position(stocked, "shirt", "S2") == (5, 2, 0, 3)
    other = await stocked.serve(
        "reservationAllocate", RESERVATION, {**input_, "lines": [{**LINE, "quantity": 1}]}
    )
    assert codes(other) == ["IDEMPOTENCY_KEY_REUSED"]


async def test_a_replay_renders_what_the_caller_selects_this_time(stocked: Subgraph) -> None:
    payload = await allocate(stocked, idempotencyKey="k")
    input_ = {
        "idempotencyKey": "k",
        "orderId": "order-1",
        "channel": "web",
        "destination": MARSEILLE,
        "lines": [LINE],
    }

    again = await stocked.serve(
        "reservationAllocate", "reservation { id owner } userErrors { code }", input_
    )

    expected = {"id": payload["reservation"]["id"], "owner": "order_svc"}
    assert again == {"reservation": expected, "userErrors": []}


async def test_shipping_in_parts_and_releasing_the_rest(stocked: Subgraph) -> None:
    reservation = (await allocate(stocked))["reservation"]
    row = {"lineId": "1", "locationCode": "S2", "quantity": 1}
    named = {"reservationId": reservation["id"]}

    shipped = await stocked.serve("reservationConsume", RESERVATION, {**named, "lines": [row]})
    released = await stocked.serve(
        "reservationReleaseLines", RESERVATION, {**named, "lines": [row]}
    )
    beyond = await stocked.serve("reservationReleaseLines", RESERVATION, {**named, "lines": [row]})
    assert await position(stocked, "shirt", "S2") == (4, 0, 0, 4)
    gone = await stocked.serve("reservationConsume", RESERVATION, {**named, "lines": [row]})

    assert shipped["reservation"]["state"] == "ACTIVE"
    assert released["reservation"]["state"] == "CONSUMED"
    assert codes(beyond) == ["RESERVATION_LINE_EXCEEDED"]
    assert codes(gone) == []
    assert await position(stocked, "shirt", "S2") == (3, 0, 0, 3)


async def test_a_short_pick_corrects_the_position(stocked: Subgraph) -> None:
    reservation = (await allocate(stocked))["reservation"]
    report = {
        "reservationId": reservation["id"],
        "lineId": "1",
        "locationCode": "S2",
        "missingQuantity": 1,
    }

    payload = await stocked.serve("reservationReportShort", RESERVATION, report)

    (row,) = payload["reservation"]["lines"]
    assert (row["short"], row["open"]) == (1, 1)
    assert await position(stocked, "shirt", "S2") == (1, 1, 0, 0)


async def test_releasing_an_allocation_never_seen_refuses_it_when_it_comes(
    stocked: Subgraph,
) -> None:
    release = {"orderId": "order-1", "allocationKey": "k"}

    left = await stocked.serve("reservationReleaseLines", RESERVATION, release)
    late = await allocate(stocked, idempotencyKey="k")
    again = await stocked.serve("reservationReleaseLines", RESERVATION, release)

    assert left["reservation"]["state"] == "RELEASED"
    assert codes(late) == ["RESERVATION_TOMBSTONED"]
    assert codes(again) == []
    assert await position(stocked, "shirt", "S2") == (5, 0, 0, 5)


async def test_releasing_an_allocation_by_its_key_frees_it(stocked: Subgraph) -> None:
    allocated = await allocate(stocked, idempotencyKey="k")

    payload = await stocked.serve(
        "reservationReleaseLines", RESERVATION, {"orderId": "order-1", "allocationKey": "k"}
    )

    assert payload["reservation"]["id"] == allocated["reservation"]["id"]
    assert await position(stocked, "shirt", "S2") == (5, 0, 0, 5)


async def test_a_cart_holds_for_its_time_whether_its_end_is_written_or_not(
    stocked: Subgraph,
) -> None:
    wish = {"kind": "CART", "channel": "web", "holdSeconds": 600, "lines": [LINE]}
    payload = await stocked.mutate("reservationCreate", RESERVATION, wish, Role.CUSTOMER)
    reservation = payload["reservation"]
    at = reservation["lines"][0]["location"]["code"]
    assert await position(stocked, "shirt", at) == (5, 0, 2, 3)

    stocked.clock.advance(timedelta(seconds=600))

    assert await position(stocked, "shirt", at) == (5, 0, 2, 5)
    operation = (
        "query Read($id: ID!) { reservation(id: $id) "
        "{ state availableActions { name reasonIfDisabled } } }"
    )
    named = {"id": reservation["id"]}
    shown = (await stocked.ask_as(Role.OPERATOR, operation, named))["data"]["reservation"]
    assert shown["state"] == "EXPIRED"
    assert {each["reasonIfDisabled"] for each in shown["availableActions"]} == {
        "The reservation is EXPIRED."
    }
    assert await stocked.parts.machinery.due_worker.run_due_once() == 1
    assert await position(stocked, "shirt", at) == (5, 0, 0, 5)


@pytest.mark.parametrize(
    ("kind", "role", "usual", "longest"),
    [
        ("CART", Role.CUSTOMER, timedelta(minutes=15), timedelta(hours=2)),
        ("E_RESERVATION", Role.CUSTOMER, timedelta(days=2), timedelta(days=14)),
        ("APPOINTMENT", Role.CUSTOMER, timedelta(days=7), timedelta(days=90)),
        ("EXCHANGE", Role.ASSISTANT, timedelta(days=2), timedelta(days=30)),
        ("BOX", Role.INTEGRATION, timedelta(days=14), timedelta(days=90)),
    ],
)
async def test_every_soft_kind_keeps_goods_for_its_time_and_then_no_longer_unwritten(
    stocked: Subgraph, kind: str, role: Role, usual: timedelta, longest: timedelta
) -> None:
    wish = {"kind": kind, "channel": "web", "locationCode": "S2", "lines": [LINE]}
    beyond = {**wish, "holdSeconds": int(longest.total_seconds()) + 1}

    kept = (await stocked.mutate("reservationCreate", RESERVATION, wish, role))["reservation"]
    refused = await stocked.mutate("reservationCreate", RESERVATION, beyond, role)

    assert kept["kind"] == kind
    assert datetime.fromisoformat(kept["expiresAt"]) - stocked.clock.now() == usual
    assert await position(stocked, "shirt", "S2") == (5, 0, 2, 3)
    assert codes(refused) == ["INVALID_INPUT"]
    assert refused["userErrors"][0]["path"] == ["input", "holdSeconds"]

    stocked.clock.advance(usual)

    assert await position(stocked, "shirt", "S2") == (5, 0, 2, 5)
    everything = {**wish, "lines": [{**LINE, "quantity": 5}]}
    taken = await stocked.mutate("reservationCreate", RESERVATION, everything, role)
    assert codes(taken) == []


async def test_an_order_keeps_goods_for_no_time_and_is_asked_for_none(stocked: Subgraph) -> None:
    wish = {"kind": "ORDER", "locationCode": "S2", "lines": [LINE]}

    kept = await stocked.mutate("reservationCreate", RESERVATION, wish, Role.INTEGRATION)
    timed = await stocked.mutate(
        "reservationCreate", RESERVATION, {**wish, "holdSeconds": 60}, Role.INTEGRATION
    )
    stocked.clock.advance(timedelta(days=365))

    assert kept["reservation"]["expiresAt"] is None
    assert codes(timed) == ["INVALID_INPUT"]
    assert await position(stocked, "shirt", "S2") == (5, 2, 0, 3)


@pytest.mark.parametrize(
    ("kind", "role"),
    [
        ("EXCHANGE", Role.CUSTOMER),
        ("BOX", Role.CUSTOMER),
        ("BOX", Role.ASSISTANT),
        ("ORDER", Role.CUSTOMER_SERVICE),
    ],
)
async def test_what_others_decide_on_is_not_reserved_by_anybody(
    stocked: Subgraph, kind: str, role: Role
) -> None:
    wish = {"kind": kind, "locationCode": "S2", "lines": [LINE]}

    payload = await stocked.mutate("reservationCreate", RESERVATION, wish, role)

    assert codes(payload) == ["FORBIDDEN"]
    assert payload["userErrors"][0]["path"] == ["input", "kind"]


async def test_a_customer_ends_only_their_own_reservation(stocked: Subgraph) -> None:
    wish = {"kind": "CART", "channel": "web", "lines": [LINE]}
    payload = await stocked.mutate("reservationCreate", RESERVATION, wish, Role.CUSTOMER)
    operation = (
        "mutation End($input: ReservationReleaseInput!) "
        "{ reservationRelease(input: $input) { reservation { state } userErrors { code } } }"
    )

    async def end(subject: str) -> Any:
        input_ = {"idempotencyKey": "end", "reservationId": payload["reservation"]["id"]}
        answer = await stocked.ask_as(Role.CUSTOMER, operation, {"input": input_}, subject=subject)
        return answer["data"]["reservationRelease"]

    assert codes(await end("bob")) == ["NOT_FOUND"]
    assert (await end("ann"))["reservation"] == {"state": "RELEASED"}


async def test_no_user_releases_what_an_order_keeps(stocked: Subgraph) -> None:
    reservation = (await allocate(stocked))["reservation"]
    operation = (
        "mutation End($input: ReservationReleaseInput!) "
        "{ reservationRelease(input: $input) { userErrors { code } } }"
    )
    input_ = {"idempotencyKey": "end", "reservationId": reservation["id"]}

    told = {
        role: codes(
            (
                await stocked.ask_as(
                    role, operation, {"input": input_}, subject=role, grants=["location:S2"]
                )
            )["data"]["reservationRelease"]
        )
        for role in (
            Role.CUSTOMER,
            Role.ASSISTANT,
            Role.CUSTOMER_SERVICE,
            Role.OPERATOR,
            Role.INTEGRATION,
        )
    }

    assert told.pop(Role.CUSTOMER) == ["NOT_FOUND"]
    assert list(told.values()) == [["FORBIDDEN"]] * 4
    assert await position(stocked, "shirt", "S2") == (5, 2, 0, 3)


async def test_an_action_that_the_caller_may_not_take_is_shown_with_its_reason(
    stocked: Subgraph,
) -> None:
    reservation = (await allocate(stocked))["reservation"]
    operation = (
        "query Read($id: ID!) { reservation(id: $id) "
        "{ availableActions { name reasonIfDisabled } } }"
    )

    answer = await stocked.ask_as(Role.OPERATOR, operation, {"id": reservation["id"]})

    assert all(action["reasonIfDisabled"] is None for action in reservation["availableActions"])
    shown = answer["data"]["reservation"]["availableActions"]
    assert {action["reasonIfDisabled"] for action in shown} == {
        "Only the service of the orders ends what an order keeps."
    }


@pytest.mark.parametrize(
    ("wish", "expected"),
    [
        ({"kind": "ORDER", "channel": "web", "lines": [LINE]}, ("FORBIDDEN", "kind")),
        ({"kind": "CART", "lines": [LINE]}, ("INVALID_INPUT", "channel")),
        ({"kind": "CART", "channel": "moon", "lines": [LINE]}, ("UNKNOWN_CHANNEL", "channel")),
        ({"kind": "CART", "channel": "web", "lines": []}, ("INVALID_INPUT", "lines")),
        (
            {"kind": "CART", "channel": "shops", "locationCode": "W1", "lines": [LINE]},
            ("LOCATION_NOT_SELLING", "locationCode"),
        ),
        (
            {"kind": "CART", "channel": "web", "holdSeconds": 0, "lines": [LINE]},
            ("INVALID_INPUT", "holdSeconds"),
        ),
        (
            {"kind": "CART", "channel": "web", "lines": [{**LINE, "quantity": -1}]},
            ("INVALID_INPUT", "quantity"),
        ),
        (
            {"kind": "CART", "channel": "web", "lines": [LINE, LINE]},
            ("INVALID_INPUT", "lineId"),
        ),
        (
            {"kind": "CART", "locationCode": "S2", "lines": [LINE]},
            ("INVALID_INPUT", "channel"),
        ),
        (
            {"kind": "CART", "channel": "web", "lines": [{**LINE, "lineId": " "}]},
            ("INVALID_INPUT", "lineId"),
        ),
        (
            {"kind": "CART", "channel": "web", "lines": [{**LINE, "quantity": 11}]},
            ("TOO_MANY_KEPT", "quantity"),
        ),
    ],
)
async def test_a_wish_that_makes_no_sense_is_refused_with_its_path(
    stocked: Subgraph, wish: dict[str, Any], expected: tuple[str, str]
) -> None:
    payload = await stocked.mutate("reservationCreate", RESERVATION, wish, Role.CUSTOMER)

    assert payload["reservation"] is None
    error = payload["userErrors"][0]
    assert (error["code"], error["path"][-1]) == expected


@pytest.mark.parametrize("half", [{"latitude": 48.8}, {"longitude": 2.3}])
async def test_half_a_point_is_no_destination(stocked: Subgraph, half: dict[str, Any]) -> None:
    payload = await allocate(stocked, destination={**MARSEILLE, **half})

    assert codes(payload) == ["INVALID_INPUT"]
    assert payload["userErrors"][0]["path"] == ["input", "destination"]


async def test_an_id_of_something_else_is_no_reservation(stocked: Subgraph) -> None:
    named = {"reservationId": to_global_id("Location", "S1")}

    payload = await stocked.serve("reservationReleaseLines", RESERVATION, named)

    assert codes(payload) == ["INVALID_INPUT"]
