"""Rows Q: what clients and other systems get."""

import pytest

from retail_kit.roles import Role
from tests.support.retailer import Retailer


@pytest.mark.capability("Q4")
async def test_q4_a_client_s_token_shows_their_own_orders_and_no_others(
    retailer: Retailer,
) -> None:
    await retailer.opens(S1="STORE")
    await retailer.sells("shirt")
    await retailer.counts("shirt", S1=5)
    await retailer.knows("ada", "bob")
    ada, bob = retailer.code("ada"), retailer.code("bob")
    hers = await retailer.places(retailer.wish("shirt", customerRef=ada))
    his = await retailer.places(retailer.wish("shirt", customerRef=bob))
    nobodys = await retailer.places(retailer.wish("shirt"))
    await retailer.takes_out(hers)
    data = await retailer.graph.data(
        """
          query ($his: ID!, $nobodys: ID!, $bob: String!) {
            orders { nodes { id customerStatus parcels { state carrier } } }
            everybodys: orders(filter: {customerRef: $bob}) { nodes { id } }
            his: order(by: {id: $his}) { id }
            nobodys: order(by: {id: $nobodys}) { id }
            customer(by: {ref: $bob}) { id }
          }
        """,
        {"his": his["id"], "nobodys": nobodys["id"], "bob": bob},
        role=Role.CUSTOMER,
        grants=[f"customer:{ada}"],
    )
    sent = {"state": "HANDED_OVER", "carrier": "post"}
    assert data["orders"]["nodes"] == [
        {"id": hers["id"], "customerStatus": "SHIPPED", "parcels": [sent]}
    ]
    assert data["everybodys"]["nodes"] == []
    assert (data["his"], data["nobodys"], data["customer"]) == (None, None, None)
