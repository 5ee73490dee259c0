"""From Relay's arguments to a page of this service's lists."""

from strawberry.types.nodes import SelectedField, Selection

from order_svc.api.context import Info
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


def asks_for(info: Info, field: str) -> bool:
    """Whether the caller has selected a field of what this resolver gives."""
    return any(_selects(selection, field) for selection in info.selected_fields)


def _selects(selected: Selection, field: str) -> bool:
    return any(
        part.name == field if isinstance(part, SelectedField) else _selects(part, field)
        for part in selected.selections
    )
