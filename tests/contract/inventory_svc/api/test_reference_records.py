"""Importing and reading items, locations and channels, and the entities that others refer to."""

import asyncio
from typing import Any

from retail_kit.roles import Role
from service_kit.graphql.global_ids import to_global_id
from tests.contract.inventory_svc.api.conftest import (
    CHANNELS,
    FRANCE,
    LOCATIONS,
    Subgraph,
)

RESULTS = "results { index ref status userErrors { code path } } userErrors { code path }"


async def test_a_bad_line_of_an_import_loses_only_itself(subgraph: Subgraph) -> None:
    far = {**LOCATIONS[0], "code": "S7", "point": {"latitude": 91.0, "longitude": 0.0}}
    nowhere = {**LOCATIONS[0], "code": "S8", "timezone": "Mars/Base", "country": "FRA"}

    payload = await subgraph.mutate(
        "locationsImport", RESULTS, {"lines": [LOCATIONS[0], far, nowhere, LOCATIONS[1]]}
    )

    told = [(each["ref"], each["status"]) for each in payload["results"]]
    assert told == [("W1", "APPLIED"), ("S7", "REJECTED"), ("S8", "REJECTED"), ("S1", "APPLIED")]
    assert [error["path"] for error in payload["results"][2]["userErrors"]] == [
        ["input", "lines", "2", "country"],
        ["input", "lines", "2", "timezone"],
    ]


async def test_a_channel_names_only_locations_that_are_known(shop: Subgraph) -> None:
    wrong = {"locationCodes": ["W1", "w1"], "excludedLocations": ["S9"]}
    lines = [{"code": "kiosk", "name": "Kiosk", **FRANCE, **wrong}, CHANNELS[1]]

    payload = await shop.mutate("channelsImport", RESULTS, {"lines": lines})

    assert [each["status"] for each in payload["results"]] == ["REJECTED", "UNCHANGED"]
    assert payload["results"][0]["userErrors"] == [
        {"code": "UNKNOWN_LOCATION", "path": ["input", "lines", "0", "locationCodes", "1"]},
        {"code": "UNKNOWN_LOCATION", "path": ["input", "lines", "0", "excludedLocations", "0"]},
    ]


async def test_a_location_says_when_it_is_open(subgraph: Subgraph) -> None:
    schedule = {
        "openingHours": [{"day": "MONDAY", "hours": ["09:00-19:00"]}],
        "breaks": [{"day": "MONDAY", "hours": ["12:30-13:30"]}],
        "closures": [{"first": "2026-08-01", "last": "2026-08-15", "reason": "Summer"}],
        "holidayCalendar": "FR-57",
    }

    sent = {"lines": [{**LOCATIONS[0], **schedule}]}
    await subgraph.mutate("locationsImport", RESULTS, sent)
    again = await subgraph.mutate("locationsImport", RESULTS, sent)

    assert [each["status"] for each in again["results"]] == ["UNCHANGED"]
    answer = await subgraph.ask_as(
        Role.VISITOR,
        """{ location(code: "W1") {
            openingHours { day hours } breaks { day hours }
            closures { first last reason } holidayCalendar
        } }""",
    )
    assert answer["data"]["location"] == schedule


async def test_a_record_that_says_nothing_new_keeps_its_version(shop: Subgraph) -> None:
    items = [
        {"sku": "shirt", "title": "Shirt", "category": "clothes"},
        {"sku": "hat", "title": "H"},
    ]

    payload = await shop.mutate("itemsImport", RESULTS, {"lines": items})

    assert [each["status"] for each in payload["results"]] == ["UNCHANGED", "APPLIED"]
    answer = await shop.ask_as(Role.VISITOR, "{ items { nodes { sku title version } } }")
    assert answer["data"]["items"]["nodes"] == [
        {"sku": "hat", "title": "H", "version": 2},
        {"sku": "shirt", "title": "Shirt", "version": 1},
    ]


async def test_an_import_sent_again_answers_as_before(subgraph: Subgraph) -> None:
    input_ = {"idempotencyKey": "k", "lines": [{"sku": "a", "title": "A"}]}

    first = await subgraph.mutate("itemsImport", RESULTS, input_)
    again = await subgraph.mutate("itemsImport", RESULTS, input_)
    other = await subgraph.mutate(
        "itemsImport", RESULTS, {**input_, "lines": [{"sku": "b", "title": "B"}]}
    )

    assert first["results"][0]["status"] == "APPLIED"
    assert again == first
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_many_imports_into_the_network_at_once_are_all_written(subgraph: Subgraph) -> None:
    codes = [f"S{number}" for number in range(40)]

    payloads = await asyncio.gather(
        *(
            subgraph.mutate("locationsImport", RESULTS, {"lines": [{**LOCATIONS[0], "code": code}]})
            for code in codes
        )
    )

    assert [payload["userErrors"] for payload in payloads] == [[]] * len(codes)
    answer = await subgraph.ask_as(
        Role.VISITOR, "{ locations(first: 100) { nodes { code version } } }"
    )
    found = {each["code"]: each["version"] for each in answer["data"]["locations"]["nodes"]}
    assert found == dict.fromkeys(codes, 1)


async def test_items_are_paged_in_the_order_of_their_sku(shop: Subgraph) -> None:
    operation = """query Page($after: String) {
      items(first: 1, after: $after, category: "clothes") {
        nodes { sku } pageInfo { hasNextPage endCursor } } }"""

    first = (await shop.ask_as(Role.VISITOR, operation))["data"]["items"]
    after = {"after": first["pageInfo"]["endCursor"]}
    second = (await shop.ask_as(Role.VISITOR, operation, after))["data"]["items"]

    assert [first["nodes"], second["nodes"]] == [[{"sku": "hat"}], [{"sku": "shirt"}]]
    assert (first["pageInfo"]["hasNextPage"], second["pageInfo"]["hasNextPage"]) == (True, False)


async def test_locations_are_paged_and_filtered_by_type(shop: Subgraph) -> None:
    operation = "{ locations(type: STORE) { totalCount nodes { code point { latitude } } } }"

    answer = await shop.ask_as(Role.VISITOR, operation)

    assert answer["data"]["locations"] == {
        "totalCount": 2,
        "nodes": [
            {"code": "S1", "point": {"latitude": 48.86}},
            {"code": "S2", "point": {"latitude": 43.29}},
        ],
    }


async def test_entities_are_found_by_any_of_their_keys(shop: Subgraph) -> None:
    lines = [{"sku": "shirt", "locationCode": "S1", "quantity": 3}]
    await shop.mutate("stockImport", RESULTS, {"mode": "DELTA", "lines": lines})
    representations = [
        {"__typename": "Item", "sku": "shirt"},
        {"__typename": "Item", "id": to_global_id("Item", "hat")},
        {"__typename": "Item", "sku": "nothing"},
        {"__typename": "Location", "code": "S1"},
        {"__typename": "Location", "id": to_global_id("Location", "W1")},
        {"__typename": "Channel", "code": "web"},
        {"__typename": "StockPosition", "id": to_global_id("StockPosition", "shirt|S1|NEW")},
        {"__typename": "Reservation", "id": to_global_id("Reservation", "none")},
    ]
    operation = """query Find($representations: [_Any!]!) {
      _entities(representations: $representations) {
      ... on Item { sku } ... on Location { code } ... on Channel { code }
      ... on StockPosition { onHand } ... on Reservation { state } } }"""

    answer = await shop.ask_as(Role.OPERATOR, operation, {"representations": representations})

    found: list[Any] = answer["data"]["_entities"]
    assert found == [
        {"sku": "shirt"},
        {"sku": "hat"},
        None,
        {"code": "S1"},
        {"code": "W1"},
        {"code": "web"},
        {"onHand": 3},
        None,
    ]
