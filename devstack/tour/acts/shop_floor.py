"""The shops' part: the offer, the coat that cannot be found, the next shop, the parcel."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from devstack.tour.acts.opening import PRICE, Setting
from devstack.tour.acts.shopping import LINE_FEED, Purchase, left, queued
from devstack.tour.acts.wording import money, units
from devstack.tour.graph import Json
from devstack.tour.live import Feed, Matches
from devstack.tour.narrator import Fact
from devstack.tour.people import Person
from devstack.tour.stage import Stage
from retail_kit.roles import Role

CARRIER: Final = Person("The carrier", Role.INTEGRATION)
DESK: Final = Person("Nadia", Role.CUSTOMER_SERVICE)

OFFER: Final = """
query Offer($fulfilment: ID!) {
  fulfilment(id: $fulfilment) {
    state
    order { ref }
    lines { quantity line { item { title } } }
    availableActions { name reasonIfDisabled }
  }
}
"""

SHORT: Final = """
mutation NotFound($key: String!, $fulfilment: ID!, $line: ID!) {
  fulfilmentPick(input: {
    idempotencyKey: $key, fulfilmentId: $fulfilment,
    lines: [{lineId: $line, short: 1, reason: NOT_FOUND}]
  }) {
    order { fulfilments { state location { name } ...ids } }
    userErrors { code message }
  }
}
fragment ids on Fulfilment { id locationCode }
"""

PICK_AND_PACK: Final = """
mutation PickAndPack($key: String!, $fulfilment: ID!, $line: ID!) {
  fulfilmentPick(input: {
    idempotencyKey: $key, fulfilmentId: $fulfilment, lines: [{lineId: $line, picked: 1}]
  }) { fulfilment { state } userErrors { code message } }
  fulfilmentPack(input: {
    idempotencyKey: $key, fulfilmentId: $fulfilment,
    parcels: [{lines: [{lineId: $line, quantity: 1}]}]
  }) { fulfilment { state parcels { state ...id } } userErrors { code message } }
}
fragment id on Parcel { id }
"""

SHIP: Final = """
mutation Ship($key: String!, $fulfilment: ID!, $parcel: ID!, $number: String!) {
  fulfilmentShip(input: {
    idempotencyKey: $key, fulfilmentId: $fulfilment, carrier: "Colissimo",
    parcels: [{parcelId: $parcel, trackingNumber: $number}]
  }) {
    order { status parcels { state carrier trackingNumber } }
    userErrors { code message }
  }
}
"""

MONEY: Final = """
query Money($order: ID!) {
  order(by: {id: $order}) {
    paymentState
    payments { method captured { amount currency } refunded { amount currency } }
  }
}
"""

ARRIVE: Final = """
mutation Arrive($key: String!, $parcel: ID!) {
  parcelDeliver(input: {idempotencyKey: $key, parcelId: $parcel}) {
    parcel { state }
    order { status }
    userErrors { code message }
  }
}
"""

FOLLOW: Final = """
query Follow($order: ID!) {
  order(by: {id: $order}) {
    customerStatusLabel
    parcels { carrier trackingNumber deliveredAt }
    returnableLines { quantity until }
  }
}
"""


IN_THE_SHOP: Final = frozenset({"ALLOCATED", "PICKING", "SHORT", "PICKED", "PACKED", "SHIPPED"})
"""States of a unit that are of the shop that sends it."""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What was handed to the carrier."""

    id: str
    number: str


async def offer(stage: Stage, setting: Setting, purchase: Purchase) -> None:
    """Show the nearest shop what it is to prepare."""
    home = setting.home
    stage.act(
        f"{home.name} is offered the order",
        "It has appeared on the shop's work list by itself. Only those who work there may touch"
        " it.",
    )
    await stage.listens(_every_step(purchase))
    answer = await stage.does(
        home.assistant("Inès"),
        "opens it.",
        OFFER,
        {"fulfilment": purchase.fulfilment_id},
        _offered,
    )
    offered = answer["fulfilment"]
    possible = {one["name"] for one in offered["availableActions"] if not one["reasonIfDisabled"]}
    stage.claims(
        "it is Camille's order, and can be picked now",
        offered,
        holds=offered["order"]["ref"] == purchase.ref and "FULFILMENT_PICK" in possible,
    )


async def miss(stage: Stage, setting: Setting, purchase: Purchase) -> str:
    """Have the shop not find the coat; return the fulfilment of the shop that is asked next."""
    home, second = setting.home, setting.second
    stage.act(
        "The coat cannot be found",
        "A short pick: what the shop cannot find goes to the next shop at once. Nobody has to call"
        " anybody, and the customer is not asked to wait.",
    )
    answer = await stage.does(
        home.assistant("Inès"),
        "searches the stock room, and reports that the coat is not there.",
        SHORT,
        {"fulfilment": purchase.fulfilment_id, "line": purchase.line_id},
        lambda answer: _hands(answer["fulfilmentPick"]["order"]),
    )
    order = answer["fulfilmentPick"]["order"]
    states = {one["locationCode"]: (one["state"], one["id"]) for one in order["fulfilments"]}
    stage.claims(
        f"{home.name} is rid of it, and {second.name} has it now",
        order,
        holds=states.get(home.code, ("",))[0] == "SHORT"
        and states.get(second.code, ("",))[0] == "ASSIGNED",
    )
    await stage.hears(
        purchase.home_list,
        "there is nothing more to prepare",
        queued("REMOVED", purchase.fulfilment_id),
    )
    found: str = states[second.code][1]
    await stage.hears(
        purchase.second_list, "there is a new order to prepare", queued("ADDED", found)
    )
    await stage.hears(
        setting.page,
        f"the coat is gone in {second.name} too",
        left(setting.tried.sku, second.code, 0),
    )
    return found


async def send(stage: Stage, setting: Setting, purchase: Purchase, fulfilment_id: str) -> Parcel:
    """Have the second shop pick, pack and ship the coat."""
    second = setting.second
    hugo = second.assistant("Hugo")
    stage.act(
        f"{second.name} picks, packs and ships",
        "The card is charged when the parcel leaves, not before.",
    )
    it = {"fulfilment": fulfilment_id, "line": purchase.line_id}
    answer = await stage.does(
        hugo, "finds the coat, scans it and packs it.", PICK_AND_PACK, it, _packed
    )
    packed = answer["fulfilmentPack"]["fulfilment"]
    stage.claims("it is packed in one parcel", packed, holds=packed["state"] == "PACKED")
    (parcel,) = packed["parcels"]
    number = f"8R{stage.mark.upper()}FR"
    answer = await stage.does(
        hugo,
        "hands the parcel to the carrier.",
        SHIP,
        {"fulfilment": fulfilment_id, "parcel": parcel["id"], "number": number},
        _shipped,
    )
    order = answer["fulfilmentShip"]["order"]
    stage.claims("the order is shipped", order, holds=order["status"] == "SHIPPED")
    await stage.hears(purchase.phone, "the parcel is on its way", _at("SHIPPED"))
    await stage.hears(purchase.phone, "her card has been charged", _paid_now)
    await stage.hears(
        purchase.second_list,
        "there is nothing more to prepare",
        queued("REMOVED", fulfilment_id),
    )
    return Parcel(parcel["id"], number)


async def deliver(stage: Stage, setting: Setting, purchase: Purchase, parcel: Parcel) -> None:
    """Have the carrier deliver the parcel, and the customer look at her order."""
    stage.act("The parcel arrives", "The carrier's scan is all it takes; her phone knows at once.")
    answer = await stage.does(
        CARRIER,
        "reports the parcel as delivered.",
        ARRIVE,
        {"parcel": parcel.id},
        lambda a: [("parcel", a["parcelDeliver"]["parcel"]["state"].lower())],
    )
    order = answer["parcelDeliver"]["order"]
    stage.claims("the order is delivered", order, holds=order["status"] == "DELIVERED")
    await stage.hears(purchase.phone, "the parcel is delivered", _at("DELIVERED"))
    answer = await stage.does(
        setting.camille,
        "looks at her order.",
        FOLLOW,
        {"order": purchase.order_id},
        _followed,
    )
    seen = answer["order"]
    stage.claims(
        "she sees how it came, and that she may return it",
        seen,
        holds=seen["parcels"][0]["trackingNumber"] == parcel.number
        and seen["returnableLines"][0]["quantity"] == 1,
    )
    answer = await stage.does(
        DESK,
        "looks at the money.",
        MONEY,
        {"order": purchase.order_id},
        _paid,
    )
    (payment,) = answer["order"]["payments"]
    stage.claims(
        f"{PRICE} {setting.currency} have been taken from the card, once",
        payment,
        holds=payment["captured"]["amount"] == PRICE and payment["refunded"]["amount"] == "0.00",
    )


def _every_step(purchase: Purchase) -> Feed:
    return Feed(
        who=DESK,
        voice="Customer service",
        topic="every step of the order",
        operation=LINE_FEED,
        variables={"order": purchase.order_id},
        tells=_stepped,
    )


def _stepped(item: Json) -> str:
    return "; ".join(
        f"{units(one['quantity'])} {_state(one['from'])} -> {_state(one['to'])}"
        + (f" in {one['location']['name']}" if one["to"] in IN_THE_SHOP else "")
        for one in item["transitions"]
    )


def _state(name: str) -> str:
    return name.lower().replace("_", " ")


def _at(status: str) -> Matches:
    return lambda item: item["type"] == "STATUS_CHANGED" and item["status"] == status


def _paid_now(item: Json) -> bool:
    return bool(item["order"]["paymentState"] == "CAPTURED")


def _offered(answer: Json) -> Iterable[Fact]:
    offered = answer["fulfilment"]
    for line in offered["lines"]:
        yield "to prepare", f"{line['quantity']} x {line['line']['item']['title']}"
    yield "for order", offered["order"]["ref"]
    possible = [one["name"] for one in offered["availableActions"] if not one["reasonIfDisabled"]]
    yield "possible now", ", ".join(_state(name) for name in possible)


def _hands(order: Json) -> Iterable[Fact]:
    for one in order["fulfilments"]:
        yield one["location"]["name"], one["state"].lower()


def _packed(answer: Json) -> Iterable[Fact]:
    yield "after picking", answer["fulfilmentPick"]["fulfilment"]["state"].lower()
    yield "after packing", answer["fulfilmentPack"]["fulfilment"]["state"].lower()


def _shipped(answer: Json) -> Iterable[Fact]:
    order = answer["fulfilmentShip"]["order"]
    yield "order", order["status"].lower()
    for parcel in order["parcels"]:
        yield "parcel", f"{parcel['carrier']} {parcel['trackingNumber']}"


def _followed(answer: Json) -> Iterable[Fact]:
    order = answer["order"]
    yield "order", order["customerStatusLabel"].lower()
    for parcel in order["parcels"]:
        yield "parcel", f"{parcel['carrier']} {parcel['trackingNumber']}"
    for line in order["returnableLines"]:
        yield "can be returned", f"{units(line['quantity'])}, until {line['until'][:10]}"


def _paid(answer: Json) -> Iterable[Fact]:
    for payment in answer["order"]["payments"]:
        yield payment["method"].lower(), f"{money(payment['captured'])} taken"
