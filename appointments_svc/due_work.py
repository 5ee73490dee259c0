"""Which due work this service does: what ends by itself, no-shows, reminders, errands."""

from collections.abc import Mapping
from datetime import datetime

from appointments_svc.domain.errands import (
    BOOKING,
    HOLD_END,
    MESSAGE,
    NO_SHOW,
    RELEASE,
    REMINDER,
    VISIT_END,
    Topic,
)
from appointments_svc.use_cases import run_errand
from appointments_svc.use_cases.settle_booking import recover_booking
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.messaging.due_work import DueItem
from service_kit.messaging.due_worker import Handler


def handlers(around: Surroundings) -> Mapping[str, Handler]:
    """The handler of each kind of due work; each may be called again for the same item."""

    async def recover(item: DueItem) -> None:
        await recover_booking(around, _appointment_id(item))

    async def end_hold(item: DueItem) -> None:
        await run_errand.end_hold(around, _appointment_id(item))

    async def look(item: DueItem) -> None:
        await run_errand.look_who_came(around, _appointment_id(item), _start(item))

    async def end_visit(item: DueItem) -> None:
        await run_errand.end_visit(around, _appointment_id(item))

    async def remind(item: DueItem) -> None:
        await run_errand.remind(around, _appointment_id(item), _start(item))

    async def release(item: DueItem) -> None:
        reservation_id = str(item.payload["reservationId"])
        await run_errand.release_products(around, item.identifier, reservation_id)

    async def message(item: DueItem) -> None:
        topic = Topic(str(item.payload["topic"]))
        await run_errand.send_message(around, item.identifier, _appointment_id(item), topic)

    return {
        BOOKING: recover,
        HOLD_END: end_hold,
        NO_SHOW: look,
        REMINDER: remind,
        VISIT_END: end_visit,
        RELEASE: release,
        MESSAGE: message,
    }


def _appointment_id(item: DueItem) -> str:
    return str(item.payload["appointmentId"])


def _start(item: DueItem) -> datetime:
    return datetime.fromisoformat(str(item.payload["start"]))
