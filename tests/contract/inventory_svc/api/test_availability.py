"""What can be sold, asked of the subgraph: from one read of the stock, whatever is asked."""

from collections.abc import Sequence

import pytest

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.position import Position
from retail_kit.roles import Role
from tests.contract.inventory_svc.api.conftest import Subgraph

LIST_PAGE = """
  query ($for: AvailabilityRequest) {
    availability(skus: ["shirt", "hat"], channels: ["web", "shops"], for: $for) {
      sku channel quantity nearestPickup { quantity location { code } }
    }
  }
"""
PRODUCT_PAGE = """
  query ($for: AvailabilityRequest) {
    item(sku: "shirt") {
      web: availability(channel: "web", for: $for) { quantity nearestPickup { quantity } }
      shops: availability(channel: "shops", for: $for) { quantity }
    }
  }
"""
NEAR_LYON = {"for": {"near": {"latitude": 45.7, "longitude": 4.9}}}


@pytest.fixture
async def reads(shop: Subgraph, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Give the SKUs of every read of positions from now on."""
    lines = [
        {"sku": sku, "locationCode": at, "quantity": units}
        for sku, at, units in (("shirt", "W1", 5), ("shirt", "S1", 2), ("hat", "S2", 1))
    ]
    await shop.mutate("stockImport", "results { status }", {"mode": "DELTA", "lines": lines})
    stock = shop.parts.inventory.stock
    really, seen = stock.positions_of, list[list[str]]()

    async def positions_of(
        skus: Sequence[str], condition: Condition | None = None
    ) -> Sequence[Position]:
        seen.append(sorted(skus))
        return await really(skus, condition)

    monkeypatch.setattr(stock, "positions_of", positions_of)
    return seen


async def test_a_page_of_items_and_their_nearest_pickup_is_one_read_of_the_stock(
    shop: Subgraph, reads: list[list[str]]
) -> None:
    answer = await shop.ask_as(Role.VISITOR, LIST_PAGE, NEAR_LYON)

    def pickup(at: str, units: int) -> dict[str, object]:
        return {"quantity": units, "location": {"code": at}}

    assert answer["data"]["availability"] == [
        {"sku": "shirt", "channel": "web", "quantity": 7, "nearestPickup": pickup("S1", 2)},
        {"sku": "shirt", "channel": "shops", "quantity": 2, "nearestPickup": pickup("S1", 2)},
        {"sku": "hat", "channel": "web", "quantity": 1, "nearestPickup": pickup("S2", 1)},
        {"sku": "hat", "channel": "shops", "quantity": 1, "nearestPickup": pickup("S2", 1)},
    ]
    assert reads == [["hat", "shirt"]]


async def test_all_channels_of_a_product_page_are_one_read_of_the_stock(
    shop: Subgraph, reads: list[list[str]]
) -> None:
    answer = await shop.ask_as(Role.VISITOR, PRODUCT_PAGE, NEAR_LYON)

    assert answer["data"]["item"] == {
        "web": {"quantity": 7, "nearestPickup": {"quantity": 2}},
        "shops": {"quantity": 2},
    }
    assert reads == [["shirt"]]


@pytest.mark.parametrize(
    ("skus", "channels", "path"),
    [
        ([], ["web"], "skus"),
        (["shirt"] * 101, ["web"], "skus"),
        (["shirt"], [], "channels"),
        (["shirt"] * 100, ["web"] * 6, "channels"),
    ],
)
async def test_more_rows_than_a_page_lists_are_refused(
    shop: Subgraph, skus: list[str], channels: list[str], path: str
) -> None:
    operation = """query ($skus: [String!]!, $channels: [String!]!) {
      availability(skus: $skus, channels: $channels) { quantity } }"""

    answer = await shop.ask_as(Role.VISITOR, operation, {"skus": skus, "channels": channels})

    (error,) = answer["errors"]
    assert error["extensions"]["code"] == "INVALID_INPUT"
    assert error["extensions"]["path"] == [path]
