"""A channel that may sell half of everything, and what was drawn of that."""

from typing import Any, Final

from pymongo import AsyncMongoClient

from bench.inventory.goods import LOCATIONS, feed, sku_of, total_of
from bench.inventory.stage import DATABASE, Graph, Stage
from bench.load import WrongAnswer
from inventory_svc.domain.stock.availability.share_draw import ShareDraw, ShareKey, Shipped
from inventory_svc.mongo.collections import SHARE_DRAWS
from inventory_svc.mongo.stock_documents import draw_to_document
from retail_kit.roles import Role
from service_kit.runtime.clock import Clock

SHARED: Final = "bench-half"
DRAWN: Final = 20
"""Units of each SKU that were shipped under the share, each from a location of its own."""
_RULE = "half"
_PUBLISH = """
mutation Publish($input: StockRulesPublishInput!) {
  stockRulesPublish(input: $input) { userErrors { code message path } }
}
"""


def left_of(sku: int) -> int:
    """Give how many units of a SKU the channel can still sell."""
    return (total_of(sku) + DRAWN) // 2 - DRAWN


async def open_share(graph: Graph) -> None:
    """Make the channel, and publish its rule."""
    channel = {"code": SHARED, "name": "Half", "currency": "EUR", "country": "FR"}
    await feed(graph, "channelsImport", [channel], SHARED)
    half = {"code": _RULE, "scope": {"channel": SHARED}, "effect": {"share": {"percent": 50}}}
    given = {"input": {"idempotencyKey": _RULE, "note": "Half of all.", "save": [half]}}
    payload = (await graph.answer(Role.OPERATOR, _PUBLISH, given))["stockRulesPublish"]
    if payload["userErrors"]:
        raise WrongAnswer(str(payload)[:1000])


async def draw(stage: Stage, skus: int, clock: Clock) -> None:
    """Write straight into MongoDB what was drawn of so many SKUs, after all of it was counted."""
    shipped = tuple(Shipped(code, clock.now(), 1) for code in LOCATIONS[:DRAWN])
    draws = [ShareDraw(ShareKey(_RULE, sku_of(number)), shipped=shipped) for number in range(skus)]
    client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(stage.mongodb)
    try:
        written = client[DATABASE][SHARE_DRAWS.name]
        await written.delete_many({})
        await written.insert_many(map(draw_to_document, draws))
    finally:
        await client.close()
