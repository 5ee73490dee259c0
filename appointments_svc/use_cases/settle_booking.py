"""The second half of a booking: inventory keeps the products, then the visit is confirmed."""

from appointments_svc.domain.appointments.appointment import Appointment
from appointments_svc.domain.appointments.booking import kept, not_kept
from appointments_svc.domain.crash_points import BOOKING_SETTLED, STOCK_ANSWERED
from appointments_svc.domain.refusals import from_inventory
from appointments_svc.ports import Booking, InventoryUnavailable, Kept, Work
from appointments_svc.use_cases.change_appointment import doing_of, keep, type_of
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.entity_events import Cause


async def recover_booking(around: Surroundings, appointment_id: str) -> None:
    """End a booking that nobody has ended; raises InventoryUnavailable to be tried again."""
    booking = await around.work.run(lambda work: work.bookings.get(appointment_id))
    if booking is not None:
        await settle_booking(around, booking)


async def settle_booking(around: Surroundings, booking: Booking) -> Outcome:
    """Ask inventory, as often as it takes, with the same key, and write the answer down once."""
    found = await around.work.run(lambda work: work.appointments.get(booking.appointment_id))
    answer = await _asked(around, booking, found) if found else ()
    around.reached(STOCK_ANSWERED)
    outcome = await around.work.run(lambda work: _ended(around, work, booking, answer))
    around.reached(BOOKING_SETTLED)
    return outcome


async def _asked(
    around: Surroundings, booking: Booking, found: Appointment
) -> Kept | tuple[Refusal, ...]:
    key = f"{found.id}.{booking.request.identifier}"
    try:
        return await around.inventory.keep(key, found.location_code, found.products)
    except (Refusal, RefusedAll) as refused:
        reasons = refusals_in(refused)
        if any(reason.retryable for reason in reasons):
            raise InventoryUnavailable(str(refused)) from refused
        return tuple(from_inventory(reason) for reason in reasons)


async def _ended(
    around: Surroundings, work: Work, booking: Booking, answer: Kept | tuple[Refusal, ...]
) -> Outcome:
    """End it unless somebody else has; the outcome is theirs then."""
    request = booking.request
    current = await work.bookings.of(request)
    found = await work.appointments.get(booking.appointment_id)
    if current is None or found is None:
        return await work.outcomes.find(request) or Outcome()
    await work.bookings.end(current)
    cause = Cause(current.actor, request.mutation, around.clock.now())
    doing = doing_of(cause)
    if isinstance(answer, Kept):
        kind = await type_of(work, found.type_code)
        change = kept(found, answer.reservation_id, answer.until, kind, doing)
        outcome = Outcome({"appointmentId": found.id})
    else:
        change = not_kept(found, doing, was_held=current.was_held)
        outcome = Outcome(refusals=answer)
    await keep(around, work, found, change, cause)
    await work.outcomes.record(request, outcome)
    return outcome
