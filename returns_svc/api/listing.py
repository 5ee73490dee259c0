"""Pages of returns, never more than the caller may see."""

from collections.abc import Callable
from typing import Final, TypeVar

from returns_svc.api.context import Info
from returns_svc.domain.requests.return_request import Return
from returns_svc.ports import Page, ReturnFilter
from service_kit.graphql.connections import (
    TOTAL_COUNT_CAP,
    Connection,
    Cursor,
    PageArguments,
    connection_of,
)
from service_kit.graphql.errors import INVALID_CURSOR, CodedError
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
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda found: Cursor(_RETURNS, (found.id,)),
        node_of=node_of,
        total_count=total,
    )


def _place(cursor: Cursor | None) -> str | None:
    match cursor:
        case None:
            return None
        case Cursor(values=(str() as place,)):
            return place
    raise CodedError(INVALID_CURSOR, "This cursor does not belong to this list.")
