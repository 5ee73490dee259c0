"""Placing an order: it is saved as PLACING, then stock and money are set aside, then it is open."""

from dataclasses import dataclass, replace
from datetime import datetime

from order_svc.domain.crash_points import PLACEMENT_SAVED
from order_svc.domain.customers.customer import Customer, customer_id_of
from order_svc.domain.customers.personal import Destination
from order_svc.domain.history.events import event_of_customer
from order_svc.domain.orders.named_reservations import named_by
from order_svc.domain.orders.placement import (
    AskedLine,
    AskedPayment,
    KnownPrices,
    Placement,
    begin,
)
from order_svc.domain.payments.payment import PaymentMethod
from order_svc.domain.refusals import price_not_allowed, ref_taken
from order_svc.domain.rights.visibility import (
    actor_of,
    may_order_for,
    may_set_prices,
    may_take_cash,
)
from order_svc.ports import InventoryUnavailable, PaymentUnavailable, PlacementClaim, Work
from order_svc.use_cases.change_order import Command, cause_of
from order_svc.use_cases.settle_placement import OpenPlacement, settle_placement
from order_svc.use_cases.surroundings import Surroundings
from retail_kit.roles import Role
from service_kit.commands.denials import forbidden, unavailable
from service_kit.commands.idempotency import Outcome, in_progress, key_reused
from service_kit.commands.naming import code_errors, ref_errors, refuse_any
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.runtime.identifiers import derived_identifier

_SHORT_REF = 10


@dataclass(frozen=True, slots=True)
class PlaceOrder(Command):
    """What to order, for whom, on which channel, and where it goes; and what is kept of it."""

    channel: str
    lines: tuple[AskedLine, ...]
    destination: Destination
    ref: str | None = None
    customer_ref: str | None = None
    payments: tuple[AskedPayment, ...] = ()
    accept_until: datetime | None = None
    reservations: tuple[str, ...] = ()


async def place_order(around: Surroundings, command: PlaceOrder) -> Outcome:
    """Place an order once: with all its stock and money set aside, or none and the reasons.

    While its first copy is under way, or somebody does not answer, the command is IN_PROGRESS.
    """
    try:
        prices = await _prices(around, command)
    except InventoryUnavailable:
        return Outcome(refusals=(unavailable("Inventory does not tell what the pieces cost."),))
    order_id = around.identifiers()
    begun = await _begin(around, command, order_id, prices)
    if isinstance(begun, Outcome):
        return begun
    around.reached(PLACEMENT_SAVED)
    try:
        outcome = await settle_placement(around, begun, command.destination)
    except (InventoryUnavailable, PaymentUnavailable):
        return Outcome(refusals=(in_progress(),))
    return outcome or await _ended_by_another(around, command)


async def _prices(around: Surroundings, command: PlaceOrder) -> KnownPrices:
    """Look up what the lines without a price cost: by their piece, and by their SKU."""
    unpriced = [line for line in command.lines if line.unit_price is None]
    serials = {line.serial for line in unpriced if line.serial is not None}
    return KnownPrices(
        await around.pricing.prices_of(command.channel, {line.sku for line in unpriced}),
        await around.inventory.prices_of_pieces(serials) if serials else {},
    )


async def _begin(
    around: Surroundings, command: PlaceOrder, order_id: str, prices: KnownPrices
) -> OpenPlacement | Outcome:
    """Save the order as PLACING with its recovery, or give what is known of an earlier copy."""

    async def within(work: Work) -> OpenPlacement | Outcome:
        known = await work.outcomes.find(command.request)
        if known is not None:
            return known
        claim = await work.orders.claim_of(command.request)
        if claim is not None:
            same = claim.request.fingerprint == command.request.fingerprint
            return Outcome(refusals=(in_progress() if same else key_reused(),))
        try:
            return await _save(around, work, command, order_id, prices)
        except (Refusal, RefusedAll) as refused:
            outcome = Outcome(refusals=refusals_in(refused))
            await work.outcomes.record(command.request, outcome)
            return outcome

    return await around.work.run(within)


async def _ended_by_another(around: Surroundings, command: PlaceOrder) -> Outcome:
    """What whoever ended the placement has answered."""
    known = await around.work.run(lambda work: work.outcomes.find(command.request))
    return known or Outcome(refusals=(in_progress(),))


async def _save(
    around: Surroundings,
    work: Work,
    command: PlaceOrder,
    order_id: str,
    prices: KnownPrices,
) -> OpenPlacement:
    _check_rights(command)
    customer = await _customer(work, command)
    placement = Placement(
        order_id=order_id,
        ref=_ref_of(command.ref, order_id),
        channel=command.channel,
        lines=command.lines,
        customer_id=customer.id if customer else None,
        customer_ref=customer.ref if customer else None,
        payments=command.payments,
        tender_rule=around.tender_rule,
        accept_until=command.accept_until,
    )
    now = around.clock.now()
    order = begin(placement, prices, now)
    if command.ref is not None and await work.orders.ref_exists(order.ref):
        raise ref_taken(order.ref)
    if customer is not None and customer.version == 0:
        await _introduce(around, work, command, customer)
    claim = PlacementClaim(
        command.request,
        order_id,
        actor_of(command.caller),
        reservations=named_by(command.caller, command.reservations),
    )
    await work.orders.begin(order, claim, command.destination)
    await work.schedule_recovery(order_id, now + around.recovery_delay)
    return OpenPlacement(order, claim)


def _check_rights(command: PlaceOrder) -> None:
    refuse_any(code_errors(command.channel, "input", "channel"))
    if not may_set_prices(command.caller):
        priced = [
            price_not_allowed("input", "lines", str(index), field)
            for index, line in enumerate(command.lines)
            for field, given in (
                ("unitPrice", line.unit_price is not None),
                ("discounts", bool(line.discounts)),
            )
            if given
        ]
        if priced:
            raise RefusedAll(priced)
    for index, payment in enumerate(command.payments):
        if payment.method is PaymentMethod.CASH and not may_take_cash(command.caller):
            path = ("input", "payments", str(index), "method")
            raise forbidden("Only the retailer takes cash.", *path)


async def _customer(work: Work, command: PlaceOrder) -> Customer | None:
    """The customer who orders: the one named, or the caller; version 0 if not seen before."""
    ref = command.customer_ref
    mine = command.caller.granted("customer") if command.caller.has_role(Role.CUSTOMER) else set()
    if ref is None and len(mine) == 1:
        (ref,) = mine
    customer_id = None if ref is None else customer_id_of(ref)
    if not may_order_for(command.caller, command.channel, customer_id, ref):
        raise forbidden("You may not order for this customer here.", "input", "customerRef")
    if ref is None or customer_id is None:
        return None
    refuse_any(ref_errors(ref, "input", "customerRef"))
    found = await work.customers.get_many({customer_id, ref})
    return found.get(customer_id) or found.get(ref) or Customer(customer_id, ref)


async def _introduce(
    around: Surroundings, work: Work, command: PlaceOrder, customer: Customer
) -> None:
    """Keep a customer of whom only the reference is known; the customer feed tells the rest."""
    known = replace(customer, version=1)
    await work.customers.save([known])
    await work.publish(
        [event_of_customer(known, cause_of(around, command), personal_changed=False)]
    )


def _ref_of(given: str | None, order_id: str) -> str:
    """The reference given, or a short one that people can spell."""
    if given is not None:
        refuse_any(ref_errors(given, "input", "ref"))
        return given
    return f"T-{derived_identifier(order_id)[:_SHORT_REF].upper()}"
