"""From Relay's arguments to a page of this service's lists."""

from order_svc.ports import Page
from service_kit.graphql.connections import Cursor, PageArguments
from service_kit.graphql.errors import INVALID_CURSOR, CodedError


def page_of(arguments: PageArguments, length: int) -> Page:
    """One row more than is shown, after or before a place of `length` texts."""
    return Page(
        limit=arguments.fetch,
        after=_place(arguments.after, length),
        before=_place(arguments.before, length),
        backward=arguments.backward,
    )


def _place(cursor: Cursor | None, length: int) -> tuple[str, ...] | None:
    if cursor is None:
        return None
    texts = tuple(value for value in cursor.values if isinstance(value, str))
    if len(texts) != length or len(cursor.values) != length:
        raise CodedError(INVALID_CURSOR, "This cursor does not belong to this list.")
    return texts
