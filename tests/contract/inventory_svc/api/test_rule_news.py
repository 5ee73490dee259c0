"""Whoever listens to an item hears when rules change what can be sold of it, once and in time."""

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple

import orjson
import pytest

from inventory_svc.mongo.rule_news import EVENT, MongoRuleNews
from inventory_svc.use_cases.rules.tell_changeover import ITEMS_OF_A_PAGE, tell_changeover
from retail_kit.roles import Role
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.envelope import text_of
from service_kit.messaging.outbox import OUTBOX, Outbox
from service_kit.storage.database import Database, connect
from tests.contract.inventory_svc.api.conftest import Subgraph

CHANNELS = ("shops", "web")
NUMBERS = """
query ($skus: [String!]!, $channels: [String!]!) {
  availability(skus: $skus, channels: $channels) { sku channel quantity }
}"""


class Told(NamedTuple):
    """One event: an item, the channels it is about, and the version of the rules."""

    sku: str
    channels: tuple[str, ...]
    version: int
    seq: int


@dataclass(frozen=True, slots=True)
class News:
    """A process whose rules change, and the log that it writes."""

    shop: Subgraph
    database: Database

    async def publishes(self, *rules: dict[str, Any], **more: Any) -> int:
        """Publish rules that must not be refused, and give the version."""
        return await self._publish("stockRulesPublish", {"save": rules, **more})

    async def undoes_to(self, version: int) -> int:
        """Bring the rules of a version back, and give the new one."""
        return await self._publish("stockRulesUndo", {"version": version})

    async def counts(self, **units: int) -> None:
        """Count items at each of two locations."""
        lines = [
            {"sku": sku, "locationCode": at, "quantity": quantity}
            for sku, quantity in units.items()
            for at in ("W1", "S1")
        ]
        await self.shop.mutate("stockImport", "feedId", {"mode": "DELTA", "lines": lines})

    async def later(self, **passed: float) -> list[Told]:
        """Let time pass, do the work that is due, and give what was told until then."""
        self.shop.clock.advance(timedelta(**passed))
        while await self.shop.parts.machinery.due_worker.run_due_once():
            pass
        return await self.told()

    async def told(self) -> list[Told]:
        """Give what was told so far, in its order."""
        rows = await self.database.collection(OUTBOX.name).find({}, sort=(("order", 1),))
        events = [orjson.loads(text) for row in rows for text in row["events"]]
        return [_told(event) for event in events if event["type"] == EVENT]

    async def numbers(self, *skus: str) -> dict[tuple[str, str], int]:
        """Give what can be sold, by item and channel."""
        variables = {"skus": skus, "channels": CHANNELS}
        answer = await self.shop.ask_as(Role.VISITOR, NUMBERS, variables)
        rows = answer["data"]["availability"]
        return {(row["sku"], row["channel"]): row["quantity"] for row in rows}

    async def _publish(self, mutation: str, input_: dict[str, Any]) -> int:
        selection = "ruleSet { version } userErrors { code path message }"
        payload = await self.shop.mutate(mutation, selection, input_)
        assert payload["userErrors"] == []
        return int(payload["ruleSet"]["version"])


def _told(event: dict[str, Any]) -> Told:
    section = event["data"]["availabilityChanged"]
    version = section["payload"]["rulesVersion"]
    keys = section["keys"]
    return Told(keys["skus"], tuple(keys["channel"]), version, event["seq"])


def protects(code: str, units: int, **scope: Any) -> dict[str, Any]:
    dates: dict[str, Any] = {
        name: scope.pop(name) for name in ("validFrom", "validUntil") if name in scope
    }
    return {"code": code, "effect": {"protectUnits": units}, "scope": scope, **dates}


@pytest.fixture
async def news(shop: Subgraph, mongodb_url: str, database_name: str) -> AsyncIterator[News]:
    """That process, with five shirts in the warehouse and in a shop, and no hats."""
    database = connect(mongodb_url, database_name)
    news = News(shop, database)
    await news.counts(shirt=5)
    yield news
    await database.close()


async def test_a_publication_tells_of_the_items_whose_number_it_changes_and_of_no_others(
    news: News,
) -> None:
    await news.publishes(protects("keep", 2, locationType="STORE", channel="shops"))
    assert await news.later(milliseconds=900) == []
    assert await news.later(milliseconds=100) == [Told("shirt", ("shops",), 1, 1)]

    await news.undoes_to(0)
    assert (await news.later(seconds=1))[1:] == [Told("shirt", ("shops",), 2, 2)]


async def test_a_rule_about_slow_stock_tells_of_the_items_that_sell_too_fast(news: News) -> None:
    await news.counts(hat=5)
    sale = {"sku": "shirt", "locationCode": "S1", "quantity": -1, "reason": "SALE"}
    await news.shop.mutate("stockAdjust", "position { onHand }", sale)
    slow = {"code": "slow", "effect": {"exposedFromWeeks": 17}, "scope": {"channel": "shops"}}

    await news.publishes(slow)

    assert await news.later(seconds=1) == [Told("shirt", ("shops",), 1, 1)]


async def test_a_rule_tells_when_it_begins_and_when_it_ends(news: News) -> None:
    now = news.shop.clock.now()
    dates = {
        "validFrom": text_of(now + timedelta(hours=1)),
        "validUntil": text_of(now + timedelta(hours=2)),
    }
    await news.publishes(protects("lunch", 1, sku="shirt", locationCode="W1", **dates))
    assert await news.later(minutes=59) == []

    begun = await news.later(minutes=2)
    await news.publishes(protects("other", 1, sku="hat"))
    assert await news.later(minutes=50) == begun == [Told("shirt", ("web",), 1, 1)]
    assert (await news.later(minutes=15))[1:] == [Told("shirt", ("web",), 2, 2)]


async def test_what_was_planned_and_set_aside_is_not_told(news: News) -> None:
    planned = text_of(news.shop.clock.now() + timedelta(hours=1))
    await news.publishes(protects("keep", 2, sku="shirt"), effectiveFrom=planned)
    await news.undoes_to(0)

    assert await news.later(hours=2) == []


async def test_all_pages_are_told_once_however_many_tell_them_at_once(news: News) -> None:
    skus = [f"sku-{at:02}" for at in range(2 * ITEMS_OF_A_PAGE + 1)]
    lines = [{"sku": sku, "title": sku} for sku in skus]
    await news.shop.mutate("itemsImport", "results { status }", {"lines": lines})
    await news.counts(**dict.fromkeys(skus, 3))
    await news.publishes(protects("keep", 1, locationType="STORE"))
    sources, at = news.shop.parts.inventory.sources, news.shop.clock.now()
    outbox = Outbox(news.database, "inventory_svc", 4)
    due_work = DueWork(news.database, news.shop.clock)
    another = MongoRuleNews(news.database, outbox, due_work, news.shop.clock)

    news.shop.clock.advance(timedelta(seconds=1))
    await asyncio.gather(
        news.later(), *(tell_changeover(at, None, another, sources) for _ in range(3))
    )

    assert sorted(told.sku for told in await news.later()) == ["shirt", *skus]
    assert {told.seq for told in await news.told()} == {1}


@pytest.mark.parametrize("seed", range(4))
async def test_whatever_is_published_exactly_the_items_with_another_number_are_told(
    news: News, seed: int
) -> None:
    chance = random.Random(seed)  # noqa: S311  # a plan that can be had again
    await news.counts(hat=4)
    for _ in range(8):
        before, known = await news.numbers("hat", "shirt"), len(await news.told())
        named = {
            "sku": chance.choice(["hat", "shirt", None]),
            "locationCode": chance.choice(["W1", "S1", "S2", None]),
            "channel": chance.choice([*CHANNELS, None]),
        }
        scope = {name: value for name, value in named.items() if value is not None}
        name = "-".join(["rule", *scope.values()])
        version = await news.publishes(protects(name, chance.randrange(7), **scope))

        told = (await news.later(seconds=1))[known:]

        after = await news.numbers("hat", "shirt")
        assert {(each.sku, channel) for each in told for channel in each.channels} == {
            key for key in before if before[key] != after[key]
        }
        assert {each.version for each in told} <= {version}
