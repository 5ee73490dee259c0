"""Pages of returns, never more than the caller may see."""

from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from returns_svc.api.context import Info
from returns_svc.domain.requests.return_request import Return
from returns_svc.domain.rights.visibility import may_see
from returns_svc.ports import Page, ReturnFilter
from service_kit.graphql.connections import (
    TOTAL_COUNT_CAP,
    Connection,
    Cursor,
    PageArguments,
    connection_of,
)
from service_kit.graphql.selections import asks_for

NodeT = TypeVar("NodeT")

_RETURNS: Final = "returns"
_MOST: Final = TOTAL_COUNT_CAP + 1


async def return_page(
    info: Info,
    wanted: ReturnFilter,
    node_of: Callable[[Return], NodeT],
    *,
    first: int | None,
    after: str | None,
) -> Connection[NodeT]:
    """A page of returns, the newest first."""
    arguments = PageArguments.of(_RETURNS, first, after)
    reader, visibility = info.context.reader, info.context.visibility
    page = Page(arguments.fetch, _place(arguments.after))
    rows = await reader.list_returns(visibility, wanted, page)
    total = None
    if asks_for(info, "totalCount"):
        total = await reader.count_returns(visibility, wanted, _MOST)
    return _connection(rows, arguments, node_of, total)


async def returns_of_order(
    info: Info,
    order_id: str,
    node_of: Callable[[Return], NodeT],
    *,
    first: int | None,
    after: str | None,
) -> Connection[NodeT]:
    """A page of an order's returns, which are few: those of all orders are read at once."""
    arguments = PageArguments.of(_RETURNS, first, after)
    place = _place(arguments.after)
    found = await info.context.loaders.of_orders.load(order_id)
    seen = [one for one in reversed(found or ()) if may_see(info.context.caller, one)]
    rows = [one for one in seen if place is None or one.id < place]
    total = len(seen) if asks_for(info, "totalCount") else None
    return _connection(rows[: arguments.fetch], arguments, node_of, total)


def _connection(
    rows: Sequence[Return],
    arguments: PageArguments,
    node_of: Callable[[Return], NodeT],
    total: int | None,
) -> Connection[NodeT]:
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda found: Cursor(_RETURNS, (found.id,)),
        node_of=node_of,
        total_count=total,
    )


def _place(cursor: Cursor | None) -> str | None:
    return None if cursor is None else cursor.text
