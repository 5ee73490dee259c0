"""The visit: a time in the shop near home, and the larger coat lying ready for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from devstack.tour.acts.opening import ERP, Setting, taken_lines
from devstack.tour.acts.shopping import Purchase, left
from devstack.tour.acts.wording import clock, local, units
from devstack.tour.failures import NothingToShow
from devstack.tour.graph import Json
from devstack.tour.live import Feed, Matches
from devstack.tour.narrator import Fact
from devstack.tour.people import Person
from devstack.tour.stage import Stage

AHEAD: Final = timedelta(days=28)
SHOWN_SLOTS: Final = 3
WEEK: Final = [
    {"day": day, "hours": ["09:00-20:00"]}
    for day in ("MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY")
]
TO_THE_MINUTE: Final = "%Y-%m-%dT%H:%MZ"

OFFER_VISITS: Final = """
mutation OfferVisits(
  $key: String!, $type: String!, $advisor: String!, $shop: String!, $week: [AdvisorHoursInput!]!
) {
  appointmentTypesImport(input: {idempotencyKey: $key, lines: [{
    code: $type, durationMinutes: 45, noticeMinutes: 60, skills: ["coats"], locationCodes: [$shop],
    names: [{language: "en", text: "Fitting"}, {language: "fr", text: "Essayage"}],
    form: [{name: "occasion", kind: TEXT, required: true}]
  }]}) { results { status } userErrors { code message } }
  advisorsImport(input: {idempotencyKey: $key, lines: [{
    code: $advisor, name: "Inès", locationCode: $shop, skills: ["coats"], hours: $week
  }]}) { results { status } userErrors { code message } }
}
"""

SLOTS: Final = """
query FreeTimes($shop: String!, $type: String!, $from: DateTime!, $to: DateTime!) {
  location(code: $shop) {
    name
    slots(type: $type, from: $from, to: $to) { start places }
  }
}
"""

HOLD: Final = """
mutation Hold($key: String!, $type: String!, $shop: String!, $start: DateTime!) {
  appointmentHold(input: {
    idempotencyKey: $key, type: $type, locationCode: $shop, start: $start
  }) {
    appointment { state holdEnds ...id }
    userErrors { code message }
  }
}
fragment id on Appointment { id start }
"""

BOOK: Final = """
mutation Book($key: String!, $hold: ID!, $order: ID!, $sku: String!) {
  appointmentBook(input: {
    idempotencyKey: $key, holdId: $hold, orderId: $order,
    answers: [{name: "occasion", value: "A wedding in June"}],
    products: [{sku: $sku, quantity: 1}]
  }) {
    appointment { ref state start advisor { name } products { quantity item { title } } }
    userErrors { code message }
  }
}
"""

AGENDA: Final = """
query Agenda($shop: String!, $from: DateTime!, $to: DateTime!) {
  location(code: $shop) {
    appointments(from: $from, to: $to, states: [CONFIRMED]) {
      nodes {
        ref start
        customer { givenName }
        answers { label value }
        products { quantity item { title } }
      }
    }
  }
}
"""

VISIT_FEED: Final = """
subscription Visits($customer: ID, $location: ID) {
  appointmentUpdated(customerId: $customer, locationId: $location, snapshot: true) {
    delivery type state
    appointment { ref start products { quantity sku item { title } } }
  }
}
"""

STATES: Final = {
    "HELD": "a time is kept for a moment",
    "CONFIRMED": "a visit is agreed",
    "CANCELLED": "a visit is cancelled",
}


async def visit(stage: Stage, setting: Setting, purchase: Purchase) -> str:
    """Book a visit with the larger coat kept ready; return the visit's reference."""
    home, camille, larger = setting.home, setting.camille, setting.larger
    stage.act(
        f"An appointment in {home.name}, with the larger size",
        "Time and goods are kept together, or neither: nobody comes for a coat that is gone.",
    )
    kind = "tour-fitting"
    advisor = f"tour-{home.code.lower()}"
    answer = await stage.does(
        ERP,
        f"says that {home.name} offers fittings, and that Inès, who knows coats, receives people.",
        OFFER_VISITS,
        {"type": kind, "advisor": advisor, "shop": home.code, "week": WEEK},
        taken_lines,
    )
    phone = await stage.listens(_feed(camille, "Camille's phone", "her visits", setting))
    agenda = await stage.listens(
        _feed(home.assistant("Inès"), f"Agenda {home.name}", "its visits", setting)
    )
    start = await _choose(stage, setting, kind)
    answer = await stage.does(
        camille,
        "taps on a time, which is hers while she fills in the form.",
        HOLD,
        {"type": kind, "shop": home.code, "start": start},
        lambda answer: _held(answer, home.timezone),
    )
    held = answer["appointmentHold"]["appointment"]
    stage.claims("the time is kept for her", held, holds=held["state"] == "HELD")
    answer = await stage.does(
        camille,
        "says what the coat is for, and which size is to lie ready.",
        BOOK,
        {"hold": held["id"], "order": purchase.order_id, "sku": larger.sku},
        lambda answer: _booked(answer, home.timezone),
    )
    booked = answer["appointmentBook"]["appointment"]
    stage.claims(
        "Inès receives her",
        booked,
        holds=booked["advisor"]["name"] == "Inès",
    )
    stage.claims(
        "the visit is agreed, and the coat is part of it",
        booked,
        holds=booked["state"] == "CONFIRMED" and booked["products"][0]["quantity"] == 1,
    )
    for heard in (phone, agenda):
        await stage.hears(heard, "the visit is agreed", _agreed(booked["ref"]))
    await stage.hears(
        setting.page,
        f"nobody else can buy size L in {home.name}",
        left(larger.sku, home.code, 0),
    )
    await _prepare(stage, setting, booked)
    return str(booked["ref"])


async def _choose(stage: Stage, setting: Setting, kind: str) -> str:
    home = setting.home
    answer = await stage.does(
        setting.camille,
        "looks when she can come.",
        SLOTS,
        {"shop": home.code, "type": kind, **_between(stage.now, AHEAD)},
        lambda answer: _free(answer, home.timezone),
    )
    slots = answer["location"]["slots"]
    if not slots:
        raise NothingToShow(f"{home.name} has no free time in the next {AHEAD.days} days.")
    return str(slots[0]["start"])


async def _prepare(stage: Stage, setting: Setting, booked: Json) -> None:
    home = setting.home
    start = datetime.fromisoformat(booked["start"])
    day = _between(start, timedelta(minutes=1))
    answer = await stage.does(
        home.assistant("Inès"),
        "sees who comes, and what to take out of the stock room.",
        AGENDA,
        {"shop": home.code, **day},
        lambda answer: _expected(answer, home.timezone),
    )
    visits = {one["ref"]: one for one in answer["location"]["appointments"]["nodes"]}
    stage.claims(
        "Camille's visit is in the shop's agenda, with the coat",
        visits,
        holds=booked["ref"] in visits
        and visits[booked["ref"]]["products"][0]["item"]["title"] == setting.larger.title,
    )


def _between(start: datetime, duration: timedelta) -> dict[str, str]:
    return {"from": f"{start:{TO_THE_MINUTE}}", "to": f"{start + duration:{TO_THE_MINUTE}}"}


def _feed(who: Person, voice: str, topic: str, setting: Setting) -> Feed:
    of_shop = {"location": setting.home.id}
    of_customer = {"customer": setting.customer_id}
    return Feed(
        who=who,
        voice=voice,
        topic=topic,
        operation=VISIT_FEED,
        variables=of_customer if who == setting.camille else of_shop,
        tells=lambda item: _told(item, setting.home.timezone),
    )


def _agreed(ref: str) -> Matches:
    return lambda item: (
        item["state"] == "CONFIRMED" and (item["appointment"] or {}).get("ref") == ref
    )


def _told(item: Json, timezone: str) -> str | None:
    found = item["appointment"]
    if item["state"] not in STATES or found is None:
        return None
    kept = ", ".join(
        f"{units(one['quantity'])} of {one['item']['title']}" for one in found["products"]
    )
    when = local(found["start"], timezone)
    return f"{STATES[item['state']]}: {when}" + (f", with {kept}" if kept else "")


def _free(answer: Json, timezone: str) -> Iterable[Fact]:
    slots = answer["location"]["slots"]
    yield "free times", str(len(slots))
    for slot in slots[:SHOWN_SLOTS]:
        yield "", local(slot["start"], timezone)


def _held(answer: Json, timezone: str) -> Iterable[Fact]:
    held = answer["appointmentHold"]["appointment"]
    yield "time", local(held["start"], timezone)
    yield "kept until", clock(held["holdEnds"], timezone)


def _booked(answer: Json, timezone: str) -> Iterable[Fact]:
    booked = answer["appointmentBook"]["appointment"]
    yield "visit", f"{booked['ref']}, {local(booked['start'], timezone)}"
    yield "received by", booked["advisor"]["name"]
    for one in booked["products"]:
        yield "lies ready", f"{one['quantity']} x {one['item']['title']}"


def _expected(answer: Json, timezone: str) -> Iterable[Fact]:
    for one in answer["location"]["appointments"]["nodes"]:
        yield local(one["start"], timezone), one["customer"]["givenName"]
        for said in one["answers"]:
            yield "", f"{said['label']}: {said['value']}"
        for product in one["products"]:
            yield "", f"take out: {product['quantity']} x {product['item']['title']}"
