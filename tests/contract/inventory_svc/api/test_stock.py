"""Feeds, adjustments and availability through the subgraph."""

from datetime import timedelta
from typing import Any

from retail_kit.roles import Role
from tests.contract.inventory_svc.api.conftest import Subgraph

RESULTS = "results { index ref status userErrors { code path } } userErrors { code path }"
POSITION = "position { onHand allocated reserved available version } userErrors { code path }"
AVAILABILITY = """
query Read($sku: String!, $channel: String!, $for: AvailabilityRequest) {
  item(sku: $sku) { availability(channel: $channel, for: $for) {
    sku channel quantity asOf rulesApplied { rule units }
    locations { location { code } quantity onHand distanceKm } } }
}"""


async def feed(shop: Subgraph, *lines: dict[str, Any], mode: str = "DELTA", **more: Any) -> Any:
    return await shop.mutate("stockImport", RESULTS, {"mode": mode, "lines": lines, **more})


def line(sku: str, location: str, quantity: int, **more: Any) -> dict[str, Any]:
    return {"sku": sku, "locationCode": location, "quantity": quantity, **more}


async def availability(shop: Subgraph, channel: str = "web", **request: Any) -> Any:
    variables = {"sku": "shirt", "channel": channel, "for": request}
    answer = await shop.ask_as(Role.VISITOR, AVAILABILITY, variables)
    assert "errors" not in answer, answer
    return answer["data"]["item"]["availability"]


async def test_a_feed_with_garbage_loses_only_the_garbage(shop: Subgraph) -> None:
    future = (shop.clock.now() + timedelta(days=1)).isoformat()
    lines = [
        line("shirt", "S1", 4),
        line("nothing", "S1", 4),
        line("shirt", "S9", 4),
        line("", "S1", 4),
        line("shirt", "S1", -4),
        line("shirt", "S2", 1, snapshotAt=future),
        line("hat", "W1", 7),
        line("a|b", "S1", 1),
    ]

    payload = await feed(shop, *lines, mode="SNAPSHOT")

    told = [
        (result["status"], [error["code"] for error in result["userErrors"]])
        for result in payload["results"]
    ]
    assert told == [
        ("APPLIED", []),
        ("REJECTED", ["UNKNOWN_SKU"]),
        ("REJECTED", ["UNKNOWN_LOCATION"]),
        ("REJECTED", ["INVALID_INPUT"]),
        ("REJECTED", ["INVALID_INPUT"]),
        ("REJECTED", ["INVALID_INPUT"]),
        ("APPLIED", []),
        ("REJECTED", ["INVALID_INPUT"]),
    ]
    assert payload["results"][4]["userErrors"][0]["path"] == ["input", "lines", "4", "quantity"]
    assert (await availability(shop))["quantity"] == 4


async def test_a_quantity_in_another_unit_than_the_items_own_is_refused(shop: Subgraph) -> None:
    by_length = {"sku": "ribbon", "title": "Ribbon", "unit": "MILLIMETRE"}
    told = await shop.mutate("itemsImport", RESULTS, {"lines": [by_length]})
    assert told["results"][0]["status"] == "APPLIED"

    payload = await feed(
        shop,
        line("ribbon", "S1", 2500, unit="MILLIMETRE"),
        line("ribbon", "S1", 2, unit="PIECE"),
        line("ribbon", "S1", 500),
        line("shirt", "S1", 1, unit="GRAM"),
    )
    cut = {"sku": "ribbon", "locationCode": "S1", "quantity": -1, "reason": "SALE"}
    by_the_piece = await shop.mutate("stockAdjust", POSITION, {**cut, "unit": "PIECE"})
    here = {"sku": "ribbon", "locationCode": "S1", "unit": "PIECE"}
    declared = await shop.mutate(
        "stockDeclareUnavailable", POSITION, {**here, "disposition": "DAMAGED"}
    )
    counted = await shop.mutate("stockCount", POSITION, here)

    path = ["input", "lines", "1", "unit"]
    assert [each["status"] for each in payload["results"]] == [
        "APPLIED",
        "REJECTED",
        "APPLIED",
        "REJECTED",
    ]
    assert payload["results"][1]["userErrors"] == [{"code": "WRONG_UNIT", "path": path}]
    for refused in (by_the_piece, declared, counted):
        assert refused["userErrors"] == [{"code": "WRONG_UNIT", "path": ["input", "unit"]}]
    read = '{ stockPosition(sku: "ribbon", locationCode: "S1") { onHand } }'
    shown = (await shop.ask_as(Role.OPERATOR, read))["data"]["stockPosition"]
    assert shown == {"onHand": 3000}


async def test_an_item_keeps_the_unit_in_which_it_is_counted(shop: Subgraph) -> None:
    shirt = {"sku": "shirt", "title": "Shirt by the gram", "unit": "GRAM"}

    payload = await shop.mutate("itemsImport", RESULTS, {"lines": [shirt]})

    (result,) = payload["results"]
    assert result["status"] == "REJECTED"
    assert result["userErrors"] == [{"code": "WRONG_UNIT", "path": ["input", "lines", "0", "unit"]}]
    shown = (await shop.ask_as(Role.VISITOR, '{ item(sku: "shirt") { title unit } }'))["data"]
    assert shown["item"] == {"title": "Shirt", "unit": "PIECE"}


async def test_a_feed_of_several_commits_is_one_answer_however_often_it_is_sent(
    shop: Subgraph,
) -> None:
    lines = [line("shirt", "S1", 1) for _ in range(600)]

    first = await feed(shop, *lines, idempotencyKey="night")
    again = await feed(shop, *lines, idempotencyKey="night")
    other = await feed(shop, *lines, line("shirt", "S1", 1), idempotencyKey="night")

    assert [result["index"] for result in first["results"]] == list(range(600))
    assert again == first
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]
    assert (await availability(shop))["quantity"] == 600


async def test_availability_names_the_rules_that_lead_to_its_number(shop: Subgraph) -> None:
    await feed(shop, line("shirt", "W1", 5), line("shirt", "S1", 2), line("shirt", "S2", 7))
    wanted = {"lineId": "1", "sku": "shirt", "quantity": 3}
    hold = {"kind": "CART", "locationCode": "S2", "lines": [wanted]}
    await shop.mutate("reservationCreate", "userErrors { code }", hold, Role.ASSISTANT)

    web, shops = await availability(shop), await availability(shop, "shops")

    assert web["quantity"] == 11
    assert web["rulesApplied"] == [
        {"rule": "PHYSICAL_STOCK", "units": 14},
        {"rule": "SOFT_HOLDS", "units": -3},
    ]
    assert shops["quantity"] == 6
    assert shops["rulesApplied"] == [
        {"rule": "PHYSICAL_STOCK", "units": 14},
        {"rule": "OUT_OF_SCOPE", "units": -5},
        {"rule": "SOFT_HOLDS", "units": -3},
    ]
    assert sum(rule["units"] for rule in shops["rulesApplied"]) == shops["quantity"]


async def test_locations_come_nearest_first_by_point_or_by_postcode(shop: Subgraph) -> None:
    await feed(shop, line("shirt", "W1", 5), line("shirt", "S1", 2), line("shirt", "S2", 7))

    by_point = await availability(shop, near={"latitude": 43.3, "longitude": 5.4})
    by_postcode = await availability(shop, country="FR", postcode="75011")
    unknown = await availability(shop)

    codes = [row["location"]["code"] for row in by_point["locations"]]
    assert codes == ["S2", "W1", "S1"]
    assert by_point["locations"][0]["distanceKm"] < 3
    assert [row["location"]["code"] for row in by_postcode["locations"]] == ["S1", "W1", "S2"]
    assert {row["distanceKm"] for row in unknown["locations"]} == {None}


async def test_availability_may_be_asked_for_some_locations_only(shop: Subgraph) -> None:
    await feed(shop, line("shirt", "W1", 5), line("shirt", "S1", 2))

    answer = await availability(shop, locations=["S1"])

    assert answer["quantity"] == 2
    assert [row["location"]["code"] for row in answer["locations"]] == ["S1"]


async def test_an_unknown_channel_is_an_error_of_that_field_only(shop: Subgraph) -> None:
    variables = {"sku": "shirt", "channel": "moon", "for": None}

    answer = await shop.ask_as(Role.VISITOR, AVAILABILITY, variables)

    assert answer["data"] == {"item": {"availability": None}}
    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "UNKNOWN_CHANNEL"
    assert error["path"] == ["item", "availability"]


async def test_the_availability_of_a_page_of_items_is_one_read(shop: Subgraph) -> None:
    await feed(shop, line("shirt", "S1", 2), line("hat", "W1", 3))
    reads: list[list[str]] = []
    stock = shop.parts.inventory.stock
    positions_of = stock.positions_of

    async def counted(skus: Any, condition: Any = None) -> Any:
        reads.append(list(skus))
        return await positions_of(skus, condition)

    stock.positions_of = counted  # type: ignore[method-assign]  # a spy
    operation = '{ items { nodes { sku availability(channel: "web") { quantity } } } }'

    answer = await shop.ask_as(Role.VISITOR, operation)

    quantities = {
        node["sku"]: node["availability"]["quantity"] for node in answer["data"]["items"]["nodes"]
    }
    assert quantities == {"hat": 3, "shirt": 2}
    assert reads == [["hat", "shirt"]]


async def test_an_adjustment_answers_the_position_and_a_replay_renders_it_again(
    shop: Subgraph,
) -> None:
    sale = {**line("shirt", "S1", -1), "reason": "SALE", "idempotencyKey": "till-1"}
    await feed(shop, line("shirt", "S1", 5))

    first = await shop.mutate("stockAdjust", POSITION, sale)
    again = await shop.mutate("stockAdjust", "position { onHand } userErrors { code }", sale)
    other = await shop.mutate("stockAdjust", POSITION, {**sale, "quantity": -2})

    counters = {"onHand": 4, "allocated": 0, "reserved": 0, "available": 4, "version": 2}
    assert first == {"position": counters, "userErrors": []}
    assert again == {"position": {"onHand": 4}, "userErrors": []}
    assert [error["code"] for error in other["userErrors"]] == ["IDEMPOTENCY_KEY_REUSED"]


async def test_each_of_several_mutations_shows_what_it_left_behind(shop: Subgraph) -> None:
    await feed(shop, line("shirt", "S1", 5))
    shown = "{ position { item { positions { onHand } } } }"
    operation = f"""mutation ($a: StockAdjustInput!, $b: StockAdjustInput!) {{
      a: stockAdjust(input: $a) {shown} b: stockAdjust(input: $b) {shown} }}"""
    sale = {"sku": "shirt", "locationCode": "S1", "quantity": -1, "reason": "SALE"}
    sales = {name: {**sale, "idempotencyKey": name} for name in ("a", "b")}

    answer = (await shop.ask_as(Role.OPERATOR, operation, sales))["data"]

    left = {name: answer[name]["position"]["item"]["positions"] for name in sales}
    assert left == {"a": [{"onHand": 4}], "b": [{"onHand": 3}]}


async def test_sums_that_no_int_can_hold_are_shown_as_the_largest(shop: Subgraph) -> None:
    largest = 2_147_483_647
    lines = [{"sku": "shirt", "locationCode": at, "quantity": largest} for at in ("W1", "S1")]
    await feed(shop, *lines, mode="SNAPSHOT")

    refused = await feed(shop, {"sku": "shirt", "locationCode": "S1", "quantity": 1})

    assert refused["results"][0]["status"] == "REJECTED"
    operation = """{ item(sku: "shirt") { positions { onHand }
      availability(channel: "web") { quantity rulesApplied { rule units } } } }"""
    shown = (await shop.ask_as(Role.OPERATOR, operation))["data"]["item"]
    assert [position["onHand"] for position in shown["positions"]] == [largest, largest]
    assert shown["availability"]["quantity"] == largest
    assert shown["availability"]["rulesApplied"][0]["units"] == largest


async def test_availability_is_asked_for_a_country_that_exists(shop: Subgraph) -> None:
    operation = """{ item(sku: "shirt") { title
      availability(channel: "web", for: {country: "ZZ", postcode: "75001"}) { quantity } } }"""

    answer = await shop.ask_as(Role.VISITOR, operation)

    assert answer["data"] == {"item": {"title": "Shirt", "availability": None}}
    assert answer["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_an_assistant_adjusts_only_where_they_work(shop: Subgraph) -> None:
    await feed(shop, line("shirt", "S1", 5), line("shirt", "S2", 5))
    operation = (
        "mutation Adjust($input: StockAdjustInput!) "
        "{ stockAdjust(input: $input) { position { onHand } userErrors { code path } } }"
    )

    answers = [
        await shop.ask_as(
            Role.ASSISTANT,
            operation,
            {"input": {**line("shirt", at, -1), "reason": "SALE", "idempotencyKey": at}},
            grants=["location:S1"],
        )
        for at in ("S1", "S2")
    ]

    own, foreign = (answer["data"]["stockAdjust"] for answer in answers)
    assert own["position"] == {"onHand": 4}
    assert foreign["userErrors"] == [{"code": "FORBIDDEN", "path": ["input", "locationCode"]}]


async def test_the_ledger_is_paged_newest_first(shop: Subgraph) -> None:
    for quantity in (5, -1, -2):
        await feed(shop, line("shirt", "S1", quantity))
    operation = """query Ledger($after: String) {
      stockMovements(sku: "shirt", locationCode: "S1", first: 2, after: $after) {
        nodes { number onHand kind } pageInfo { hasNextPage endCursor } } }"""

    first = (await shop.ask_as(Role.OPERATOR, operation))["data"]["stockMovements"]
    after = {"after": first["pageInfo"]["endCursor"]}
    second = (await shop.ask_as(Role.OPERATOR, operation, after))["data"]["stockMovements"]

    assert [(node["number"], node["onHand"]) for node in first["nodes"]] == [(3, -2), (2, -1)]
    assert first["pageInfo"]["hasNextPage"]
    assert [(node["number"], node["onHand"]) for node in second["nodes"]] == [(1, 5)]
    assert not second["pageInfo"]["hasNextPage"]


async def test_the_network_shows_where_everything_is(shop: Subgraph) -> None:
    """Row A1: warehouse, shops and suppliers in one answer."""
    await shop.mutate(
        "locationsImport",
        RESULTS,
        {"lines": [{"code": "D1", "name": "D1", "type": "SUPPLIER", "country": "FR"}]},
    )
    await feed(shop, line("shirt", "W1", 5), line("shirt", "S1", 2), line("shirt", "D1", 7))
    operation = '{ item(sku: "shirt") { positions { onHand location { code type } } } }'

    answer = await shop.ask_as(Role.CUSTOMER_SERVICE, operation)

    rows = answer["data"]["item"]["positions"]
    assert {row["location"]["type"]: row["onHand"] for row in rows} == {
        "WAREHOUSE": 5,
        "STORE": 2,
        "SUPPLIER": 7,
    }
    assert (await availability(shop))["quantity"] == 14
