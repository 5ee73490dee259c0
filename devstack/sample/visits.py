"""Who comes to the sample's shops by appointment.

Like the orders they are made while the sample is loaded: the graph takes none of the past, so that
a visit that is over already was the soonest one that could be booked.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from devstack.sample.draws import draws
from devstack.sample.graph import SampleGraph, SampleRefused
from devstack.sample.network import Place
from devstack.sample.people import Person, people
from devstack.sample.reception import (
    ALTERATIONS,
    COLLECTION,
    FITTING,
    LARGE_SHOPS,
    SHOPS,
    STYLING,
)
from devstack.sample.stock import well_stocked
from devstack.tokens import User, user_of
from retail_kit.roles import Role
from service_kit.runtime.identifiers import derived_identifier

CONSOLE = user_of(Role.CUSTOMER_SERVICE, {})
WINDOW = timedelta(days=6)
"""So long that a shop is open in it, whatever the holidays."""


class VisitFate(StrEnum):
    """How far a visit came."""

    BOOKED = "booked"
    CANCELLED = "cancelled"
    RECEIVED = "received"
    OVER = "over"


HOW_MANY: Mapping[VisitFate, int] = {
    VisitFate.BOOKED: 16,
    VisitFate.CANCELLED: 2,
    VisitFate.RECEIVED: 2,
    VisitFate.OVER: 4,
}
STEPS: Mapping[VisitFate, tuple[str, ...]] = {
    VisitFate.BOOKED: (),
    VisitFate.CANCELLED: ("appointmentCancel",),
    VisitFate.RECEIVED: ("appointmentCheckIn",),
    VisitFate.OVER: ("appointmentCheckIn", "appointmentComplete"),
}
"""What is done with a visit after it was booked."""

SHOWN = {1: SHOPS[0], 2: SHOPS[7]}
"""Half of the visits are at Paris Rivoli and Strasbourg, whose assistants one can be at once."""

FARTHEST_DAYS = 12
OWN = "query Own($ref: String!) { customer(by: { ref: $ref }) { appointments(first: 1) { nodes { id } } } }"
SLOTS = """query Slots($shop: String!, $type: String!, $from: DateTime!, $to: DateTime!) {
  location(code: $shop) { slots(type: $type, from: $from, to: $to) { start } }
}"""


@dataclass(frozen=True, slots=True)
class Visit:
    """An appointment of the sample: who comes to which shop, when and for what.

    It is so many `days` after the load at the least, `place` (0 to 1) far into the slots from then.
    """

    number: int
    person: Person
    shop: Place
    kind: str
    skus: tuple[str, ...]
    days: int
    place: float
    fate: VisitFate

    @property
    def name(self) -> str:
        """Its name among the sample's calls."""
        return f"visit-{self.number}"

    @property
    def answers(self) -> list[dict[str, str]]:
        """What they answer to the questions of the form."""
        return [{"name": "size", "value": "40"}] if self.kind == FITTING else []


def visits() -> Iterator[Visit]:
    """Give the visits, each of another customer."""
    fates = [fate for fate, many in HOW_MANY.items() for _ in range(many)]
    for number, (fate, person) in enumerate(zip(fates, people(), strict=False), start=1):
        chance = draws("visit", str(number))
        shop = SHOWN.get(number % 4, person.town)
        kinds = [FITTING, FITTING, STYLING, ALTERATIONS, COLLECTION]
        if shop not in LARGE_SHOPS:
            kinds.remove(STYLING)
        kind = kinds[int(chance.random() * len(kinds))]
        skus = tuple(well_stocked()[shop.code])
        chosen = {
            skus[int(chance.random() * len(skus))] for _ in range(1 + int(chance.random() * 3))
        }
        ahead = fate in {VisitFate.BOOKED, VisitFate.CANCELLED}
        yield Visit(
            number,
            person,
            shop,
            kind,
            tuple(sorted(chosen)) if kind in {FITTING, STYLING} else (),
            int(chance.random() * FARTHEST_DAYS) if ahead else 0,
            chance.random() if ahead else 0.0,
            fate,
        )


async def receive(graph: SampleGraph, run: str, visit: Visit, now: datetime) -> None:
    """Book the visit unless its customer has one, and lead it to where it got."""
    own = await graph.asks(CONSOLE, OWN, {"ref": visit.person.ref})
    nodes = own["customer"]["appointments"]["nodes"]
    found = nodes[0] if nodes else await _booked(graph, run, visit, now)
    for step in STEPS[visit.fate]:
        key = derived_identifier(run, visit.name, step)
        given = {"idempotencyKey": key, "appointmentId": found["id"]}
        await graph.does(_assistant_of(visit), step, "appointment { id }", given)


async def _booked(graph: SampleGraph, run: str, visit: Visit, now: datetime) -> Mapping[str, Any]:
    start = await _slot(graph, visit, now)
    given = {
        "idempotencyKey": derived_identifier(run, visit.name, start),
        "slot": {"type": visit.kind, "locationCode": visit.shop.code, "start": start},
        "customer": {"ref": visit.person.ref},
        "answers": visit.answers,
        "products": [{"sku": sku, "quantity": 1} for sku in visit.skus],
    }
    payload = await graph.does(CONSOLE, "appointmentBook", "appointment { id }", given)
    appointment: Mapping[str, Any] = payload["appointment"]
    return appointment


async def _slot(graph: SampleGraph, visit: Visit, now: datetime) -> str:
    """Give the start of the slot, as the graph writes it."""
    begins = now + timedelta(days=visit.days)
    window = {"from": begins.isoformat(), "to": (begins + WINDOW).isoformat()}
    shop = visit.shop.code
    told = await graph.asks(CONSOLE, SLOTS, {"shop": shop, "type": visit.kind, **window})
    starts = [slot["start"] for slot in told["location"]["slots"]]
    if not starts:
        raise SampleRefused(f"The graph offers no slot for {visit.kind} at {shop}.")
    return str(starts[int(visit.place * len(starts))])


def _assistant_of(visit: Visit) -> User:
    return user_of(Role.ASSISTANT, {"location": [visit.shop.code]})
