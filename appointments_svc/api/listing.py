"""Pages of appointments, never more than the caller may see."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, TypeVar

from appointments_svc.api.context import Info
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.ports import AppointmentFilter, Page
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

_APPOINTMENTS: Final = "appointments"
_MOST: Final = TOTAL_COUNT_CAP + 1


async def appointment_page(
    info: Info,
    wanted: AppointmentFilter,
    node_of: Callable[[Appointment], NodeT],
    *,
    first: int | None,
    after: str | None,
    soonest_first: bool = False,
) -> Connection[NodeT]:
    """A page of appointments by their start, the latest first unless said."""
    arguments = PageArguments.of(_APPOINTMENTS, first, after)
    reader, visibility = info.context.reader, info.context.visibility
    page = Page(arguments.fetch, _place(arguments.after), soonest_first)
    rows = await reader.list_appointments(visibility, wanted, page)
    total = None
    if asks_for(info, "totalCount"):
        total = await reader.count_appointments(visibility, wanted, _MOST)
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda found: Cursor(_APPOINTMENTS, (found.visit.start.isoformat(), found.id)),
        node_of=node_of,
        total_count=total,
    )


def _place(cursor: Cursor | None) -> tuple[datetime, str] | None:
    match cursor:
        case None:
            return None
        case Cursor(values=(str() as start, str() as identifier)):
            try:
                return datetime.fromisoformat(start), identifier
            except ValueError:
                pass
    raise CodedError(INVALID_CURSOR, "This cursor does not belong to this list.")
