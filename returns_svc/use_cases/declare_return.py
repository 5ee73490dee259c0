"""Declaring a return: the units are set aside in the order, or nothing is declared."""

from collections.abc import Sequence
from dataclasses import dataclass

from retail_kit.quantities import LARGEST
from retail_kit.roles import STAFF
from returns_svc.domain.crash_points import DECLARATION_SAVED
from returns_svc.domain.errands import Errand
from returns_svc.domain.policies.eligibility import Claim
from returns_svc.domain.policies.policy import Place, ReturnReason
from returns_svc.domain.requests.declaring import (
    Beginning,
    Rules,
    best_match,
    declared,
    unmatched,
)
from returns_svc.domain.requests.return_request import ReturnChannel
from returns_svc.domain.requests.returnable import ReturnableOrder
from returns_svc.domain.rights.visibility import (
    SEES_EVERYTHING,
    actor_of,
    may_declare_by,
    may_return_from,
    may_work_at,
)
from returns_svc.ports import CustomerBy, Declaration, OrderBy, Work
from returns_svc.use_cases.asking import answered, place_at
from returns_svc.use_cases.change_return import Command, cause_of, doing_of, keep, run_errands
from returns_svc.use_cases.settle_declaration import settle_declaration
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import forbidden, invalid, not_found
from service_kit.commands.idempotency import IdempotentRequest, Outcome
from service_kit.commands.naming import code_errors, refuse_any, text_errors
from service_kit.commands.once import once
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in


@dataclass(frozen=True, slots=True)
class BlindItem:
    """Units of a SKU that a customer brings without saying from which order."""

    sku: str
    quantity: int
    reason: ReturnReason
    customer: CustomerBy


@dataclass(frozen=True, slots=True)
class DeclareReturn(Command):
    """Lines of one order, or one blind item; where the goods are, or are to come to."""

    channel: ReturnChannel
    order: OrderBy | None = None
    claims: tuple[Claim, ...] = ()
    blind: BlindItem | None = None
    location_code: str | None = None


@dataclass(frozen=True, slots=True)
class _Prepared:
    """What others know of it: the order, if there is one, the categories, the place."""

    order: ReturnableOrder | None
    claims: tuple[Claim, ...]
    rules: Rules
    place: Place | None


async def declare_return(around: Surroundings, command: DeclareReturn) -> Outcome:
    """Declare a return; refused as soon as one of its lines cannot be given back."""
    known = await around.work.run(lambda work: _known(work, command.request))
    if isinstance(known, Outcome):
        return known
    if known is not None:
        return await answered(settle_declaration(around, known))
    prepared = await _prepared(around, command)
    outcome, declaration, errands = await _begin(around, command, prepared)
    if declaration is None:
        await run_errands(around, errands)
        return outcome
    around.reached(DECLARATION_SAVED)
    return await answered(settle_declaration(around, declaration))


async def _known(work: Work, request: IdempotentRequest) -> Outcome | Declaration | None:
    return await work.outcomes.find(request) or await work.declarations.of(request)


async def _prepared(
    around: Surroundings, command: DeclareReturn
) -> _Prepared | Refusal | RefusedAll:
    """Ask everybody; what they refuse is decided, and kept, with the command."""
    try:
        place = await _place(around, command)
        if command.blind is not None:
            return await _blind(around, command.blind, place)
        return await _of_order(around, command, place)
    except (Refusal, RefusedAll) as refused:
        if any(reason.retryable for reason in refusals_in(refused)):
            raise
        return refused


async def _place(around: Surroundings, command: DeclareReturn) -> Place | None:
    caller, code = command.caller, command.location_code
    path = ("input", "locationCode")
    if not may_declare_by(caller, command.channel):
        raise forbidden("Only the retailer declares returns there.", "input", "channel")
    if command.blind is not None and not caller.has_role(*STAFF, *SEES_EVERYTHING):
        raise forbidden("Only the retailer looks for orders.", "input", "blind")
    if code is None:
        if command.channel is ReturnChannel.STORE:
            raise invalid("Say in which shop the goods are.", *path)
        return None
    if command.channel is ReturnChannel.STORE and not may_work_at(caller, code):
        raise forbidden("You do not work at this location.", *path)
    return await place_at(around, code, *path)


async def _of_order(around: Surroundings, command: DeclareReturn, place: Place | None) -> _Prepared:
    by = command.order or OrderBy(line_id=command.claims[0].line_id if command.claims else "")
    order = await answered(around.orders.order(by))
    if order is None or not may_return_from(command.caller, order):
        raise not_found("order", "input", "lines")
    rules = await _rules(around, {line.sku for line in order.lines})
    return _Prepared(order, command.claims, rules, place)


async def _blind(around: Surroundings, blind: BlindItem, place: Place | None) -> _Prepared:
    refuse_any(code_errors(blind.sku, "input", "blind", "sku"))
    if not 1 <= blind.quantity <= LARGEST:
        raise invalid("At least one unit.", "input", "blind", "quantity")
    named = blind.customer.email or blind.customer.ref or ""
    refuse_any(text_errors(named, "input", "blind", "customer"))
    orders = await answered(around.orders.orders_of(blind.customer, blind.sku))
    rules = await _rules(around, {blind.sku})
    now = around.clock.now()
    match = best_match(orders, blind.sku, blind.quantity, blind.reason, rules, now)
    if match is None:
        return _Prepared(None, (), rules, place)
    order, claim = match
    return _Prepared(order, (claim,), rules, place)


async def _rules(around: Surroundings, skus: set[str]) -> Rules:
    policies = await around.work.run(lambda work: work.policies.all())
    return Rules(policies, await answered(around.inventory.categories(skus)))


async def _begin(
    around: Surroundings, command: DeclareReturn, prepared: _Prepared | Refusal | RefusedAll
) -> tuple[Outcome, Declaration | None, Sequence[Errand]]:
    """Keep the declaration; or the end of it, if there is nothing to ask of orders."""

    async def within(work: Work) -> tuple[Outcome, Declaration | None, Sequence[Errand]]:
        known = await _known(work, command.request)
        if isinstance(known, Declaration):
            return Outcome(), known, ()
        if isinstance(prepared, _Prepared) and prepared.order is not None and known is None:
            declaration = _declaration(around, command, prepared, prepared.order)
            if isinstance(declaration, Declaration):
                due_at = around.clock.now() + around.recovery_delay
                await work.declarations.begin(declaration, due_at)
                return Outcome(), declaration, ()
            refused: Refusal | RefusedAll | None = declaration
        else:
            refused = None if isinstance(prepared, _Prepared) else prepared
        nothing: Sequence[Errand] = ()

        async def do() -> tuple[Outcome, Sequence[Errand]]:
            if refused is not None or not isinstance(prepared, _Prepared):
                raise refused or invalid("Nothing to declare.", "input")
            return await _leave_unmatched(around, work, command, prepared)

        outcome, errands = await once(work.outcomes, command.request, do, nothing)
        return outcome, None, errands

    return await around.work.run(within)


def _declaration(
    around: Surroundings, command: DeclareReturn, prepared: _Prepared, order: ReturnableOrder
) -> Declaration | Refusal | RefusedAll:
    try:
        found = declared(_beginning(around, command), order, prepared.claims, prepared.rules)
    except (Refusal, RefusedAll) as refused:
        return refused
    in_store = command.channel is ReturnChannel.STORE
    place = prepared.place if in_store else None
    return Declaration(command.request, found, actor_of(command.caller), place)


async def _leave_unmatched(
    around: Surroundings, work: Work, command: DeclareReturn, prepared: _Prepared
) -> tuple[Outcome, Sequence[Errand]]:
    blind = command.blind
    if blind is None:
        raise invalid("Name lines of an order, or a blind item.", "input")
    change = unmatched(
        _beginning(around, command),
        blind.sku,
        blind.quantity,
        blind.reason,
        prepared.rules.categories.get(blind.sku),
        blind.customer.ref,
    )
    await keep(around, work, None, change, cause_of(around, command))
    return Outcome({"returnId": change.after.id}), change.errands


def _beginning(around: Surroundings, command: DeclareReturn) -> Beginning:
    return Beginning(
        around.identifiers(),
        command.channel,
        doing_of(cause_of(around, command)),
        around.patience,
        command.location_code,
    )
