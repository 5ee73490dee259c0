"""The return: in a shop that never had the order, without a receipt, and the money back."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from devstack.tour.acts.opening import PRICE, Setting
from devstack.tour.acts.shopping import Purchase, left
from devstack.tour.acts.wording import money
from devstack.tour.graph import Json
from devstack.tour.live import Feed, Heard
from devstack.tour.narrator import Fact
from devstack.tour.people import Person
from devstack.tour.stage import Stage
from retail_kit.geography import distance_km

BRING: Final = """
mutation Bring($key: String!, $shop: String!, $sku: String!, $email: String!) {
  returnDeclare(input: {
    idempotencyKey: $key, channel: STORE, locationCode: $shop,
    blind: {sku: $sku, customer: {email: $email}, reason: TOO_SMALL}
  }) {
    returnRequest { rma state ...lines }
    userErrors { code message }
  }
}
fragment lines on ReturnRequest { id lines { id quantity item { title } } }
"""

INSPECT: Final = """
mutation Inspect($key: String!, $return: ID!, $line: ID!) {
  returnInspect(input: {
    idempotencyKey: $key, returnId: $return,
    units: [{returnLineId: $line, quantity: 1, grade: A}]
  }) {
    returnRequest { state refunds { amount { amount currency } } }
    userErrors { code message }
  }
}
"""

RETURN_FEED: Final = """
subscription MyReturns($customer: ID) {
  returnUpdated(customerId: $customer, snapshot: true) {
    delivery type state
    order { id ref }
    returnRequest { id rma refundedTotal { amount currency } }
  }
}
"""

MY_MONEY: Final = """
query MyMoney($order: ID!) {
  order(by: {id: $order}) {
    status
    refundedTotal { amount currency }
    payments { captured { amount currency } refunded { amount currency } }
    returns { nodes { rma journey { state } } }
  }
}
"""

SAID: Final = {
    "DECLARED": "is known",
    "APPROVED": "is agreed",
    "RECEIVED": "has been received",
    "INSPECTING": "is being looked at",
    "ACCEPTED": "is accepted",
    "REFUNDED": "is refunded",
}


@dataclass(frozen=True, slots=True)
class Brought:
    """The return of the story."""

    id: str
    line_id: str
    rma: str
    phone: Heard


async def bring(stage: Stage, setting: Setting, purchase: Purchase) -> Brought:
    """Bring the coat to a shop far away, with nothing but an e-mail address."""
    far = setting.far
    stage.act(
        f"Too small: back in {far.name}",
        f"Camille is in {far.city} for the week-end, {_distance(setting)} from home. That shop has"
        " never seen her order, and she has no receipt.",
    )
    phone = await stage.listens(_phone(setting))
    answer = await stage.does(
        _assistant(setting),
        "scans the coat and asks for her e-mail address.",
        BRING,
        {"shop": far.code, "sku": setting.tried.sku, "email": setting.email},
        _taken,
    )
    found = answer["returnDeclare"]["returnRequest"]
    stage.claims("the coat is received in the shop", found, holds=found["state"] == "RECEIVED")
    told = await stage.hears(
        phone, "her return is received", lambda item: item["state"] == "RECEIVED"
    )
    stage.claims(
        f"Tutti found the order by itself: {purchase.ref}",
        told,
        holds=told["order"]["id"] == purchase.order_id,
    )
    return Brought(found["id"], found["lines"][0]["id"], found["rma"], phone)


async def refund(stage: Stage, setting: Setting, purchase: Purchase, brought: Brought) -> None:
    """Grade the coat, and see money and goods go their ways."""
    far = setting.far
    stage.act(
        "As new: money back, coat back on sale",
        "One decision has three effects: the customer's card, the order, and the shop's stock.",
    )
    await stage.does(
        _assistant(setting),
        "finds the coat as new.",
        INSPECT,
        {"return": brought.id, "line": brought.line_id},
        _decided,
    )
    await stage.hears(
        setting.page,
        f"the coat can be bought again, in {far.name}",
        left(setting.tried.sku, far.code, 1),
    )
    await stage.hears(
        brought.phone, "her return is refunded", lambda item: item["state"] == "REFUNDED"
    )
    await stage.hears(
        purchase.phone,
        "the order has been given back",
        lambda item: item["type"] == "STATUS_CHANGED" and item["status"] == "RETURNED",
    )
    answer = await stage.does(
        setting.camille,
        "looks at her money.",
        MY_MONEY,
        {"order": purchase.order_id},
        _money_back,
    )
    order = answer["order"]
    (payment,) = order["payments"]
    stage.claims(
        f"exactly what she had paid came back: {PRICE} {setting.currency}",
        order,
        holds=order["refundedTotal"]["amount"] == PRICE
        and payment["refunded"] == payment["captured"],
    )


def _assistant(setting: Setting) -> Person:
    return setting.far.assistant("Léa")


def _distance(setting: Setting) -> str:
    return f"{distance_km(setting.home.point, setting.far.point):.0f} km"


def _phone(setting: Setting) -> Feed:
    return Feed(
        who=setting.camille,
        voice="Camille's phone",
        topic="her returns",
        operation=RETURN_FEED,
        variables={"customer": setting.customer_id},
        tells=_told,
    )


def _told(item: Json) -> str:
    rma = item["returnRequest"]["rma"]
    if item["type"] == "REFUND_CHANGED":
        return f"the money for return {rma} is on its way"
    said = SAID.get(item["state"], item["state"].lower().replace("_", " "))
    return f"return {rma} {said}"


def _taken(answer: Json) -> Iterable[Fact]:
    found = answer["returnDeclare"]["returnRequest"]
    yield "receipt", found["rma"]
    for line in found["lines"]:
        yield "taken in", f"{line['quantity']} x {line['item']['title']}"


def _decided(answer: Json) -> Iterable[Fact]:
    found = answer["returnInspect"]["returnRequest"]
    yield "return", found["state"].lower()
    for one in found["refunds"]:
        yield "to give back", money(one["amount"])


def _money_back(answer: Json) -> Iterable[Fact]:
    order = answer["order"]
    yield "order", order["status"].lower()
    for payment in order["payments"]:
        yield "card", f"{money(payment['captured'])} taken, {money(payment['refunded'])} given back"
    for found in order["returns"]["nodes"]:
        yield f"return {found['rma']}", ", ".join(one["state"].lower() for one in found["journey"])
