"""Rows B: what rules protect, expose and share; for answers and for reservations alike."""

import asyncio
from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import ERRORS, Retailer, eventually
from tests.support.ruling import Ruling, codes

HIDDEN = {"exposed": False}
EXPOSED = {"exposed": True}


def protect(units: int) -> dict[str, Any]:
    return {"protectUnits": units}


def scarce(units: int, on_hand: int) -> dict[str, Any]:
    return {"protectScarce": {"units": units, "onHandAtMost": on_hand}}


def steps(answer: Any) -> dict[str, int]:
    return {each["rule"]: each["units"] for each in answer["rulesApplied"]}


@pytest.mark.capability("B2")
async def test_b2_furniture_is_not_shipped_from_the_shops(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(W1="WAREHOUSE", S1="STORE", S2="STORE")
    await ruling.sells(furniture=["chair"], clothes=["shirt"])
    await retailer.counts("chair", W1=5, S1=2, S2=3)
    await retailer.counts("shirt", W1=5, S1=2, S2=3)
    scope = {"locationType": "STORE", "deliveryMethods": ["HOME"]}
    await ruling.publishes(ruling.rule("no-chairs", HIDDEN, category="furniture", **scope))

    answer = await ruling.available("chair", selection="quantity rulesApplied { rule units code }")
    assert answer["quantity"] == 5
    assert answer["rulesApplied"] == [
        {"rule": "PHYSICAL_STOCK", "units": 10, "code": None},
        {"rule": "EXPOSURE", "units": -5, "code": retailer.code("no-chairs")},
    ]
    assert await ruling.units("chair", deliveryMethod="PICKUP") == 5
    assert await ruling.units("shirt") == 10
    assert codes(await ruling.reserves("web", "chair", 6)) == ["INSUFFICIENT_STOCK"]
    kept = (await ruling.reserves("web", "chair", 5))["reservation"]
    assert [line["locationCode"] for line in kept["lines"]] == [retailer.code("W1")]


@pytest.mark.capability("B3")
async def test_b3_the_most_specific_protection_counts_alone_and_is_named(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await ruling.sells(clothes=["shirt", "hat"])
    await retailer.counts("shirt", S1=5)
    await retailer.counts("hat", S1=5)
    published = await ruling.publishes(
        ruling.rule("of-shop", protect(2), locationCode="S1"),
        ruling.rule("of-shirt-in-shop", protect(3), locationCode="S1", sku="shirt"),
    )

    answer = await ruling.available("shirt")
    assert answer["quantity"] == 2
    named = {"code": retailer.code("of-shirt-in-shop"), "version": published["version"]}
    assert answer["rulesApplied"] == [
        {"rule": "PHYSICAL_STOCK", "units": 5, "code": None, "version": None},
        {"rule": "PROTECTION", "units": -3, **named},
    ]
    assert await ruling.units("hat") == 3
    assert codes(await ruling.reserves("web", "shirt", 3)) == ["INSUFFICIENT_STOCK"]
    assert codes(await ruling.reserves("web", "shirt", 2)) == []
    assert await ruling.units("shirt") == 0


@pytest.mark.capability("B3")
async def test_b3_item_before_place_before_channel_before_the_newest(timed: Ruling) -> None:
    retailer = timed.retailer
    await retailer.opens(S1="STORE")
    await timed.sells(clothes=["shirt"])
    await retailer.counts("shirt", S1=30)
    await timed.groups("all", locationCodes=[retailer.code("S1")])
    # From the weakest to the strongest; each is published after a stronger one stands.
    items: list[dict[str, str]] = [{}, {"category": "clothes"}, {"sku": "shirt"}]
    places: list[dict[str, str]] = [{}, {"group": "all"}, {"locationCode": "S1"}]
    sales: list[dict[str, str]] = [{}, {"channel": "web"}]
    ladder = [{**item, **place, **sale} for item in items for place in places for sale in sales]
    rules = [
        timed.rule(f"rung{units}", protect(units), **scope)
        for units, scope in enumerate(ladder, start=1)
    ]
    for rule in reversed(rules):
        await timed.publishes(rule)

    seen: list[int] = []
    for rule in reversed(rules):
        seen.append(30 - await timed.units("shirt"))
        await timed.publishes(remove=[rule["code"]])
    assert seen == list(range(len(rules), 0, -1))
    assert await timed.units("shirt") == 30

    await timed.publishes(
        timed.rule("a-older", protect(7), locationCode="S1", orderTypes=["ORDER"])
    )
    await timed.publishes(
        timed.rule("b-newer", protect(4), locationCode="S1", serviceLevels=["STANDARD"])
    )
    assert await timed.units("shirt") == 26
    assert await timed.units("shirt", serviceLevel="EXPRESS") == 23


@pytest.mark.capability("B4")
async def test_b4_each_supplier_has_a_buffer_of_its_own(ruling: Ruling, retailer: Retailer) -> None:
    await retailer.opens(D1="SUPPLIER", D2="SUPPLIER")
    await retailer.sells("shirt")
    await retailer.counts("shirt", D1=10, D2=10)
    await ruling.publishes(
        ruling.rule("suppliers", {"protectPercent": 50}, locationType="SUPPLIER"),
        ruling.rule("D1", {"protectPercent": 20}, locationCode="D1"),
        ruling.rule("D2", {"protectPercent": 0}, locationCode="D2"),
    )
    at = {
        name: await ruling.units("shirt", locations=[retailer.code(name)]) for name in ("D1", "D2")
    }
    assert at == {"D1": 8, "D2": 10}
    assert await ruling.units("shirt") == 18
    await retailer.counts("shirt", D1=11)
    assert await ruling.units("shirt", locations=[retailer.code("D1")]) == 8
    await ruling.publishes(remove=[retailer.code(name) for name in ("suppliers", "D1", "D2")])


@pytest.mark.capability("B5")
async def test_b5_a_display_piece_is_not_sold_online_but_at_the_till_and_for_e_reservation(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("lamp")
    await retailer.counts("lamp", S1=1)
    display = ruling.rule("display", protect(1), locationCode="S1", orderTypes=["ORDER"])
    await ruling.publishes(display)

    assert await ruling.units("lamp") == 0
    assert codes(await ruling.reserves("web", "lamp")) == ["INSUFFICIENT_STOCK"]
    order = await retailer.does(
        "orderPlace", retailer.wish("lamp"), "order { id }", role=Role.CUSTOMER_SERVICE
    )
    assert codes(order) == ["INSUFFICIENT_STOCK"]
    kept_for_a_visit = {"deliveryMethod": "PICKUP", "orderType": "E_RESERVATION"}
    assert await ruling.units("lamp", **kept_for_a_visit) == 1
    at: Any = {"locationCode": retailer.code("S1")}
    reserved = await ruling.reserves("web", "lamp", kind="E_RESERVATION", **at)
    assert codes(reserved) == []
    await retailer.manages(
        "reservationRelease",
        {"reservationId": reserved["reservation"]["id"]},
        "reservation { state }",
    )

    everyone = ruling.rule("display", protect(1), locationCode="S1")
    await ruling.publishes(everyone)
    refused = await ruling.reserves("web", "lamp", kind="E_RESERVATION", **at)
    assert codes(refused) == ["INSUFFICIENT_STOCK"]
    sold = {"sku": retailer.code("lamp"), "quantity": -1, "reason": "SALE", **at}
    till = await retailer.manages("stockAdjust", sold, "position { onHand }")
    assert till["position"]["onHand"] == 0


@pytest.mark.capability("B8")
async def test_b8_a_new_market_sees_one_category_and_nothing_else(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(W1="WAREHOUSE")
    await ruling.has_channel("web-de", country="DE", locationCodes=[retailer.code("W1")])
    await ruling.sells(shoes=["boot"], clothes=["shirt"])
    await retailer.counts("boot", W1=4)
    await retailer.counts("shirt", W1=6)
    await ruling.publishes(
        ruling.rule("germany-closed", HIDDEN, market="DE"),
        ruling.rule("germany-shoes", EXPOSED, market="DE", category="shoes"),
    )

    assert await ruling.units("boot", "web-de") == 4
    assert await ruling.units("shirt", "web-de") == 0
    assert (await ruling.units("boot"), await ruling.units("shirt")) == (4, 6)
    assert codes(await ruling.reserves("web-de", "shirt")) == ["INSUFFICIENT_STOCK"]
    assert codes(await ruling.reserves("web-de", "boot")) == []
    await ruling.publishes(remove=[retailer.code("germany-closed"), retailer.code("germany-shoes")])
    assert await ruling.units("shirt", "web-de") == 6


@pytest.mark.capability("B9")
async def test_b9_express_leaves_the_warehouse_only_and_collection_sees_its_shop_only(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(W1="WAREHOUSE", S1="STORE", S2="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", W1=5, S1=2, S2=3)
    web = {"channel": "web", "serviceLevels": ["EXPRESS"]}
    await ruling.publishes(
        ruling.rule("no-express", HIDDEN, **web),
        ruling.rule("express-from-W1", EXPOSED, locationCode="W1", **web),
    )

    assert await ruling.units("shirt", serviceLevel="EXPRESS") == 5
    assert await ruling.units("shirt", serviceLevel="STANDARD") == 10
    collected: Any = {"deliveryMethod": "PICKUP", "locations": [retailer.code("S1")]}
    assert await ruling.units("shirt", **collected) == 2
    assert await ruling.units("shirt", deliveryMethod="PICKUP") == 5
    express: Any = {"serviceLevel": "EXPRESS"}
    assert codes(await ruling.reserves("web", "shirt", 6, **express)) == ["INSUFFICIENT_STOCK"]
    assert codes(await ruling.reserves("web", "shirt", 6)) == []


@pytest.mark.capability("B10")
async def test_b10_a_marketplace_draws_on_its_share_until_nothing_is_left_of_it(
    timed: Ruling,
) -> None:
    retailer = timed.retailer
    await retailer.opens(W1="WAREHOUSE")
    await retailer.has_channel("marketplace", "W1")
    await retailer.sells("shirt", channels=["web", "marketplace"])
    await retailer.counts("shirt", W1=10)
    await timed.publishes(timed.rule("30", {"share": {"percent": 30}}, channel="marketplace"))
    wish = retailer.wish("shirt", channel="marketplace")

    answer = await timed.available("shirt", "marketplace")
    assert (answer["quantity"], steps(answer)["SHARE"]) == (3, -7)
    orders: list[Any] = []
    left: list[int] = []
    for _ in range(3):
        orders.append(await retailer.places({**wish, "idempotencyKey": retailer.key()}))
        left.append(await timed.units("shirt", "marketplace"))
    assert left == [2, 1, 0]
    assert await timed.units("shirt") == 7

    timed.is_at("10:00:00")
    for order in orders:
        await retailer.takes_out(order)
    await eventually(lambda: retailer.position("shirt", "W1"), lambda now: now["onHand"] == 7)
    assert await timed.units("shirt", "marketplace") == 0
    more = await retailer.does("orderPlace", wish, "order { id }", role=Role.CUSTOMER_SERVICE)
    assert codes(more) == ["INSUFFICIENT_STOCK"]
    assert await timed.units("shirt") == 7
    # As it was before they were sold, and after.
    assert await timed.units("shirt", "marketplace", asOf="2026-03-02T08:59:59Z") == 0
    assert await timed.units("shirt", "marketplace", asOf="2026-03-02T09:59:59Z") == 0

    timed.is_at("11:00:00")
    await retailer.counts("shirt", W1=12)
    assert await timed.units("shirt", "marketplace") == 3


@pytest.mark.capability("B10")
async def test_b10_a_share_counts_alike_for_page_and_order_when_a_shop_has_left_the_channel(
    timed: Ruling,
) -> None:
    """What the shop has shipped is forgotten by both: it was counted since."""
    retailer = timed.retailer
    await retailer.opens(S1="STORE", W1="WAREHOUSE")
    await retailer.has_channel("marketplace", "S1", "W1")
    await retailer.sells("shirt", channels=["web", "marketplace"])
    await retailer.counts("shirt", S1=10)
    await timed.publishes(timed.rule("50", {"share": {"percent": 50}}, channel="marketplace"))
    four = [{"sku": retailer.code("shirt"), "quantity": 4}]
    order = await retailer.places(retailer.wish(channel="marketplace", lines=four))
    timed.is_at("10:00:00")
    await retailer.takes_out(order, 4)
    await eventually(lambda: retailer.position("shirt", "S1"), lambda now: now["onHand"] == 6)
    timed.is_at("12:00:00")
    await retailer.counts("shirt", S1=6, W1=20)
    await retailer.has_channel("marketplace", "S1", "W1", without=["S1"])

    assert await timed.units("shirt", "marketplace") == 10
    assert codes(await timed.reserves("marketplace", "shirt", 11)) == ["INSUFFICIENT_STOCK"]
    assert codes(await timed.reserves("marketplace", "shirt", 10)) == []


@pytest.mark.capability("B10")
async def test_b10_a_share_of_sixty_shops_is_taken_once(ruling: Ruling, retailer: Retailer) -> None:
    shops = [f"S{number}" for number in range(60)]
    await retailer.opens(**dict.fromkeys(shops, "STORE"), W1="WAREHOUSE")
    await retailer.has_channel("marketplace", *shops, "W1")
    await ruling.groups("shops", locationCodes=[retailer.code(shop) for shop in shops])
    await retailer.sells("shirt")
    await retailer.counts("shirt", **dict.fromkeys(shops, 2), W1=5)
    scope = {"group": "shops", "channel": "marketplace"}
    await ruling.publishes(ruling.rule("30", {"share": {"percent": 30}}, **scope))

    of_shops = {"group": retailer.code("shops")}
    assert await ruling.units("shirt", "marketplace", **of_shops) == 36
    assert await ruling.units("shirt", "marketplace") == 41
    assert await ruling.units("shirt", "marketplace", locations=[retailer.code("S7")]) == 2
    reserved = await ruling.reserves("marketplace", "shirt", 40)
    assert codes(reserved) == []
    assert await ruling.units("shirt", "marketplace") == 1
    await retailer.manages(
        "reservationRelease",
        {"reservationId": reserved["reservation"]["id"]},
        "reservation { state }",
    )
    assert await ruling.units("shirt", "marketplace") == 41

    await ruling.publishes(
        ruling.rule("30", {"share": {"percent": 30, "cap": 10}}, **scope),
    )
    assert await ruling.units("shirt", "marketplace") == 15


@pytest.mark.capability("B10")
async def test_b10_sixty_four_buyers_at_once_draw_no_more_than_the_share(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE", S2="STORE", S3="STORE")
    await retailer.has_channel("marketplace", "S1", "S2", "S3")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=20, S2=20, S3=20)
    await ruling.publishes(ruling.rule("25", {"share": {"percent": 25}}, channel="marketplace"))

    answers = await asyncio.gather(
        *(ruling.reserves("marketplace", "shirt") for _ in range(64)),
    )
    assert sum(not answer["userErrors"] for answer in answers) == 15
    refused = {code for answer in answers for code in codes(answer)}
    assert refused == {"INSUFFICIENT_STOCK"}
    assert await ruling.units("shirt", "marketplace") == 0
    assert await ruling.units("shirt") == 45


@pytest.mark.capability("B11")
async def test_b11_a_buffer_counts_at_once_is_dated_and_can_be_undone(timed: Ruling) -> None:
    retailer = timed.retailer
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=9)
    await timed.reserves("web", "shirt", 2, holdSeconds=7000)

    timed.is_at("10:00:00")
    first = await timed.publishes(timed.rule("buffer", protect(5), locationCode="S1"))
    timed.is_at("10:00:01")
    assert await timed.units("shirt") == 2
    await timed.reserves("web", "shirt", 1)
    assert await timed.units("shirt", asOf="2026-03-02T09:59:00Z") == 7
    assert await timed.units("shirt", asOf="2026-03-02T10:00:00Z") == 2
    assert await timed.units("shirt", asOf="2026-03-02T08:59:59Z") == 0
    assert await timed.units("shirt") == 1

    timed.is_at("10:01:00")
    undone = await timed.undoes_to(0, expectedVersion=first["version"], note="Too much.")
    assert (undone["version"], undone["restores"], undone["note"]) == (2, 0, "Too much.")
    assert await timed.units("shirt") == 6
    again = await timed.undoes_to(1)
    assert (again["version"], await timed.units("shirt")) == (3, 1)

    versions = await retailer.graph.data(
        "{ stockRuleVersions { nodes { version restores rules { totalCount } } } }"
    )
    assert versions["stockRuleVersions"]["nodes"] == [
        {"version": 3, "restores": 1, "rules": {"totalCount": 1}},
        {"version": 2, "restores": 0, "rules": {"totalCount": 0}},
        {"version": 1, "restores": None, "rules": {"totalCount": 1}},
    ]


@pytest.mark.capability("B11")
async def test_b11_what_is_planned_counts_when_its_time_has_come(timed: Ruling) -> None:
    retailer = timed.retailer
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=9)
    dated = {"validFrom": "2026-03-02T12:00:00Z", "validUntil": "2026-03-02T13:00:00Z"}
    at_ten = timed.rule("at-ten", protect(2), locationCode="S1")
    at_noon = timed.rule("at-noon", protect(4), sku="shirt", **dated)
    await timed.publishes(at_ten, at_noon, effectiveFrom="2026-03-02T10:00:00Z")

    seen = {}
    for hour in ("09", "10", "12", "13"):
        timed.is_at(f"{hour}:00:00")
        seen[hour] = await timed.units("shirt")
    assert seen == {"09": 9, "10": 7, "12": 5, "13": 7}

    later = timed.rule("later", protect(9), locationCode="S1", channel="web")
    await timed.publishes(later, effectiveFrom="2026-03-02T20:00:00Z")
    sooner = await timed.tries_to_publish(later)
    assert [(each["code"], each["path"]) for each in sooner["userErrors"]] == [
        ("INVALID_INPUT", ["input", "effectiveFrom"])
    ]
    await timed.undoes_to(1)
    timed.is_at("21:00:00")
    assert await timed.units("shirt") == 7


@pytest.mark.capability("B11")
async def test_b11_a_preview_says_what_the_publication_then_changes(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE", S2="STORE", empty="STORE")
    await retailer.has_channel("kiosk", "S2")
    for market in range(30):
        await retailer.has_channel(f"market{market}", "empty")
    await ruling.sells(clothes=["hat", "shirt"], shoes=["boot"])
    for sku, units in {"hat": 1, "shirt": 6, "boot": 9}.items():
        await retailer.counts(sku, S1=units, S2=units)
    rules = [
        ruling.rule("clothes", protect(2), category="clothes"),
        ruling.rule("shirt", protect(1), sku="shirt", channel="kiosk"),
    ]
    preview = await ruling.previews(*rules, first=1)

    assert preview["userErrors"] == []
    assert preview["examinedSkus"] >= 3
    assert preview["omittedSales"] == 0
    mine = [each for each in preview["changes"] if each["sku"].endswith(retailer.mark)]
    told = {(each["sku"], each["channel"]): (each["before"], each["after"]) for each in mine}
    before = await _numbers(ruling)
    await ruling.publishes(*rules)
    after = await _numbers(ruling)
    really = {key: (before[key], after[key]) for key in before if before[key] != after[key]}
    assert told == really
    assert really[retailer.code("shirt"), retailer.code("kiosk")] == (6, 5)
    assert all(each["difference"] == each["after"] - each["before"] for each in mine)
    again = await ruling.previews(*rules)
    assert again["changes"] == []


async def _numbers(ruling: Ruling) -> dict[tuple[str, str], int]:
    code = ruling.retailer.code
    return {
        (code(sku), code(channel)): await ruling.units(sku, channel)
        for sku in ("hat", "shirt", "boot")
        for channel in ("web", "kiosk")
    }


@pytest.mark.capability("B11")
async def test_b11_a_publication_sent_again_is_one_version(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    rule = ruling.rule("buffer", protect(1), locationCode="S1")
    key = retailer.key()
    first = await ruling.tries_to_publish(rule, idempotencyKey=key)
    await ruling.publishes(ruling.rule("other", protect(1), locationCode="S1", channel="web"))
    assert await ruling.tries_to_publish(rule, idempotencyKey=key) == first
    stale = await ruling.tries_to_publish(
        ruling.rule("buffer", protect(2), locationCode="S1"),
        expectedVersion=first["ruleSet"]["version"],
    )
    assert codes(stale) == ["VERSION_CONFLICT"]


async def test_rules_that_make_no_sense_are_refused_with_code_and_path(
    ruling: Ruling, retailer: Retailer
) -> None:
    await retailer.opens(S1="STORE")
    await ruling.sells(clothes=["shirt"])
    await ruling.publishes(ruling.rule("first", protect(1), locationCode="S1"))
    reversed_ = {"validFrom": "2026-05-01T00:00:00Z", "validUntil": "2026-04-01T00:00:00Z"}
    bad = [
        ruling.rule("b0", {"protectPercent": 101}, locationCode="S1", sku="shirt"),
        ruling.rule("b1", protect(-1), sku="shirt"),
        ruling.rule("b2", {"share": {}}, sku="shirt"),
        ruling.rule("b3", {"share": {"percent": -1, "cap": -1}}, category="clothes"),
        ruling.rule("b4", HIDDEN, sku="moon", locationCode="moon", channel="moon"),
        ruling.rule("b5", HIDDEN, category="moon", group="moon"),
        ruling.rule("b6", HIDDEN, market="ZZ", **reversed_),
        ruling.rule("b7", HIDDEN, sku="shirt", category="clothes"),
        ruling.rule("b8", HIDDEN, channel="web", market="FR"),
        ruling.rule("b9", HIDDEN, locationCode="S1", locationType="STORE"),
        ruling.rule("b9", HIDDEN, sku="shirt"),
        ruling.rule("b11", protect(3), locationCode="S1"),
        ruling.rule("b12", scarce(-1, on_hand=-1), category="clothes"),
        ruling.rule("b13", {"exposedFromWeeks": 0}, category="clothes"),
        ruling.rule("b14", {"exposedFromWeeks": 521}, group="moon"),
    ]
    past: Any = {"remove": ["never"], "effectiveFrom": "2020-01-01T00:00:00Z"}
    payload = await ruling.tries_to_publish(*bad, **past)
    assert payload["ruleSet"] is None
    told = [(each["code"], ".".join(each["path"])) for each in payload["userErrors"]]
    assert sorted(told) == sorted(
        [
            ("UNKNOWN_RULE", "input.remove.0"),
            ("INVALID_INPUT", "input.effectiveFrom"),
            ("INVALID_INPUT", "input.save.0.effect.protectPercent"),
            ("INVALID_INPUT", "input.save.1.effect.protectUnits"),
            ("INVALID_INPUT", "input.save.2.effect.share"),
            ("INVALID_INPUT", "input.save.3.effect.share.percent"),
            ("INVALID_INPUT", "input.save.3.effect.share.cap"),
            ("UNKNOWN_SKU", "input.save.4.scope.sku"),
            ("UNKNOWN_LOCATION", "input.save.4.scope.locationCode"),
            ("UNKNOWN_CHANNEL", "input.save.4.scope.channel"),
            ("UNKNOWN_CATEGORY", "input.save.5.scope.category"),
            ("UNKNOWN_GROUP", "input.save.5.scope.group"),
            ("INVALID_INPUT", "input.save.6.scope.market"),
            ("INVALID_INPUT", "input.save.6.validUntil"),
            ("INVALID_INPUT", "input.save.7.scope.category"),
            ("INVALID_INPUT", "input.save.8.scope.market"),
            ("INVALID_INPUT", "input.save.9.scope.locationCode"),
            ("INVALID_INPUT", "input.save.10.code"),
            ("RULES_OVERLAP", "input.save.11.scope"),
            ("INVALID_INPUT", "input.save.12.effect.protectScarce.units"),
            ("INVALID_INPUT", "input.save.12.effect.protectScarce.onHandAtMost"),
            ("INVALID_INPUT", "input.save.13.effect.exposedFromWeeks"),
            ("UNKNOWN_GROUP", "input.save.14.scope.group"),
            ("INVALID_INPUT", "input.save.14.effect.exposedFromWeeks"),
        ]
    )
    assert (await ruling.previews(*bad, **past))["userErrors"] == payload["userErrors"]
    overlap = next(each for each in payload["userErrors"] if each["code"] == "RULES_OVERLAP")
    assert overlap["params"] == [{"key": "code", "value": retailer.code("first")}]

    march = {"validFrom": "2026-03-01T00:00:00Z", "validUntil": "2026-04-01T00:00:00Z"}
    april = {"validFrom": "2026-04-01T00:00:00Z"}
    await ruling.publishes(
        ruling.rule("march", protect(1), sku="shirt", **march),
        ruling.rule("april", protect(2), sku="shirt", **april),
    )
    await ruling.publishes(remove=[retailer.code("march"), retailer.code("april")])


async def test_who_sees_and_makes_rules(ruling: Ruling, retailer: Retailer) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)
    rule = ruling.rule("buffer", protect(2), locationCode="S1")
    await ruling.publishes(rule)

    for role in (Role.CUSTOMER, Role.VISITOR, None):
        answer = await ruling.available("shirt", role=role)
        assert (answer["quantity"], steps(answer)["PROTECTION"]) == (3, -2)
        assert {each["code"] for each in answer["rulesApplied"]} == {None}
    seen = await ruling.available("shirt", role=Role.ASSISTANT)
    assert seen["rulesApplied"][-1]["code"] == retailer.code("buffer")

    publish = f"""
      mutation ($input: StockRulesPublishInput!) {{
        stockRulesPublish(input: $input) {{ ruleSet {{ version }} {ERRORS} }}
      }}
    """
    variables = {"input": {"idempotencyKey": retailer.key(), "save": [rule]}}
    for role in (Role.CUSTOMER, Role.ASSISTANT, Role.CUSTOMER_SERVICE, Role.INTEGRATION):
        refused = await retailer.graph.execute(publish, variables, role=role)
        assert refused.codes == ["FORBIDDEN"]
    asked = """
      query ($sku: String!, $channel: String!, $at: DateTime!) {
        item(sku: $sku) { availability(channel: $channel, for: {asOf: $at}) { quantity } }
      }
    """
    then = {
        "sku": retailer.code("shirt"),
        "channel": retailer.code("web"),
        "at": "2026-01-01T00:00:00Z",
    }
    assert (await retailer.graph.execute(asked, then, role=Role.CUSTOMER)).codes == ["FORBIDDEN"]
    future = await retailer.graph.execute(asked, {**then, "at": "2036-01-01T00:00:00Z"})
    assert future.codes == ["INVALID_INPUT"]
