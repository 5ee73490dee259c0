"""Pages of orders, fulfilments and timelines, never more than the caller may see."""

from collections.abc import Callable
from typing import Final, TypeVar

from order_svc.api.context import Info
from order_svc.api.parts import TimelineEntry
from order_svc.domain.fulfilments.fulfilment import Fulfilment
from order_svc.domain.orders.order import Order
from order_svc.ports import FulfilmentFilter, OrderFilter, Page
from service_kit.graphql.connections import (
    TOTAL_COUNT_CAP,
    Connection,
    Cursor,
    PageArguments,
    connection_of,
)
from service_kit.graphql.selections import asks_for

NodeT = TypeVar("NodeT")

_ORDERS: Final = "orders"
_FULFILMENTS: Final = "fulfilments"
_TIMELINE: Final = "timeline"
_MOST: Final = TOTAL_COUNT_CAP + 1


async def order_page(
    info: Info,
    wanted: OrderFilter,
    node_of: Callable[[Order], NodeT],
    *,
    first: int | None,
    after: str | None,
) -> Connection[NodeT]:
    """A page of orders, the newest first."""
    arguments = PageArguments.of(_ORDERS, first, after)
    reader, visibility = info.context.reader, info.context.visibility
    rows = await reader.list_orders(visibility, wanted, _page(arguments))
    total = None
    if asks_for(info, "totalCount"):
        total = await reader.count_orders(visibility, wanted, _MOST)
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda order: Cursor(_ORDERS, (order.id,)),
        node_of=node_of,
        total_count=total,
    )


async def fulfilment_page(
    info: Info,
    wanted: FulfilmentFilter,
    node_of: Callable[[Fulfilment, Order], NodeT],
    *,
    first: int | None,
    after: str | None,
) -> Connection[NodeT]:
    """A page of fulfilments, the oldest first."""
    arguments = PageArguments.of(_FULFILMENTS, first, after)
    reader, visibility = info.context.reader, info.context.visibility
    place = None if arguments.after is None else arguments.after.moment_and_name
    rows = await reader.list_fulfilments(visibility, wanted, Page(arguments.fetch, place))
    total = None
    if asks_for(info, "totalCount"):
        total = await reader.count_fulfilments(visibility, wanted, _MOST)
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda row: Cursor.timed(_FULFILMENTS, row[0].created_at, row[0].id),
        node_of=lambda row: node_of(*row),
        total_count=total,
    )


async def timeline_page(
    info: Info, order_id: str, *, first: int | None, after: str | None
) -> Connection[TimelineEntry]:
    """A page of a timeline, the oldest first."""
    arguments = PageArguments.of(_TIMELINE, first, after)
    rows = await info.context.reader.timeline(order_id, _page(arguments))
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda entry: Cursor(_TIMELINE, (entry.id,)),
        node_of=TimelineEntry.of,
    )


def _page(arguments: PageArguments) -> Page[str]:
    return Page(arguments.fetch, None if arguments.after is None else arguments.after.text)
