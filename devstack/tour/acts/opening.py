"""The opening: which shops there are, and the coat that has just arrived in two of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from devstack.tour.failures import NothingToShow
from devstack.tour.graph import Json
from devstack.tour.live import Feed, Heard
from devstack.tour.narrator import Fact
from devstack.tour.people import Person
from devstack.tour.stage import Stage
from retail_kit.geography import GeoPoint, distance_km
from retail_kit.roles import Role

ERP: Final = Person("The merchandise system", Role.INTEGRATION)
ANYBODY: Final = Person("Somebody", Role.VISITOR)
PRICE: Final = "189.00"
SHOPS_NEEDED: Final = 3

FEEDS: Final = {
    "itemsImport": "articles",
    "pricesImport": "prices",
    "stockImport": "stock",
    "customersImport": "customers",
    "appointmentTypesImport": "kinds of visit",
    "advisorsImport": "advisers",
}
"""What each import brings, in words."""

TAKEN: Final = frozenset({"APPLIED", "UNCHANGED"})

FIND: Final = """
query Shops {
  locations(type: STORE, first: 100) {
    nodes { code name city ...details }
  }
  channels { code name ...terms }
}
fragment details on Location {
  id country postcode active timezone
  point { latitude longitude }
  openingHours { day hours }
}
fragment terms on Channel { currency country active locationTypes locationCodes }
"""

DELIVER: Final = """
mutation Deliver(
  $key: String!, $channel: String!, $price: MoneyInput!, $near: String!, $next: String!,
  $tried: String!, $larger: String!, $triedTitle: String!, $largerTitle: String!
) {
  itemsImport(input: {idempotencyKey: $key, lines: [
    {sku: $tried, title: $triedTitle, size: "M"}, {sku: $larger, title: $largerTitle, size: "L"}
  ]}) { results { status } userErrors { code message } }
  pricesImport(input: {idempotencyKey: $key, lines: [
    {channel: $channel, sku: $tried, unitPrice: $price},
    {channel: $channel, sku: $larger, unitPrice: $price}
  ]}) { results { status } userErrors { code message } }
  stockImport(input: {idempotencyKey: $key, mode: DELTA, lines: [
    {sku: $tried, locationCode: $near, quantity: 1},
    {sku: $tried, locationCode: $next, quantity: 1},
    {sku: $larger, locationCode: $near, quantity: 1}
  ]}) { results { status } userErrors { code message } }
}
"""

REGISTER: Final = """
mutation Register($key: String!, $ref: String!, $email: String!) {
  customersImport(input: {idempotencyKey: $key, lines: [
    {ref: $ref, givenName: "Camille", familyName: "Rivoire", email: $email}
  ]}) { results { ref status } userErrors { code message } }
}
"""

SIGN_IN: Final = """
query SignIn($ref: String!) {
  customer(by: {ref: $ref}) { givenName ...id orders { totalCount } }
}
fragment id on Customer { id }
"""

STOCK_FEED: Final = """
subscription Stock($skus: [String!], $channel: String) {
  availabilityChanged(skus: $skus, channel: $channel, snapshot: true) {
    delivery sku available crossed item { title } location { code name }
  }
}
"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A shop of the retailer."""

    id: str
    code: str
    name: str
    city: str
    postcode: str
    country: str
    timezone: str
    point: GeoPoint
    opens: bool

    def assistant(self, name: str) -> Person:
        """Give somebody who works there, and only there."""
        return Person(f"{name} in {self.name}", Role.ASSISTANT, (f"location:{self.code}",))


@dataclass(frozen=True, slots=True)
class Garment:
    """One size of the coat."""

    sku: str
    title: str


@dataclass(frozen=True, slots=True)
class Setting:
    """Where the story is set: three shops, a channel, two sizes of a coat, and who buys one."""

    home: Shop
    second: Shop
    far: Shop
    channel: str
    currency: str
    tried: Garment
    larger: Garment
    camille: Person
    email: str
    customer_ref: str
    customer_id: str
    page: Heard


async def open_the_story(stage: Stage) -> Setting:
    """Find the shops, have the coat delivered, and register the customer."""
    stage.act(
        "A new coat arrives",
        "The retailer's merchandise system tells Tutti what came in with this morning's lorry.",
    )
    found = await stage.does(ANYBODY, "asks which shops there are.", FIND, facts=_found)
    home, second, far = chosen_shops(found["locations"]["nodes"])
    channel = chosen_channel(found["channels"], home.country)
    coat = f"COAT-{stage.mark.upper()}"
    tried = Garment(f"{coat}-M", "Wool coat, size M")
    larger = Garment(f"{coat}-L", "Wool coat, size L")
    await _deliver(stage, (home, second), channel, (tried, larger))
    ref, email = f"tour-{stage.mark}", f"camille-{stage.mark}@example.com"
    camille = Person("Camille", Role.CUSTOMER, (f"customer:{ref}",))
    await stage.does(
        ERP,
        "knows a new customer, Camille.",
        REGISTER,
        {"ref": ref, "email": email},
        taken_lines,
    )
    known = await stage.does(camille, "signs in on her phone.", SIGN_IN, {"ref": ref})
    stage.claims(
        "Camille is known, and has never ordered",
        known,
        holds=known["customer"]["orders"]["totalCount"] == 0,
    )
    page = await stage.listens(_page_feed((tried, larger), channel["code"]))
    return Setting(
        home=home,
        second=second,
        far=far,
        channel=channel["code"],
        currency=channel["currency"],
        tried=tried,
        larger=larger,
        camille=camille,
        email=email,
        customer_ref=ref,
        customer_id=known["customer"]["id"],
        page=page,
    )


def chosen_shops(nodes: Sequence[Json]) -> tuple[Shop, Shop, Shop]:
    """Choose the shop near the customer, the next one, and one far away.

    Raises NothingToShow where there are fewer than three with a place on the map of one country.
    """
    shops = [_shop(node) for node in nodes if node["active"] and node["point"]]
    home = next((shop for shop in shops if shop.opens), shops[0] if shops else None)
    near = [shop for shop in shops if home and shop.country == home.country]
    if home is None or len(near) < SHOPS_NEEDED:
        raise NothingToShow(
            f"The story needs {SHOPS_NEEDED} shops in one country and found {len(near)}:"
            " wait until `make up` says that the sample is loaded."
        )
    start = home.point
    near.sort(key=lambda shop: (shop != home, distance_km(start, shop.point), shop.code))
    return near[0], near[1], near[-1]


def chosen_channel(channels: Sequence[Json], country: str) -> Json:
    """Choose a channel of the country that sells from everywhere, as a web shop does."""
    for channel in channels:
        anywhere = not channel["locationTypes"] and not channel["locationCodes"]
        if channel["active"] and channel["country"] == country and anywhere:
            return channel
    raise NothingToShow(f"No channel sells from everywhere in {country}.")


def _shop(node: Json) -> Shop:
    point = node["point"]
    return Shop(
        id=node["id"],
        code=node["code"],
        name=node["name"],
        city=node["city"] or node["name"],
        postcode=node["postcode"] or "",
        country=node["country"],
        timezone=node["timezone"],
        point=GeoPoint(point["latitude"], point["longitude"]),
        opens=any(day["hours"] for day in node["openingHours"]),
    )


async def _deliver(
    stage: Stage, shops: tuple[Shop, Shop], channel: Json, coats: tuple[Garment, Garment]
) -> None:
    home, second = shops
    tried, larger = coats
    answer = await stage.does(
        ERP,
        f"announces a coat in two sizes: M in {home.name} and {second.name}, L in {home.name}.",
        DELIVER,
        {
            "channel": channel["code"],
            "price": {"amount": PRICE, "currency": channel["currency"]},
            "near": home.code,
            "next": second.code,
            "tried": tried.sku,
            "triedTitle": tried.title,
            "larger": larger.sku,
            "largerTitle": larger.title,
        },
        taken_lines,
    )
    statuses = [line["status"] for feed in answer.values() for line in feed["results"]]
    stage.claims("every line of the delivery was taken", answer, holds={*statuses} == {"APPLIED"})


def _page_feed(coats: Iterable[Garment], channel: str) -> Feed:
    return Feed(
        who=ANYBODY,
        voice="Product page",
        topic="what is left of the coat",
        operation=STOCK_FEED,
        variables={"skus": [coat.sku for coat in coats], "channel": channel},
        tells=_left,
    )


def _left(item: Json) -> str:
    where = item["location"]["name"]
    if not item["available"]:
        return f"{item['item']['title']}: none left in {where}"
    return f"{item['item']['title']}: available in {where}"


def _found(answer: Json) -> Iterable[Fact]:
    shops = answer["locations"]["nodes"]
    shown = ", ".join(shop["name"] for shop in shops[:4])
    yield "shops", f"{len(shops)}: {shown}{' ...' if shops[4:] else ''}"
    yield "sold through", ", ".join(channel["name"] for channel in answer["channels"])


def taken_lines(answer: Json) -> Iterable[Fact]:
    """Say of each import how many of its lines were taken."""
    for feed, payload in answer.items():
        statuses = [line["status"] for line in payload["results"]]
        yield FEEDS[feed], f"{sum(one in TAKEN for one in statuses)} of {len(statuses)} taken"
