"""One process of orders on a real MongoDB, with an inventory of the test's choice."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from order_svc.api.context import OrderContext
from order_svc.api.schema import order_schema
from order_svc.app import SERVICE as ORDERS
from order_svc.app import Outside, Parts, join
from order_svc.domain.payments.tenders import TenderRule
from order_svc.ports import Inventory
from order_svc.providers.sandbox import SandboxProvider
from retail_kit.roles import SERVICE, Role
from service_kit.graphql.schema import SubgraphSchema
from service_kit.identity.caller import Caller, CallerKind
from service_kit.identity.keys import TrustedKeys
from service_kit.messaging.bus import Bus
from service_kit.runtime.clock import SettableClock
from service_kit.runtime.crash_points import Reached, pass_by
from service_kit.service.foundation import Foundation
from service_kit.storage.database import Database
from tests.conftest import START

ERRORS = "userErrors { code message path params { key value } retryable }"
ADDRESS = {
    "name": "Ada Martin",
    "street": "1 rue de la Paix",
    "postcode": "75002",
    "city": "Paris",
    "country": "FR",
}
ORDER = """
  id ref version status customerStatus channelCode customerRef
  lines { id sku quantity status version slices {
    quantity state fulfilment { id locationCode } parcel { id } } }
  fulfilments { id locationCode state version lines { quantity line { sku } }
    parcels { id state version trackingNumber } shortages { quantity reason counted } }
  totals { ordered { amount currency } cancelled { amount } due { amount } }
"""
PAID = """
  id paymentState hasReturn status
  lines { id sku discounts { code amount { amount } } total { amount } status
    slices { quantity state } }
  payments { id method state version authorised { amount } captured { amount } refunded { amount }
    voided { amount } events { kind amount { amount } state } }
  refunds { id ref reason state amount { amount }
    byTender { payment { method } amount { amount } }
    lines { lineId quantity amount { amount } } }
"""
"""The money of an order."""
SCHEMA: SubgraphSchema = order_schema()


def a_caller(role: str = Role.CUSTOMER_SERVICE, *grants: str, subject: str = "ann") -> Caller:
    """A user with one role and some grants."""
    return Caller(
        subject=subject,
        kind=CallerKind.USER,
        roles=frozenset({role}),
        grants=frozenset(grants),
        expires_at=START + timedelta(days=3650),
    )


@dataclass
class OrdersProcess:
    """The use-cases and the schema of one process, driven as the gateway would."""

    parts: Parts
    database: Database
    clock: SettableClock
    keys: int = field(default=0)

    async def run(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        caller: Caller | None = None,
    ) -> Any:
        """Run an operation that must answer without errors, and give its data."""
        result = await self.execute(operation, variables, caller)
        assert result.errors is None, result.errors
        return result.data

    async def execute(
        self,
        operation: str,
        variables: Mapping[str, Any] | None = None,
        caller: Caller | None = None,
    ) -> Any:
        """Run an operation and give its result, errors and all."""
        context = OrderContext(
            caller or a_caller(),
            self.clock,
            self.parts.around,
            self.parts.reader,
            self.parts.machinery.log,
        )
        return await SCHEMA.execute(
            operation, variable_values=dict(variables or {}), context_value=context
        )

    async def does(
        self,
        mutation: str,
        input_: Mapping[str, Any],
        selection: str = f"order {{ {ORDER} }}",
        caller: Caller | None = None,
    ) -> Any:
        """Send one mutation, with a new key unless one is given, and give its payload."""
        self.keys += 1
        given = {"idempotencyKey": f"key-{self.keys}", **input_}
        operation = (
            f"mutation ($input: {mutation[0].upper()}{mutation[1:]}Input!) "
            f"{{ {mutation}(input: $input) {{ {selection} {ERRORS} }} }}"
        )
        data = await self.run(operation, {"input": given}, caller)
        return data[mutation]

    async def places(self, *skus: str, caller: Caller | None = None, **more: Any) -> Any:
        """Place an order of one unit of each SKU at 10 EUR, and give it."""
        payload = await self.does("orderPlace", a_wish(*skus, **more), caller=caller)
        assert payload["userErrors"] == [], payload
        return payload["order"]

    async def moves(self, mutation: str, caller: Caller | None = None, **input_: Any) -> Any:
        """Change an order, which must not be refused, and give it."""
        payload = await self.does(mutation, input_, caller=caller)
        assert payload["userErrors"] == [], payload
        return payload["order"]

    async def order(self, order_id: str, caller: Caller | None = None) -> Any:
        """Read an order."""
        operation = f"query ($id: ID!) {{ order(by: {{id: $id}}) {{ {ORDER} }} }}"
        return (await self.run(operation, {"id": order_id}, caller))["order"]

    async def money(self, order_id: str, caller: Caller | None = None) -> Any:
        """Read an order with its payments and refunds."""
        operation = f"query ($id: ID!) {{ order(by: {{id: $id}}) {{ {PAID} }} }}"
        return (await self.run(operation, {"id": order_id}, caller))["order"]

    async def delivered(self, *skus: str, **more: Any) -> Any:
        """Place an order, and have each line's units arrive in one parcel per fulfilment."""
        order = await self.places(*skus, **more)
        for fulfilment in order["fulfilments"]:
            await self.brings(order, fulfilment)
        return await self.order(order["id"])

    async def brings(self, order: Any, fulfilment: Any) -> None:
        """Pick, pack, ship and deliver all that a fulfilment was asked for."""
        part = {"fulfilmentId": fulfilment["id"]}
        units = {
            line["id"]: sum(
                one["quantity"]
                for one in line["slices"]
                if (one["fulfilment"] or {}).get("id") == fulfilment["id"]
            )
            for line in order["lines"]
        }
        found = [{"lineId": line, "picked": count} for line, count in units.items() if count]
        await self.moves("fulfilmentPick", **part, lines=found)
        packed = [{"lineId": one["lineId"], "quantity": one["picked"]} for one in found]
        await self.moves("fulfilmentPack", **part, parcels=[{"lines": packed}])
        shipped = await self.moves("fulfilmentShip", **part, carrier="Colis")
        (parcel,) = next(one for one in shipped["fulfilments"] if one["id"] == fulfilment["id"])[
            "parcels"
        ]
        await self.moves("parcelDeliver", parcelId=parcel["id"])

    async def picks(self, order: Any, picked: int = 1, short: int = 0, **more: Any) -> Any:
        """Record picking of the first line in the last fulfilment."""
        line = {"lineId": order["lines"][0]["id"], "picked": picked, "short": short, **more}
        if short:
            line.setdefault("reason", "NOT_FOUND")
        fulfilment = order["fulfilments"][-1]["id"]
        return await self.moves("fulfilmentPick", fulfilmentId=fulfilment, lines=[line])

    async def packs(self, order: Any, quantity: int = 1) -> Any:
        """Pack units of the first line of the last fulfilment into one parcel."""
        parcel = {"lines": [{"lineId": order["lines"][0]["id"], "quantity": quantity}]}
        fulfilment = order["fulfilments"][-1]["id"]
        return await self.moves("fulfilmentPack", fulfilmentId=fulfilment, parcels=[parcel])

    async def ships(self, order: Any) -> Any:
        """Hand the parcels of the last fulfilment over."""
        fulfilment = order["fulfilments"][-1]["id"]
        return await self.moves("fulfilmentShip", fulfilmentId=fulfilment, carrier="Colis")

    async def works(self, after: timedelta = timedelta(minutes=1)) -> int:
        """Let time pass and do all due work."""
        self.clock.advance(after)
        done = await self.parts.machinery.due_worker.run_due_once()
        return done + await self.parts.machinery.due_worker.run_due_once()

    async def claims_run_out(self) -> None:
        """Have the claims of workers that died run out, as they do in half a minute."""
        await self.database.collection("due_work").update_many(
            {}, {"$set": {"claimUntil": datetime(1970, 1, 1, tzinfo=UTC)}}
        )

    async def events(self) -> list[Any]:
        """Everything in the outbox, in the order of entities' versions."""
        rows = await self.database.collection("outbox").find({}, sort=[("order", 1)])
        return [orjson.loads(event) for row in rows for event in row["events"]]


SERVICE_CALLER = Caller(
    subject="returns_svc",
    kind=CallerKind.SERVICE,
    roles=frozenset({SERVICE}),
    grants=frozenset(),
    expires_at=START + timedelta(days=3650),
)
"""Another service of the system."""


def a_payment(
    amount: str,
    method: str = "CARD",
    token: str = "tok_ok",  # noqa: S107  # a token of the sandbox
) -> dict[str, Any]:
    """A tender of so many EUR."""
    return {"method": method, "token": token, "amount": {"amount": amount, "currency": "EUR"}}


def a_wish(*skus: str, quantity: int = 1, **more: Any) -> dict[str, Any]:
    """The input of an order on the channel web, 10 EUR a unit."""
    lines = [
        {
            "sku": sku,
            "quantity": quantity,
            "unitPrice": {"amount": "10.00", "currency": "EUR"},
        }
        for sku in skus
    ]
    return {"channel": "web", "lines": lines, "delivery": {"address": ADDRESS}, **more}


def a_process(
    database: Database,
    bus: Bus,
    inventory: Inventory,
    clock: SettableClock,
    reached: Reached = pass_by,
    tender_rule: TenderRule = TenderRule.CARD_FIRST,
) -> OrdersProcess:
    """Join one process."""
    foundation = Foundation(ORDERS, database, bus, TrustedKeys({}), clock, reached=reached)
    outside = Outside(inventory, SandboxProvider(database), tender_rule=tender_rule)
    return OrdersProcess(join(foundation, outside), database, clock)
