"""Doing what is due: holds that end, visits nobody came to, reminders, messages, products."""

from datetime import datetime

from appointments_svc.domain.appointments import visiting
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.appointments.booking import lapsed
from appointments_svc.domain.crash_points import PRODUCTS_RELEASED
from appointments_svc.domain.errands import Topic
from appointments_svc.domain.kinds.appointment_type import AppointmentType
from appointments_svc.domain.words.letters import letter
from appointments_svc.ports import Work
from appointments_svc.use_cases.change_appointment import change_by_itself
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.outbound.messages import Message, TextMessage


async def end_hold(around: Surroundings, appointment_id: str) -> None:
    """Free a slot that was held and not booked."""
    await change_by_itself(around, appointment_id, "holdEnd", lapsed)


async def look_who_came(around: Surroundings, appointment_id: str, start: datetime) -> None:
    """Note that nobody came to the visit that began then."""
    await change_by_itself(
        around, appointment_id, "noShow", lambda found, doing: visiting.missed(found, start, doing)
    )


async def end_visit(around: Surroundings, appointment_id: str) -> None:
    """End a visit that began and that nobody has ended."""
    await change_by_itself(around, appointment_id, "visitEnd", visiting.unended)


async def remind(around: Surroundings, appointment_id: str, start: datetime) -> None:
    """Remind of the visit that begins then."""
    await change_by_itself(
        around,
        appointment_id,
        "reminder",
        lambda found, doing: visiting.reminded(found, start, doing),
    )


async def release_products(around: Surroundings, key: str, reservation_id: str) -> None:
    """Give the products back; raises InventoryUnavailable or a refusal to be tried again."""
    await around.inventory.release(key, reservation_id)
    around.reached(PRODUCTS_RELEASED)


async def send_message(around: Surroundings, key: str, appointment_id: str, topic: Topic) -> None:
    """Tell the customer by e-mail, else in a text message, if they can be reached."""
    found, kind = await around.work.run(lambda work: _read(work, appointment_id))
    if found is None or kind is None or found.customer is None:
        return
    contact = await around.orders.contact(found.customer.id)
    if contact is None or not (contact.email or contact.phone):
        return
    site = (await around.inventory.sites([found.location_code])).get(found.location_code)
    if site is None:
        return
    subject, text = letter(found, kind, site, topic, contact.language, contact.given_name)
    if contact.email:
        await around.messages.send(Message(key, contact.email, subject, text))
    elif contact.phone and around.texts is not None:
        await around.texts.send(TextMessage(key, contact.phone, f"{subject} - {site.name}"))


async def _read(
    work: Work, appointment_id: str
) -> tuple[Appointment | None, AppointmentType | None]:
    found = await work.appointments.get(appointment_id)
    if found is None:
        return None, None
    return found, (await work.types.get_many([found.type_code])).get(found.type_code)
