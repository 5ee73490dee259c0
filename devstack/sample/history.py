"""The sample's orders, in every state that an order can be in, and what came back of them.

The graph takes no orders of the past, so they are as old as the load; who prepares them is an
assistant of each place.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from random import Random
from typing import Any

from devstack.sample.draws import draws
from devstack.sample.garments import Article, options
from devstack.sample.graph import SampleGraph
from devstack.sample.people import FIRST_PEOPLE, Person, people
from devstack.sample.stock import well_stocked
from devstack.tokens import User, user_of
from retail_kit.roles import Role
from service_kit.runtime.identifiers import derived_identifier

CONSOLE = user_of(Role.CUSTOMER_SERVICE, {})
CARRIERS = ("Colissimo", "Chronopost", "Mondial Relay")
ORDER = "order { id fulfilments { id locationCode lines { quantity line { id } } parcels { id } } }"
RETURN = "returnRequest { id lines { id } }"


class Fate(StrEnum):
    """How far an order came."""

    PLACED = "placed"
    CANCELLED = "cancelled"
    SHORT = "short"
    PICKED = "picked"
    PACKED = "packed"
    SHIPPED = "shipped"
    DELIVERED = "delivered"
    RETURN_DECLARED = "return declared"
    RETURN_RECEIVED = "return received"
    REFUNDED = "refunded"
    REJECTED = "rejected"


WAY = (Fate.PICKED, Fate.PACKED, Fate.SHIPPED, Fate.DELIVERED)
"""The steps of an order to the customer."""

WAY_BACK = (Fate.RETURN_DECLARED, Fate.RETURN_RECEIVED, Fate.REFUNDED, Fate.REJECTED)
"""What may have become of goods that a customer did not keep."""

HOW_MANY: Mapping[Fate, int] = {
    Fate.REFUNDED: 4,
    Fate.REJECTED: 1,
    Fate.RETURN_RECEIVED: 2,
    Fate.RETURN_DECLARED: 3,
    Fate.DELIVERED: 12,
    Fate.SHIPPED: 8,
    Fate.PACKED: 4,
    Fate.PICKED: 5,
    Fate.SHORT: 4,
    Fate.CANCELLED: 4,
    Fate.PLACED: 9,
}


@dataclass(frozen=True, slots=True)
class PastOrder:
    """An order of the sample: who ordered what, and what became of it."""

    number: int
    person: Person
    lines: tuple[tuple[Article, int], ...]
    fate: Fate
    carrier: str

    @property
    def name(self) -> str:
        """Its name among the sample's calls."""
        return f"order-{self.number}"

    @property
    def cents(self) -> int:
        """What it costs."""
        return sum(article.model.cents * quantity for article, quantity in self.lines)

    def to_input(self) -> Mapping[str, Any]:
        """Give the input of `orderPlace`, but for its key; it is paid by card."""
        amount = {"amount": f"{self.cents // 100}.{self.cents % 100:02d}", "currency": "EUR"}
        return {
            "channel": "web-fr",
            "customerRef": self.person.ref,
            "lines": [{"sku": article.sku, "quantity": many} for article, many in self.lines],
            "delivery": {"address": self.person.address},
            "payments": [
                {"method": "CARD", "token": f"tok_ok_sample_{self.number}", "amount": amount}
            ],
        }


def past_orders() -> Iterator[PastOrder]:
    """Give the orders; those that came furthest are the oldest.

    The youngest are of the first customers, of what the shop of their town has: it has work to do.
    Of what came back half is theirs.
    """
    fates = [fate for fate, many in HOW_MANY.items() for _ in range(many)]
    for number, fate in enumerate(fates, start=1):
        chance = draws("order", str(number))
        person = people()[int(chance.random() ** 2 * len(people()))]
        if fate is Fate.PLACED or (fate in WAY_BACK and number % 2):
            person = people()[number % len(FIRST_PEOPLE)]
        sold = well_stocked()[person.town.code if fate is Fate.PLACED else "W1"]
        chosen = {
            _article(chance, sold): 1 + int(chance.random() * 1.3) for _ in range(_lines(chance))
        }
        carrier = CARRIERS[int(chance.random() * len(CARRIERS))]
        yield PastOrder(number, person, tuple(chosen.items()), fate, carrier)


def _lines(chance: Random) -> int:
    """Give how many lines an order has: mostly one or two, seldom four."""
    return 1 + int(chance.random() ** 2 * 4)


@cache
def _by_rank() -> Sequence[tuple[Article, ...]]:
    return [sizes for model, sizes in sorted(options(), key=lambda option: option[0].rank)]


def _article(chance: Random, sold: Collection[str]) -> Article:
    """Choose an article among those sold, more often one that sells well."""
    all_sizes = _by_rank()
    while True:
        sizes = all_sizes[int(chance.random() ** 2 * len(all_sizes))]
        article = sizes[int(chance.random() * len(sizes))]
        if article.sku in sold:
            return article


async def play(graph: SampleGraph, run: str, order: PastOrder) -> None:
    """Place the order and lead it to where it got; what this run has done is not done again."""
    await _Played(graph, (run, order.name), order).play()


@dataclass(frozen=True, slots=True)
class _Played:
    """One order being led through its life; all its keys begin alike."""

    graph: SampleGraph
    key: tuple[str, ...]
    order: PastOrder

    async def play(self) -> None:
        """Place it, then go on as its fate says."""
        placed = await self._does(CONSOLE, "orderPlace", "placed", self.order.to_input())
        if self.order.fate is Fate.CANCELLED:
            given = {"orderId": placed["id"], "reason": "CUSTOMER_REQUEST"}
            await self._does(CONSOLE, "orderCancel", "cancelled", given)
        elif self.order.fate is Fate.SHORT:
            await self._report_short(placed["fulfilments"][0])
        elif self.order.fate in WAY:
            for fulfilment in placed["fulfilments"]:
                await self._lead(fulfilment, WAY[: WAY.index(self.order.fate) + 1])
        elif self.order.fate in WAY_BACK:
            for fulfilment in placed["fulfilments"]:
                await self._lead(fulfilment, WAY)
            await self._give_back(placed["fulfilments"][0]["lines"][0]["line"]["id"])

    async def _lead(self, fulfilment: Mapping[str, Any], steps: Sequence[Fate]) -> None:
        """Take one fulfilment through the steps."""
        who, it = _assistant_of(fulfilment), {"fulfilmentId": fulfilment["id"]}
        lines = [(line["line"]["id"], line["quantity"]) for line in fulfilment["lines"]]
        mark = fulfilment["id"]
        picked = [{"lineId": line, "picked": quantity} for line, quantity in lines]
        await self._does(who, "fulfilmentPick", f"pick-{mark}", {**it, "lines": picked})
        if Fate.PACKED in steps:
            parcel = {"lines": [{"lineId": line, "quantity": many} for line, many in lines]}
            await self._does(who, "fulfilmentPack", f"pack-{mark}", {**it, "parcels": [parcel]})
        if Fate.SHIPPED in steps:
            given = {**it, "carrier": self.order.carrier}
            shipped = await self._does(who, "fulfilmentShip", f"ship-{mark}", given)
            if Fate.DELIVERED in steps:
                await self._deliver(who, shipped, mark)

    async def _deliver(self, who: User, shipped: Mapping[str, Any], mark: str) -> None:
        parcels = [
            parcel["id"]
            for fulfilment in shipped["fulfilments"]
            if fulfilment["id"] == mark
            for parcel in fulfilment["parcels"]
        ]
        for parcel in parcels:
            await self._does(who, "parcelDeliver", f"deliver-{parcel}", {"parcelId": parcel})

    async def _report_short(self, fulfilment: Mapping[str, Any]) -> None:
        """Find nothing at all: everything is sought elsewhere."""
        missing = [
            {"lineId": line["line"]["id"], "short": line["quantity"], "reason": "NOT_FOUND"}
            for line in fulfilment["lines"]
            if line["quantity"]
        ]
        if missing:
            step = f"short-{fulfilment['id']}"
            given = {"fulfilmentId": fulfilment["id"], "lines": missing}
            await self._does(_assistant_of(fulfilment), "fulfilmentPick", step, given)

    async def _give_back(self, line: str) -> None:
        """Give one unit back: by parcel, or in the shop of the customer's town."""
        fate, shop = self.order.fate, self.order.person.town.code
        lines = [{"lineId": line, "quantity": 1, "reason": "TOO_SMALL"}]
        if fate is Fate.RETURN_DECLARED:
            given = {"channel": "CUSTOMER_SERVICE", "lines": lines, "locationCode": "W1"}
            await self._sends(CONSOLE, "returnDeclare", "give-back", given)
            return
        who = user_of(Role.ASSISTANT, {"location": [shop]})
        given = {"channel": "STORE", "lines": lines, "locationCode": shop}
        declared = await self._sends(who, "returnDeclare", "give-back", given)
        if fate is not Fate.RETURN_RECEIVED:
            unit = {"returnLineId": declared["lines"][0]["id"], "quantity": 1}
            found = {"grade": "A"} if fate is Fate.REFUNDED else {"grade": "D", "reject": "WORN"}
            given = {"returnId": declared["id"], "units": [{**unit, **found}]}
            await self._sends(who, "returnInspect", "inspect", given)

    async def _sends(
        self, who: User, mutation: str, step: str, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Do one step of a return and give the return after it."""
        keyed = {"idempotencyKey": derived_identifier(*self.key, step), **given}
        payload = await self.graph.does(who, mutation, RETURN, keyed)
        request: Mapping[str, Any] = payload["returnRequest"]
        return request

    async def _does(
        self, who: User, mutation: str, step: str, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        """Do one step and give the order after it."""
        keyed = {"idempotencyKey": derived_identifier(*self.key, step), **given}
        payload = await self.graph.does(who, mutation, ORDER, keyed)
        order: Mapping[str, Any] = payload["order"]
        return order


def _assistant_of(fulfilment: Mapping[str, Any]) -> User:
    return user_of(Role.ASSISTANT, {"location": [fulfilment["locationCode"]]})
