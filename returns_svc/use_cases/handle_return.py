"""Everything that happens to a return on its way, and its end."""

from dataclasses import dataclass

from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.requests import handling
from returns_svc.domain.requests.change import Change, Doing
from returns_svc.domain.requests.inspecting import Finding, inspected
from returns_svc.domain.requests.return_request import NO_SHIPMENT, Return, Shipment
from returns_svc.domain.rights.visibility import may_cancel, may_find, may_handle, may_work_at
from returns_svc.ports import Work
from returns_svc.use_cases.asking import place_at
from returns_svc.use_cases.change_return import ReturnCommand, change_return
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import forbidden
from service_kit.commands.idempotency import Outcome
from service_kit.commands.naming import refuse_any, text_errors


@dataclass(frozen=True, slots=True)
class TrackReturn(ReturnCommand):
    """A scan of the carrier: the parcel was dropped, or is in transit."""

    state: ReturnState = ReturnState.DROPPED
    shipment: Shipment = NO_SHIPMENT


@dataclass(frozen=True, slots=True)
class ReceiveReturn(ReturnCommand):
    """Where the goods have arrived."""

    location_code: str = ""


@dataclass(frozen=True, slots=True)
class InspectReturn(ReturnCommand):
    """What somebody has found."""

    findings: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class SendBack(ReturnCommand):
    """Who carries rejected goods back."""

    shipment: Shipment = NO_SHIPMENT


async def track_return(around: Surroundings, command: TrackReturn) -> Outcome:
    """Note a scan; one that comes late changes nothing."""

    async def decide(_: Work, found: Return, doing: Doing) -> Change | None:
        _require_handler(command, found)
        _check(command.shipment)
        return handling.tracked(found, command.state, command.shipment, doing)

    return await change_return(around, command, decide)


async def receive_return(around: Surroundings, command: ReceiveReturn) -> Outcome:
    """Take the goods in, wherever they were expected."""
    path = ("input", "locationCode")
    if not may_work_at(command.caller, command.location_code):
        raise forbidden("You do not work at this location.", *path)
    known = await around.work.run(lambda work: work.outcomes.find(command.request))
    if known is not None:
        return known
    place = await place_at(around, command.location_code, *path)

    async def decide(_: Work, found: Return, doing: Doing) -> Change | None:
        return handling.received(found, place, doing)

    return await change_return(around, command, decide, may_find)


async def inspect_return(around: Surroundings, command: InspectReturn) -> Outcome:
    """Grade units, and take them back or not."""

    async def decide(work: Work, found: Return, doing: Doing) -> Change | None:
        _require_handler(command, found)
        policies = {policy.code: policy for policy in await work.policies.all()}
        return inspected(found, command.findings, policies, doing)

    return await change_return(around, command, decide)


async def send_back(around: Surroundings, command: SendBack) -> Outcome:
    """Rejected goods go back to the customer."""

    async def decide(_: Work, found: Return, doing: Doing) -> Change | None:
        _require_handler(command, found)
        _check(command.shipment)
        return handling.sent_back(found, command.shipment, doing)

    return await change_return(around, command, decide)


async def abandon_return(around: Surroundings, command: ReturnCommand) -> Outcome:
    """The customer does not want rejected goods back."""

    async def decide(_: Work, found: Return, doing: Doing) -> Change | None:
        return handling.abandoned(found, doing)

    return await change_return(around, command, decide)


async def cancel_return(around: Surroundings, command: ReturnCommand) -> Outcome:
    """The customer keeps the goods."""

    async def decide(_: Work, found: Return, doing: Doing) -> Change | None:
        if not may_cancel(command.caller, found):
            raise forbidden("You may not cancel this return.", "input", "returnId")
        return handling.cancelled(found, doing)

    return await change_return(around, command, decide)


async def close_return(around: Surroundings, command: ReturnCommand) -> Outcome:
    """Nothing is left to do."""

    async def decide(_: Work, found: Return, doing: Doing) -> Change | None:
        _require_handler(command, found)
        return handling.closed(found, doing)

    return await change_return(around, command, decide)


def _require_handler(command: ReturnCommand, found: Return) -> None:
    if not may_handle(command.caller, found):
        raise forbidden("The goods are not where you work.", "input", "returnId")


def _check(shipment: Shipment) -> None:
    if shipment.carrier is not None:
        refuse_any(text_errors(shipment.carrier, "input", "carrier"))
    if shipment.tracking_number is not None:
        refuse_any(text_errors(shipment.tracking_number, "input", "trackingNumber"))
