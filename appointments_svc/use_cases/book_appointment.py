"""Booking a visit: slot and products in one commitment, both or none."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.appointments.appointment import Appointment, Product, Visitor
from appointments_svc.domain.appointments.booking import Wish, booking, confirmed
from appointments_svc.domain.appointments.change import Change
from appointments_svc.domain.crash_points import BOOKING_SAVED
from appointments_svc.domain.kinds.form import Answer, answer_problems, kept_answers
from appointments_svc.domain.lifecycles.appointment_state import AppointmentState
from appointments_svc.domain.rights.visibility import is_own, is_staff, may_book_for
from appointments_svc.ports import Booking, CustomerBy, Work
from appointments_svc.use_cases.asking import answered, site_at
from appointments_svc.use_cases.change_appointment import (
    AppointmentCommand,
    Command,
    cause_of,
    doing_of,
    keep,
    type_of,
    visible_appointment,
)
from appointments_svc.use_cases.hold_appointment import WantedSlot, slot_held
from appointments_svc.use_cases.settle_booking import settle_booking
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import expect, forbidden, invalid, not_found
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.naming import code_errors
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.entity_events import Cause

MOST_PRODUCTS: Final = 20
MOST_UNITS: Final = 10
_CUSTOMER: Final = ("input", "customer")


@dataclass(frozen=True, slots=True)
class WantedProduct:
    """Units of an item that are to lie ready."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class BookAppointment(Command):
    """A hold that is booked, or a slot; for whom, with which answers and products."""

    hold_id: str | None = None
    slot: WantedSlot | None = None
    customer: CustomerBy | None = None
    order_id: str | None = None
    answers: tuple[Answer, ...] = ()
    products: tuple[WantedProduct, ...] = ()
    expected_version: int | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What others know of it: the site of a new slot, and who comes."""

    site: Site | None
    customer: Visitor | None


async def book_appointment(around: Surroundings, command: BookAppointment) -> Outcome:
    """Book the visit; with products inventory has the last word."""
    known = await around.work.run(lambda work: _known(work, command.request))
    if isinstance(known, Outcome):
        return known
    if known is not None:
        return await answered(settle_booking(around, known))
    prepared = await _prepared(around, command)
    outcome, pending = await around.work.run(lambda work: _begin(around, work, command, prepared))
    if pending is None:
        return outcome
    around.reached(BOOKING_SAVED)
    return await answered(settle_booking(around, pending))


async def _known(work: Work, request: IdempotentRequest) -> Outcome | Booking | None:
    return await work.outcomes.find(request) or await work.bookings.of(request)


async def _prepared(
    around: Surroundings, command: BookAppointment
) -> _Prepared | Refusal | RefusedAll:
    """Ask everybody; what they refuse is decided, and kept, with the command."""
    try:
        _check_input(command)
        code = command.slot.location_code if command.slot else None
        site = await site_at(around, code, "input", "slot", "locationCode") if code else None
        customer = await _customer(around, command)
        await _check_order(around, command, customer)
        return _Prepared(site, customer)
    except (Refusal, RefusedAll) as refused:
        if any(reason.retryable for reason in refusals_in(refused)):
            raise
        return refused


def _check_input(command: BookAppointment) -> None:
    problems = list(_product_problems(command.products))
    if (command.hold_id is None) == (command.slot is None):
        problems.append(invalid("Name a hold or a slot.", "input", "slot"))
    elif command.hold_id is None and command.expected_version is not None:
        problems.append(invalid("A slot has no version.", "input", "expectedVersion"))
    if problems:
        raise RefusedAll(problems)


async def _customer(around: Surroundings, command: BookAppointment) -> Visitor | None:
    """Who comes: the one who is named, else the caller if they are a customer."""
    caller = command.caller
    if command.customer is not None:
        visitor = await answered(around.orders.visitor(command.customer))
        if visitor is None or not may_book_for(caller, visitor):
            raise not_found("customer", *_CUSTOMER)
        return visitor
    if is_staff(caller):
        return None
    for named in sorted(caller.granted("customer")):
        for by in (CustomerBy(ref=named), CustomerBy(id=named)):
            visitor = await answered(around.orders.visitor(by))
            if visitor is not None and is_own(caller, visitor):
                return visitor
    raise forbidden("Nobody knows which customer you are.", *_CUSTOMER)


async def _check_order(
    around: Surroundings, command: BookAppointment, customer: Visitor | None
) -> None:
    if command.order_id is None:
        return
    exists, owner = await answered(around.orders.customer_of_order(command.order_id))
    foreign = owner is None or customer is None or owner != customer.id
    if not exists or (foreign and not is_staff(command.caller)):
        raise not_found("order", "input", "orderId")


async def _begin(
    around: Surroundings,
    work: Work,
    command: BookAppointment,
    prepared: _Prepared | Refusal | RefusedAll,
) -> tuple[Outcome, Booking | None]:
    """Take the slot; without products that is all there is to a booking."""
    known = await _known(work, command.request)
    if isinstance(known, Outcome):
        return known, None
    if known is not None:
        return Outcome(), known
    cause = cause_of(around, command)
    try:
        before, change = await _decided(around, work, command, prepared, cause)
    except (Refusal, RefusedAll) as refused:
        outcome = Outcome(refusals=refusals_in(refused))
        await work.outcomes.record(command.request, outcome)
        return outcome, None
    await keep(around, work, before, change, cause)
    found = change.after
    if found.state is AppointmentState.BOOKING:
        was_held = before is not None
        pending = Booking(command.request, found.id, cause.actor, was_held=was_held)
        await work.bookings.begin(pending, cause.at + around.recovery_delay)
        return Outcome(), pending
    outcome = Outcome({"appointmentId": found.id})
    await work.outcomes.record(command.request, outcome)
    return outcome, None


async def _decided(
    around: Surroundings,
    work: Work,
    command: BookAppointment,
    prepared: _Prepared | Refusal | RefusedAll,
    cause: Cause,
) -> tuple[Appointment | None, Change]:
    """Give the appointment that is booked, as one commit; None before it if it is new."""
    if isinstance(prepared, Refusal | RefusedAll):
        raise prepared
    if command.slot is not None and prepared.site is not None:
        path = ("input", "slot")
        new = await slot_held(around, work, prepared.site, command, command.slot, *path)
        change = await _booked(work, command, prepared, new.after, cause)
        return None, Change(replace(change.after, version=1), change.errands)
    named = AppointmentCommand(command.request, command.caller, command.hold_id or "")
    found = await visible_appointment(work, named, "holdId")
    expect(command.expected_version, found.version)
    return found, await _booked(work, command, prepared, found, cause)


async def _booked(
    work: Work, command: BookAppointment, prepared: _Prepared, found: Appointment, cause: Cause
) -> Change:
    kind = await type_of(work, found.type_code)
    problems = [each.under("input") for each in answer_problems(kind.form, command.answers)]
    if problems:
        raise RefusedAll(problems)
    products = tuple(
        Product(f"p{index}", product.sku.strip(), product.quantity)
        for index, product in enumerate(command.products)
    )
    answers = kept_answers(command.answers)
    wish = Wish(prepared.customer, command.order_id, answers, products)
    doing = doing_of(cause)
    return booking(found, wish, doing) if products else confirmed(found, wish, kind, doing)


def _product_problems(products: Sequence[WantedProduct]) -> Iterator[Refusal]:
    if len(products) > MOST_PRODUCTS:
        yield invalid(f"At most {MOST_PRODUCTS} products.", "input", "products")
    seen = set[str]()
    for index, product in enumerate(products):
        path = ("input", "products", str(index))
        yield from code_errors(product.sku, *path, "sku")
        if product.sku.strip() in seen:
            yield invalid("The product stands in an earlier line.", *path, "sku")
        seen.add(product.sku.strip())
        if not 1 <= product.quantity <= MOST_UNITS:
            yield invalid(f"Between 1 and {MOST_UNITS} units.", *path, "quantity")
