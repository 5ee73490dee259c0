"""The end: the whole story on the screen of customer service, by one question."""

from collections.abc import Iterable
from typing import Final

from devstack.tour.acts.opening import Setting
from devstack.tour.acts.returning import Brought
from devstack.tour.acts.shop_floor import DESK
from devstack.tour.acts.shopping import Purchase
from devstack.tour.acts.wording import money
from devstack.tour.graph import Json
from devstack.tour.narrator import Fact
from devstack.tour.stage import Stage

WHOLE_STORY: Final = """
query WholeStory($order: ID!) {
  order(by: {id: $order}) {
    ref status
    customer { givenName }
    lines { item { title } }
    fulfilments { state location { name } }
    payments { captured { amount currency } refunded { amount currency } }
    returns { nodes { rma state receivedAt { name } } }
    appointments { nodes { ref state location { name } products { item { title } } } }
    timeline(first: 50) { nodes { happening actor } }
  }
}
"""


async def close_the_story(
    stage: Stage, setting: Setting, purchase: Purchase, brought: Brought, visit: str
) -> None:
    """Ask for everything at once."""
    stage.act(
        "The whole story on one screen",
        "One question, answered by all services together: this is what the graph is for.",
    )
    answer = await stage.does(
        DESK,
        "opens the order.",
        WHOLE_STORY,
        {"order": purchase.order_id},
        _story,
    )
    order = answer["order"]
    happenings = [one["happening"] for one in order["timeline"]["nodes"]]
    wanted = ("ORDER_PLACED", "GOODS_SHORT", "PARCEL_SHIPPED", "PARCEL_DELIVERED")
    stage.claims(
        "every step is there, with who did it",
        happenings,
        holds=set(wanted) <= set(happenings) and "REFUND_SUCCEEDED" in happenings,
    )
    (returned,) = order["returns"]["nodes"]
    stage.claims(
        f"and the return, which {setting.far.name} received",
        returned,
        holds=returned["rma"] == brought.rma and returned["receivedAt"]["name"] == setting.far.name,
    )
    visits = [one["ref"] for one in order["appointments"]["nodes"]]
    stage.claims("and the visit that is to come", visits, holds=visits == [visit])


def _story(answer: Json) -> Iterable[Fact]:
    order = answer["order"]
    yield "order", f"{order['ref']} of {order['customer']['givenName']}, {order['status'].lower()}"
    yield "article", ", ".join(line["item"]["title"] for line in order["lines"])
    for one in order["fulfilments"]:
        yield one["location"]["name"], one["state"].lower().replace("_", " ")
    for payment in order["payments"]:
        yield "card", f"{money(payment['captured'])} taken, {money(payment['refunded'])} given back"
    for one in order["returns"]["nodes"]:
        yield f"return {one['rma']}", f"{one['state'].lower()} in {one['receivedAt']['name']}"
    for one in order["appointments"]["nodes"]:
        what = ", ".join(product["item"]["title"] for product in one["products"])
        yield f"visit {one['ref']}", f"{one['state'].lower()} in {one['location']['name']}: {what}"
    steps = [one["happening"].lower().replace("_", " ") for one in order["timeline"]["nodes"]]
    yield "what happened", ", ".join(steps)
