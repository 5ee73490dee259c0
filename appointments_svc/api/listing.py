"""Pages of appointments, never more than the caller may see."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Final, TypeVar

from appointments_svc.api.context import Info
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.rights.visibility import is_listed
from appointments_svc.ports import AppointmentFilter, Page
from service_kit.graphql.connections import (
    TOTAL_COUNT_CAP,
    Connection,
    Cursor,
    PageArguments,
    connection_of,
)
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
    return _connection(rows, arguments, node_of, total)


async def appointments_of_order(
    info: Info,
    order_id: str,
    node_of: Callable[[Appointment], NodeT],
    *,
    first: int | None,
    after: str | None,
) -> Connection[NodeT]:
    """A page of an order's visits, which are few: those of all orders are read at once."""
    arguments = PageArguments.of(_APPOINTMENTS, first, after)
    place = _place(arguments.after)
    found = await info.context.loaders.of_orders.load(order_id)
    seen = [one for one in found or () if is_listed(info.context.visibility, one)]
    rows = [one for one in seen if place is None or (one.visit.start, one.id) < place]
    total = len(seen) if asks_for(info, "totalCount") else None
    return _connection(rows[: arguments.fetch], arguments, node_of, total)


def _connection(
    rows: Sequence[Appointment],
    arguments: PageArguments,
    node_of: Callable[[Appointment], NodeT],
    total: int | None,
) -> Connection[NodeT]:
    return connection_of(
        rows,
        arguments,
        cursor_of=lambda found: Cursor.timed(_APPOINTMENTS, found.visit.start, found.id),
        node_of=node_of,
        total_count=total,
    )


def _place(cursor: Cursor | None) -> tuple[datetime, str] | None:
    return None if cursor is None else cursor.moment_and_name
