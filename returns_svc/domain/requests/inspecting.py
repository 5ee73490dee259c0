"""The inspection: each unit is graded, and taken back or not; goods and money follow from it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from returns_svc.domain.errands import (
    Errand,
    GiveBack,
    OrderStep,
    OrderUnits,
    Restock,
    RestockLine,
    TellOrders,
    Topic,
)
from returns_svc.domain.lifecycles.actions import Action
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies.policy import (
    LEGAL,
    Disposition,
    Grade,
    Place,
    ReturnPolicy,
    disposition_of,
)
from returns_svc.domain.refusals import quantity_exceeded
from returns_svc.domain.requests.change import Change, Doing, changed, next_version, require
from returns_svc.domain.requests.declaring import told
from returns_svc.domain.requests.line import Inspection, RejectReason, ReturnLine
from returns_svc.domain.requests.return_request import (
    Refund,
    RefundLine,
    RefundState,
    Return,
)
from service_kit.commands.denials import invalid, not_found


@dataclass(frozen=True, slots=True)
class Finding:
    """Units of a line that somebody has looked at; with a reason they are not taken back."""

    line_id: str
    quantity: int
    grade: Grade
    rejected_for: RejectReason | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    """A finding with the line as it was before it, and what it came to."""

    line: ReturnLine
    inspection: Inspection


def inspected(
    found: Return, findings: Sequence[Finding], policies: Mapping[str, ReturnPolicy], doing: Doing
) -> Change:
    """Grade units; once all are graded, the return is accepted, partly or not at all."""
    require(Action.RETURN_INSPECT, found)
    if not findings:
        raise invalid("Name at least one unit.", "input", "units")
    after, results = found, list[_Found]()
    for index, finding in enumerate(findings):
        line = _checked(after, finding, "input", "units", str(index))
        inspection = _inspection(found, line, finding, policies)
        results.append(_Found(line, inspection))
        after = after.with_line(replace(line, inspections=(*line.inspections, inspection)))
    state = _state_of(after.lines)
    if state is not after.state:
        place = found.place.code if found.place else None
        after = after.stepped(state, doing.at, doing.actor, place)
    refund = _refund(found, results)
    if refund is not None:
        after = after.with_refund(refund)
    return changed(found, after, doing, *_errands(found, after, refund, results))


def _checked(found: Return, finding: Finding, *path: str) -> ReturnLine:
    line = found.line(finding.line_id)
    if line is None:
        raise not_found("line in this return", *path, "returnLineId")
    if finding.quantity < 1:
        raise invalid("At least one unit.", *path, "quantity")
    left = line.quantity - line.inspected
    if finding.quantity > left:
        raise quantity_exceeded(line.id, finding.quantity, left, *path, "quantity")
    return line


def _inspection(
    found: Return, line: ReturnLine, finding: Finding, policies: Mapping[str, ReturnPolicy]
) -> Inspection:
    if finding.rejected_for is not None:
        return Inspection(
            finding.quantity, finding.grade, accepted=False, reason=finding.rejected_for
        )
    terms = line.terms_for(finding.grade)
    policy = policies.get(line.policy or "", LEGAL)
    place = found.place or Place("", "")
    disposition, target = disposition_of(policy, found.goods(line), place, terms)
    if disposition is Disposition.RESTOCK and terms.condition is None:
        disposition, target = Disposition.DESTROY, None
    return Inspection(
        finding.quantity,
        finding.grade,
        accepted=True,
        amount=line.proposal(finding.quantity, finding.grade),
        disposition=disposition,
        condition=terms.condition,
        target_location=target,
    )


def _state_of(lines: Sequence[ReturnLine]) -> ReturnState:
    if any(line.inspected < line.quantity for line in lines):
        return ReturnState.INSPECTING
    if not any(line.rejected for line in lines):
        return ReturnState.ACCEPTED
    accepted = any(line.accepted for line in lines)
    return ReturnState.PARTIALLY_ACCEPTED if accepted else ReturnState.REJECTED


def _refund(found: Return, results: Sequence[_Found]) -> Refund | None:
    """Give one refund for all that was accepted now; None if there is nothing to give."""
    lines: dict[str, RefundLine] = {}
    for result in results:
        line, amount = result.line, result.inspection.amount
        if amount and line.order_line_id is not None:
            known = lines.get(line.id) or RefundLine(line.id, line.order_line_id, 0, amount * 0)
            quantity = known.quantity + result.inspection.quantity
            lines[line.id] = replace(known, quantity=quantity, amount=known.amount + amount)
    if not lines or found.order is None:
        return None
    state = RefundState.PROPOSED if found.order.paid_here else RefundState.ELSEWHERE
    return Refund(f"{found.id}.r{next_version(found)}", tuple(lines.values()), state)


def _errands(
    found: Return, after: Return, refund: Refund | None, results: Sequence[_Found]
) -> Iterator[Errand]:
    begin = f"{found.id}.{next_version(found)}"
    if found.order is not None:
        kept, back = _units(results, accepted=False), _units(results, accepted=True)
        for step, lines in ((OrderStep.WITHDRAW, kept), (OrderStep.COMPLETE, back)):
            if lines:
                yield TellOrders(f"{begin}.{step.lower()}", found.id, found.order.id, step, lines)
    restocked = tuple(_restocked(results))
    if restocked:
        yield Restock(f"{begin}.restock", found.id, restocked)
    if refund is not None and refund.state is RefundState.PROPOSED:
        yield GiveBack(f"{begin}.refund", found.id, refund.id)
    if after.state is not ReturnState.INSPECTING:
        yield told(found, Topic.INSPECTED)


def _units(results: Sequence[_Found], *, accepted: bool) -> tuple[OrderUnits, ...]:
    quantities: dict[str, int] = {}
    for result in results:
        line_id = result.line.order_line_id
        if line_id is not None and result.inspection.accepted is accepted:
            quantities[line_id] = quantities.get(line_id, 0) + result.inspection.quantity
    return tuple(OrderUnits(line_id, quantity) for line_id, quantity in quantities.items())


def _restocked(results: Sequence[_Found]) -> Iterator[RestockLine]:
    for result in results:
        found = result.inspection
        sold_again = found.disposition is Disposition.RESTOCK
        if sold_again and found.condition and found.target_location:
            yield RestockLine(
                result.line.id,
                result.line.sku,
                found.target_location,
                found.condition,
                found.quantity,
            )
