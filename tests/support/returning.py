"""A retailer whose customers give goods back, driven through public operations alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from retail_kit.roles import Role
from tests.support.retailer import FEEDER, Refused, Retailer, eventually, tender

Json = Any

RETURN: Final = """
  id rma channel state version
  order { id } receivedAt { id } expectedAt { id }
  label { reference url } refundedTotal { amount }
  lines {
    id sku quantity accepted rejected orderLine { id } refund { amount }
    inspections { quantity accepted disposition targetLocationCode refund { amount } }
  }
  refunds { state amount { amount } }
  journey { state locationCode }
  availableActions { name reasonCode }
"""
_PENDING = {"PROPOSED", "SUBMITTED"}


@dataclass
class Returning:
    """What a customer and the retailer do with goods that come back."""

    retailer: Retailer

    def code(self, name: str) -> str:
        """Return the code that a short name stands for."""
        return self.retailer.code(name)

    async def knows(self, customer: str) -> Json:
        """Register a customer with an e-mail address, and return both."""
        email = f"{self.code(customer).lower()}@example.test"
        line = {"ref": self.code(customer), "email": email, "givenName": customer.title()}
        await self.retailer.manages(
            "customersImport", {"lines": [line]}, "results { userErrors { code } }", role=FEEDER
        )
        return line

    async def delivered(
        self,
        sku: str,
        quantity: int = 1,
        *,
        customer: str | None = None,
        payments: Sequence[Json] | None = None,
        discounts: Sequence[Json] = (),
    ) -> Json:
        """Sell units, paid by card unless said otherwise, and deliver them."""
        line = {"sku": self.code(sku), "quantity": quantity, "discounts": list(discounts)}
        wish = self.retailer.wish(sku, lines=[line])
        wish["payments"] = list(payments or [tender(10 * quantity)])
        if customer is not None:
            wish["customerRef"] = self.code(customer)
        order = await self.retailer.places(wish)
        order = await self.retailer.takes_out(order, quantity)
        (parcel,) = order["fulfilments"][0]["parcels"]
        return await self.retailer.delivers(parcel)

    async def has_policy(self, **rules: Json) -> None:
        """Import a policy for the channel `web` of this retailer."""
        line = {"code": self.code("policy"), "channelCodes": [self.code("web")], **rules}
        await self.retailer.manages(
            "returnPoliciesImport",
            {"lines": [line]},
            "results { userErrors { code path } }",
            role=FEEDER,
        )

    async def tries(
        self,
        order: Json,
        quantity: int = 1,
        *,
        channel: str = "CUSTOMER_SERVICE",
        reason: str = "CHANGED_MIND",
        at: str | None = None,
        role: Role = Role.CUSTOMER_SERVICE,
        grants: Sequence[str] = (),
    ) -> Json:
        """Ask for a return of units of the order's one line, and return the payload."""
        (line,) = order["lines"]
        given = {
            "channel": channel,
            "lines": [{"lineId": line["id"], "quantity": quantity, "reason": reason}],
            "locationCode": None if at is None else self.code(at),
        }
        selection = f"returnRequest {{ {RETURN} }}"
        return await self.retailer.does("returnDeclare", given, selection, role=role, grants=grants)

    async def declares(
        self,
        order: Json,
        quantity: int = 1,
        *,
        at: str | None = None,
        channel: str | None = None,
        **more: Json,
    ) -> Json:
        """Declare a return that must be accepted; with a place and no channel it is in the shop."""
        chosen = channel or ("STORE" if at else "CUSTOMER_SERVICE")
        payload = await self.tries(order, quantity, channel=chosen, at=at, **more)
        if payload["userErrors"]:
            raise Refused(f"returnDeclare: {payload['userErrors']}")
        return payload["returnRequest"]

    async def refused(self, order: Json, **more: Json) -> list[Json]:
        """Declare a return that must be refused, and return why."""
        payload = await self.tries(order, **more)
        assert payload["returnRequest"] is None
        errors: list[Json] = payload["userErrors"]
        return errors

    async def brings(self, sku: str, *, email: str, at: str) -> Json:
        """Bring one unit to a shop without saying from which order."""
        given = {
            "channel": "STORE",
            "locationCode": self.code(at),
            "blind": {
                "sku": self.code(sku),
                "customer": {"email": email},
                "reason": "CHANGED_MIND",
            },
        }
        return await self._moves("returnDeclare", given)

    async def receives(
        self, found: Json, at: str, *, role: Role = Role.OPERATOR, grants: Sequence[str] = ()
    ) -> Json:
        """Take the goods in at a location."""
        given = {"returnId": found["id"], "locationCode": self.code(at)}
        return await self._moves("returnReceive", given, role=role, grants=grants)

    async def scans(self, found: Json, scan: str) -> Json:
        """Note what the carrier tells."""
        return await self._moves("returnTrack", {"returnId": found["id"], "scan": scan})

    def unit(self, found: Json, *, grade: str) -> dict[str, Json]:
        """Return all units of the first line in one grade, as an inspection is given them."""
        line = found["lines"][0]
        return {"returnLineId": line["id"], "quantity": line["quantity"], "grade": grade}

    async def inspected(
        self, found: Json, units: Sequence[Mapping[str, Json]], *, wait: bool = True
    ) -> Json:
        """Grade units, and wait until their money has gone."""
        given = {"returnId": found["id"], "units": list(units)}
        after = await self._moves("returnInspect", given)
        if not wait:
            return after
        return await eventually(
            lambda: self.read(found),
            lambda now: not any(one["state"] in _PENDING for one in now["refunds"]),
        )

    async def inspects(self, found: Json, *, grade: str) -> Json:
        """Take all units of the first line back in one grade, and wait for the money."""
        return await self.inspected(found, [self.unit(found, grade=grade)])

    async def read(
        self, found: Json, *, role: Role = Role.OPERATOR, grants: Sequence[str] = ()
    ) -> Json:
        """Read a return again."""
        operation = f"query ($id: ID!) {{ returnRequest(by: {{id: $id}}) {{ {RETURN} }} }}"
        data = await self.retailer.graph.data(
            operation, {"id": found["id"]}, role=role, grants=grants
        )
        return data["returnRequest"]

    async def by_number(
        self, rma: str, *, role: Role = Role.OPERATOR, grants: Sequence[str] = ()
    ) -> Json:
        """Read a return by the number on its receipt."""
        operation = f"query ($rma: String!) {{ returnRequest(by: {{rma: $rma}}) {{ {RETURN} }} }}"
        data = await self.retailer.graph.data(operation, {"rma": rma}, role=role, grants=grants)
        return data["returnRequest"]

    async def listed(self, given: Mapping[str, Json]) -> list[Json]:
        """List returns."""
        operation = (
            "query ($filter: ReturnRequestFilter) "
            "{ returnRequests(filter: $filter) { nodes { id state } } }"
        )
        data = await self.retailer.graph.data(operation, {"filter": given})
        nodes: list[Json] = data["returnRequests"]["nodes"]
        return nodes

    async def returnable(self, order: Json) -> list[int]:
        """Return how many units of each line can be given back."""
        operation = "query ($id: ID!) { order(by: {id: $id}) { lines { returnableQuantity } } }"
        data = await self.retailer.graph.data(operation, {"id": order["id"]})
        return [line["returnableQuantity"] for line in data["order"]["lines"]]

    async def _moves(
        self,
        mutation: str,
        given: Mapping[str, Json],
        *,
        role: Role = Role.OPERATOR,
        grants: Sequence[str] = (),
    ) -> Json:
        payload = await self.retailer.manages(
            mutation, given, f"returnRequest {{ {RETURN} }}", role=role, grants=grants
        )
        return payload["returnRequest"]
