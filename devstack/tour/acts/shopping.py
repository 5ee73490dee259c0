"""The customer's part: the product page, and the order."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from devstack.tour.acts.opening import ANYBODY, PRICE, Setting
from devstack.tour.acts.wording import money, units
from devstack.tour.graph import Json
from devstack.tour.live import Feed, Heard, Matches
from devstack.tour.narrator import Fact
from devstack.tour.people import Person
from devstack.tour.stage import Stage

PRODUCT_PAGE: Final = """
query ProductPage($sku: String!, $channel: String!, $near: GeoPointInput!, $country: String!) {
  item(sku: $sku) {
    title
    availability(channel: $channel, for: {near: $near}) {
      quantity
      locations { quantity distanceKm location { name ...code } }
    }
    returnPolicy(channel: $channel, country: $country) { windowDays }
  }
}
fragment code on Location { code }
"""

PLACE: Final = """
mutation Order(
  $key: String!, $channel: String!, $customer: String!, $sku: String!, $home: DeliveryInput!,
  $price: MoneyInput!
) {
  orderPlace(input: {
    idempotencyKey: $key, channel: $channel, customerRef: $customer,
    lines: [{sku: $sku, quantity: 1}], delivery: $home,
    payments: [{method: CARD, token: "tok_ok", amount: $price}]
  }) {
    order {
      ref status
      totals { due { amount currency } }
      paymentState
      fulfilments { state location { name } ...ids }
      ...lines
    }
    userErrors { code message }
  }
}
fragment ids on Fulfilment { id locationCode }
fragment lines on Order { id lines { id } }
"""

ORDER_FEED: Final = """
subscription MyOrders($customer: ID) {
  orderUpdated(customerId: $customer, snapshot: true) {
    delivery type status order { ref paymentState } due { amount currency }
  }
}
"""

QUEUE_FEED: Final = """
subscription WorkList($location: ID!) {
  fulfilmentQueueChanged(locationId: $location, snapshot: true) {
    delivery
    changes { change state fulfilment { id order { ref } lines { quantity line { sku } } } }
  }
}
"""

LINE_FEED: Final = """
subscription EveryStep($order: ID) {
  orderLineStatusChanged(orderId: $order, snapshot: true) {
    delivery
    transitions { from to quantity location { name } }
  }
}
"""

STEPS: Final = {
    "OPEN": "waits in the shop",
    "IN_PROGRESS": "is being prepared",
    "SHIPPED": "is on its way",
    "DELIVERED": "has been delivered",
    "RETURNED": "has been given back",
    "CANCELLED": "is cancelled",
}


@dataclass(frozen=True, slots=True)
class Purchase:
    """The order of the story, and who hears of it."""

    order_id: str
    ref: str
    line_id: str
    fulfilment_id: str
    phone: Heard
    home_list: Heard
    second_list: Heard


async def look(stage: Stage, setting: Setting) -> None:
    """Look at the product page without signing in."""
    stage.act(
        "The product page",
        "Anybody may ask what is in stock. The answer counts shops and warehouses as one stock.",
    )
    near = setting.home
    answer = await stage.does(
        ANYBODY,
        f"in {near.city} looks at the coat.",
        PRODUCT_PAGE,
        {
            "sku": setting.tried.sku,
            "channel": setting.channel,
            "near": {"latitude": near.point.latitude, "longitude": near.point.longitude},
            "country": near.country,
        },
        _page,
    )
    stock = answer["item"]["availability"]
    stage.claims(
        "two coats can be sold, one in each of the two shops",
        stock,
        holds=stock["quantity"] == len(_holding(stock)) and stock["quantity"] == 2,  # noqa: PLR2004
    )
    nearest = _holding(stock)[0]["location"]["code"]
    stage.claims(f"{near.name} is the nearest", stock, holds=nearest == near.code)


async def buy(stage: Stage, setting: Setting) -> Purchase:
    """Order the coat, sending it twice as a phone does that lost the answer."""
    stage.act(
        "Camille orders",
        "Coat and money are set aside together, or nothing is ordered. Tutti chooses the shop that"
        " sends it.",
    )
    camille, home, second = setting.camille, setting.home, setting.second
    phone = await stage.listens(_phone(setting))
    home_list = await stage.listens(_work_list(home.assistant("Inès"), home.id, setting.tried.sku))
    second_list = await stage.listens(
        _work_list(second.assistant("Hugo"), second.id, setting.tried.sku)
    )
    wanted = {"key": stage.new_key(), **_wish(setting)}
    says = "orders one coat to her home, and pays by card."
    placed = await stage.does(camille, says, PLACE, wanted, _placed)
    order = placed["orderPlace"]["order"]
    (fulfilment,) = order["fulfilments"]
    stage.claims(
        f"the order goes to the nearest shop, {home.name}",
        order,
        holds=fulfilment["locationCode"] == home.code and fulfilment["state"] == "ASSIGNED",
    )
    stage.claims(
        f"{PRICE} {setting.currency} are authorised on her card, and not taken yet",
        order,
        holds=order["totals"]["due"]["amount"] == PRICE and order["paymentState"] == "AUTHORISED",
    )
    await stage.hears(phone, "the order is placed", lambda item: item["type"] == "ORDER_PLACED")
    await stage.hears(
        home_list, "there is a new order to prepare", queued("ADDED", fulfilment["id"])
    )
    await stage.hears(
        setting.page, f"the coat is gone in {home.name}", left(setting.tried.sku, home.code, 0)
    )
    again = await stage.does(
        camille,
        "loses the connection in the metro, and her phone sends the order again.",
        PLACE,
        wanted,
    )
    stage.claims(
        "it is the same order: nothing is bought twice",
        again,
        holds=again["orderPlace"]["order"]["id"] == order["id"],
    )
    return Purchase(
        order_id=order["id"],
        ref=order["ref"],
        line_id=order["lines"][0]["id"],
        fulfilment_id=fulfilment["id"],
        phone=phone,
        home_list=home_list,
        second_list=second_list,
    )


def queued(change: str, fulfilment_id: str) -> Matches:
    """Match what a work list says of one fulfilment."""
    return lambda item: any(
        one["change"] == change and one["fulfilment"]["id"] == fulfilment_id
        for one in item["changes"] or ()
    )


def left(sku: str, location_code: str, quantity: int) -> Matches:
    """Match what a product page is told of one garment in one shop."""
    return lambda item: (
        item["delivery"] == "EVENT"
        and (item["sku"], item["location"]["code"]) == (sku, location_code)
        and item["available"] == quantity
    )


def _wish(setting: Setting) -> dict[str, Json]:
    home = setting.home
    address = {
        "name": "Camille Rivoire",
        "street": "5 rue des Lilas",
        "postcode": home.postcode,
        "city": home.city,
        "country": home.country,
    }
    return {
        "channel": setting.channel,
        "customer": setting.customer_ref,
        "sku": setting.tried.sku,
        "price": {"amount": PRICE, "currency": setting.currency},
        "home": {
            "address": address,
            "latitude": home.point.latitude,
            "longitude": home.point.longitude,
        },
    }


def _phone(setting: Setting) -> Feed:
    return Feed(
        who=setting.camille,
        voice="Camille's phone",
        topic="her orders",
        operation=ORDER_FEED,
        variables={"customer": setting.customer_id},
        tells=_progress,
    )


def _progress(item: Json) -> str:
    if item["type"] == "ORDER_PLACED":
        return f"order {item['order']['ref']} is placed, {money(item['due'])} to pay"
    step = STEPS.get(item["status"], item["status"].lower().replace("_", " "))
    if item["type"] == "STATUS_CHANGED":
        return f"your order {step}"
    paid = item["order"]["paymentState"].lower().replace("_", " ")
    return f"a step behind the scenes; payment {paid}"


def _work_list(who: Person, location_id: str, sku: str) -> Feed:
    def tells(item: Json) -> str | None:
        said = [_changed(one) for one in item["changes"] if _is_of(one, sku)]
        return "; ".join(said) or None

    return Feed(
        who=who,
        voice=f"Work list {who.name.partition(' in ')[2]}",
        topic="its work list",
        operation=QUEUE_FEED,
        variables={"location": location_id},
        tells=tells,
    )


def _is_of(change: Json, sku: str) -> bool:
    lines = (change["fulfilment"] or {}).get("lines") or ()
    return any(line["line"]["sku"] == sku for line in lines)


def _changed(change: Json) -> str:
    state = change["state"].lower().replace("_", " ")
    match change["change"]:
        case "ADDED":
            count = sum(line["quantity"] for line in change["fulfilment"]["lines"])
            return f"new: {units(count)} to pick"
        case "REMOVED":
            return f"gone from the list ({state})"
        case _:
            return f"now {state}"


def _holding(stock: Json) -> list[Json]:
    return [place for place in stock["locations"] if place["quantity"]]


def _page(answer: Json) -> Iterable[Fact]:
    item = answer["item"]
    yield "article", item["title"]
    yield "can be sold", units(item["availability"]["quantity"])
    for place in _holding(item["availability"]):
        where = f"{place['location']['name']}, {place['distanceKm']:.1f} km away"
        yield "", f"{units(place['quantity'])} in {where}"
    if policy := item["returnPolicy"]:
        yield "can be returned", f"for {policy['windowDays']} days"


def _placed(answer: Json) -> Iterable[Fact]:
    order = answer["orderPlace"]["order"]
    yield "order", f"{order['ref']}, {order['status'].lower()}"
    yield "to pay", f"{money(order['totals']['due'])}, {order['paymentState'].lower()}"
    for one in order["fulfilments"]:
        yield "sent by", f"{one['location']['name']} ({one['state'].lower()})"
