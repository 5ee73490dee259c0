"""What shoppers ask of the stock; every answer is checked against what was fed."""

from collections.abc import Callable, Mapping
from random import Random

from bench.inventory.goods import CHANNEL, LOCATIONS, sku_of, total_of
from bench.inventory.share import SHARED, left_of
from bench.inventory.stage import Graph
from bench.load import Send, WrongAnswer
from retail_kit.roles import Role

SKUS_OF_A_PAGE = 24

_TOTALS = """
query Totals($skus: [String!]!, $channel: String!) {
  availability(skus: $skus, channels: [$channel]) { sku quantity }
}
"""
_ROWS = """
query Rows($skus: [String!]!) {
  availability(skus: $skus, channels: ["bench"]) {
    sku quantity locations { location { code } quantity }
  }
}
"""


class Shopper:
    """Asks of SKUs drawn at random from the first so many.

    There may be up to `more` units of each than were fed.
    """

    def __init__(self, graph: Graph, skus: int, random: Random, more: int = 0) -> None:
        self._graph = graph
        self._more = more
        self._totals = {sku_of(number): total_of(number) for number in range(skus)}
        self._halves = {sku_of(number): left_of(number) for number in range(skus)}
        self._names = list(self._totals)
        self._random = random

    def summary(self) -> Send:
        """One SKU summarised over all its locations."""
        return self._asking(1, CHANNEL, self._totals)

    def page(self) -> Send:
        """A page of SKUs as totals."""
        return self._asking(self._on_a_page, CHANNEL, self._totals)

    def shared_page(self) -> Send:
        """The same page for the channel that may sell half of everything."""
        return self._asking(self._on_a_page, SHARED, self._halves)

    def rows(self) -> Send:
        """One SKU with a row for each location."""

        async def send() -> None:
            sku = self._random.choice(self._names)
            found = await self._graph.answer(Role.VISITOR, _ROWS, {"skus": [sku]})
            (row,) = found["availability"]
            units = sum(each["quantity"] for each in row["locations"])
            if len(row["locations"]) != len(LOCATIONS) or units != self._totals[sku]:
                raise WrongAnswer(str(found)[:1000])

        return send

    @property
    def _on_a_page(self) -> int:
        return min(SKUS_OF_A_PAGE, len(self._names))

    def _asking(self, skus: int, channel: str, units_of: Mapping[str, int]) -> Send:
        async def send() -> None:
            asked = self._random.sample(self._names, skus)
            found = await totals(self._graph, asked, channel)
            more = {sku: units - units_of[sku] for sku, units in found.items()}
            if list(more) != asked or not all(0 <= each <= self._more for each in more.values()):
                raise WrongAnswer(str(found)[:1000])

        return send


async def totals(graph: Graph, skus: list[str], channel: str = CHANNEL) -> dict[str, int]:
    """Ask how many units of each SKU a channel can sell."""
    found = await graph.answer(Role.VISITOR, _TOTALS, {"skus": skus, "channel": channel})
    return {row["sku"]: row["quantity"] for row in found["availability"]}


QUESTIONS: tuple[tuple[str, Callable[[Shopper], Send]], ...] = (
    (f"one SKU, {len(LOCATIONS)} locations summed", Shopper.summary),
    (f"{SKUS_OF_A_PAGE} SKUs as totals", Shopper.page),
    (f"{SKUS_OF_A_PAGE} SKUs as totals, under a share", Shopper.shared_page),
    (f"one SKU, {len(LOCATIONS)} rows", Shopper.rows),
)
