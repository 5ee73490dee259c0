"""R, overview: everything about a customer, of all channels, in one query."""

from typing import Any

import pytest

from retail_kit.roles import Role
from tests.support.retailer import tender
from tests.support.returning import Returning
from tests.support.visiting import Visiting

THREE = "2026-09-14T13:00:00.000Z"
EVERYTHING = """
  query Everything($ref: String!) {
    customer(by: {ref: $ref}) {
      ref
      orders { nodes {
        id channelCode status
        lines { sku quantity slices { state parcel { id } } returnableQuantity }
        fulfilments { locationCode parcels { id state } }
        payments { captured { amount } refunded { amount } }
        refunds { state amount { amount } }
        returns { nodes { rma state refunds { state amount { amount } } } }
        refundedTotal { amount }
        appointments { nodes { ref } }
      } }
      returns { nodes { rma state receivedAt { name } order { id } } }
      appointments { nodes { ref state location { name } order { id } } }
    }
  }
"""


async def seen(visiting: Visiting, role: Role, *grants: str) -> Any:
    """Read the customer ADA with all that is known of her."""
    data = await visiting.retailer.graph.data(
        EVERYTHING, {"ref": visiting.code("ADA")}, role=role, grants=grants
    )
    return data["customer"]


@pytest.mark.capability("R1")
async def test_r1_orders_parcels_returns_refunds_and_visits_of_a_customer_are_one_query(
    visiting: Visiting,
) -> None:
    """One of two coats bought on the web comes back to a shop; a hat bought there is on its way."""
    retailer, shop = visiting.retailer, Returning(visiting.retailer)
    await visiting.offers("fitting")
    for channel in ("web", "till"):
        await retailer.has_channel(channel, "S1")
    await retailer.sells("coat", "hat", channels=("web", "till"))
    for sku in ("coat", "hat"):
        await retailer.counts(sku, S1=5)
    await retailer.knows("EVE")
    worn = await shop.delivered("coat", 2, customer="ADA")
    back = await shop.inspects(await shop.declares(worn, at="S1"), grade="A")
    new = await retailer.places(
        retailer.wish(
            "hat", channel="till", customerRef=visiting.code("ADA"), payments=[tender(10)]
        )
    )
    visit = await visiting.books(
        "ADA", slot=visiting.slot("fitting", "S1", THREE), orderId=new["id"]
    )
    await shop.delivered("hat", customer="EVE")

    whole = await seen(visiting, Role.CUSTOMER_SERVICE)

    (parcel,) = worn["fulfilments"][0]["parcels"]
    ten, nothing = {"amount": "10.00"}, {"amount": "0.00"}
    refunded = [{"state": "SUCCEEDED", "amount": ten}]
    assert whole["orders"]["nodes"] == [
        {
            "id": new["id"],
            "channelCode": visiting.code("till"),
            "status": "OPEN",
            "lines": [
                {
                    "sku": visiting.code("hat"),
                    "quantity": 1,
                    "slices": [{"state": "ALLOCATED", "parcel": None}],
                    "returnableQuantity": 0,
                }
            ],
            "fulfilments": [{"locationCode": visiting.code("S1"), "parcels": []}],
            "payments": [{"captured": nothing, "refunded": nothing}],
            "refunds": [],
            "returns": {"nodes": []},
            "refundedTotal": None,
            "appointments": {"nodes": [{"ref": visit["ref"]}]},
        },
        {
            "id": worn["id"],
            "channelCode": visiting.code("web"),
            "status": "DELIVERED",
            "lines": [
                {
                    "sku": visiting.code("coat"),
                    "quantity": 2,
                    "slices": [
                        {"state": "DELIVERED", "parcel": {"id": parcel["id"]}},
                        {"state": "RETURNED", "parcel": {"id": parcel["id"]}},
                    ],
                    "returnableQuantity": 1,
                }
            ],
            "fulfilments": [
                {
                    "locationCode": visiting.code("S1"),
                    "parcels": [{"id": parcel["id"], "state": "DELIVERED"}],
                }
            ],
            "payments": [{"captured": {"amount": "20.00"}, "refunded": ten}],
            "refunds": refunded,
            "returns": {"nodes": [{"rma": back["rma"], "state": "REFUNDED", "refunds": refunded}]},
            "refundedTotal": ten,
            "appointments": {"nodes": []},
        },
    ]
    returned = {"rma": back["rma"], "state": "REFUNDED", "receivedAt": {"name": "S1"}}
    assert whole["returns"]["nodes"] == [{**returned, "order": {"id": worn["id"]}}]
    assert whole["appointments"]["nodes"] == [
        {
            "ref": visit["ref"],
            "state": "CONFIRMED",
            "location": {"name": "S1"},
            "order": {"id": new["id"]},
        }
    ]
    assert await seen(visiting, Role.CUSTOMER, f"customer:{visiting.code('ADA')}") == whole
    assert await seen(visiting, Role.CUSTOMER, f"customer:{visiting.code('EVE')}") is None
