"""Places in lists that are ordered by a moment and then by a name, as cursors."""

from datetime import datetime

from service_kit.graphql.connections import Cursor
from service_kit.graphql.errors import INVALID_CURSOR, CodedError
from service_kit.messaging.envelope import text_of


def timed_cursor(kind: str, at: datetime, name: str) -> Cursor:
    """Give the cursor of a row."""
    return Cursor(kind, (text_of(at), name))


def timed_place(cursor: Cursor) -> tuple[datetime, str]:
    """Read the moment and the name of a row; raise INVALID_CURSOR."""
    try:
        at, name = map(str, cursor.values)
        return datetime.fromisoformat(at), name
    except ValueError:
        raise CodedError(INVALID_CURSOR, "This cursor does not belong to this list.") from None
