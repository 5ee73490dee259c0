"""Appointments as far as the caller may see them."""

from appointments_svc.api.context import Info
from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.rights.visibility import may_see


async def visible_appointment(info: Info, appointment_id: str) -> Appointment | None:
    """The appointment, if it exists and the caller may see it."""
    found = await info.context.loaders.appointments.load(appointment_id)
    return found if found is not None and may_see(info.context.caller, found) else None
