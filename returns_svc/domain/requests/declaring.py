"""How a return begins: declared against an order, or blindly when nobody finds the order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from returns_svc.domain.errands import Errand, IssueLabel, OrderUnits, SendMessage, Topic
from returns_svc.domain.lifecycles.return_state import ReturnState
from returns_svc.domain.policies.eligibility import Claim, refusal_of, units_in_period
from returns_svc.domain.policies.policy import (
    Goods,
    Place,
    ReturnPolicy,
    ReturnReason,
    policy_for,
)
from returns_svc.domain.requests.change import Change, Doing, changed, next_version
from returns_svc.domain.requests.line import Basis, ReturnLine
from returns_svc.domain.requests.return_request import JourneyStep, Return, ReturnChannel
from returns_svc.domain.requests.returnable import ReturnableLine, ReturnableOrder
from service_kit.commands.denials import invalid, not_found
from service_kit.commands.refusal import Refusal, RefusedAll

MOST_LINES: Final = 100
_RMA_LENGTH: Final = 8


@dataclass(frozen=True, slots=True)
class Beginning:
    """Which return begins, by whom and when, where, and by when the goods should have come."""

    return_id: str
    channel: ReturnChannel
    doing: Doing
    patience: timedelta
    expected_at: str | None = None


@dataclass(frozen=True, slots=True)
class Rules:
    """The policies, and the categories of the SKUs in question."""

    policies: Sequence[ReturnPolicy]
    categories: Mapping[str, str | None]

    def goods(self, sku: str, order: ReturnableOrder) -> Goods:
        """What the policies need to know of a line of an order."""
        sold = order.sold_in
        return Goods(sku, self.categories.get(sku), sold.channel, sold.country)

    def policy(self, goods: Goods) -> ReturnPolicy:
        """The policy that holds for the goods."""
        return policy_for(self.policies, goods)


def declared(
    beginning: Beginning, order: ReturnableOrder, claims: Sequence[Claim], rules: Rules
) -> Return:
    """Give the return as declared, of version 0, or refuse all that cannot be given back."""
    _check(claims)
    refusals, lines = list[Refusal](), list[ReturnLine]()
    for index, claim in enumerate(claims):
        path = ("input", "lines", str(index))
        found = order.line(claim.line_id)
        if found is None:
            raise not_found("line in this order", *path, "lineId")
        goods = rules.goods(found.sku, order)
        policy = rules.policy(goods)
        now = beginning.doing.at
        refusal = refusal_of(policy, goods, claim, found.delivered, now, *path)
        if refusal is not None:
            refusals.append(refusal)
        lines.append(_line(f"{beginning.return_id}.l{index + 1}", claim, found, goods, policy))
    if refusals:
        raise RefusedAll(refusals)
    return replace(
        _begun(beginning, ReturnState.DECLARED, tuple(lines)),
        order=order.sold_in,
        customer_id=order.customer_id,
        customer_ref=order.customer_ref,
    )


def unmatched(
    beginning: Beginning,
    sku: str,
    quantity: int,
    reason: ReturnReason,
    category: str | None,
    customer_ref: str | None,
) -> Change:
    """Begin a return of which nobody finds the order: somebody has to look into it."""
    line = ReturnLine(f"{beginning.return_id}.l1", sku, quantity, reason, category)
    begun = replace(_begun(beginning, ReturnState.UNMATCHED, (line,)), customer_ref=customer_ref)
    return changed(begun, begun, beginning.doing)


def best_match(
    orders: Sequence[ReturnableOrder],
    sku: str,
    quantity: int,
    reason: ReturnReason,
    rules: Rules,
    now: datetime,
) -> tuple[ReturnableOrder, Claim] | None:
    """Give the newest order with so many units of the SKU that can still be given back."""
    for order in orders:
        goods = rules.goods(sku, order)
        policy = rules.policy(goods)
        for line in order.lines:
            claim = Claim(line.line_id, quantity, reason)
            fits = line.sku == sku and quantity <= units_in_period(
                policy, reason, line.delivered, now
            )
            if fits and refusal_of(policy, goods, claim, line.delivered, now) is None:
                return order, claim
    return None


def approved(found: Return, place: Place | None, doing: Doing) -> Change:
    """The units are set aside; with a place the goods are there already, as in a shop."""
    after = found.stepped(ReturnState.APPROVED, doing.at, doing.actor)
    version = next_version(found)
    if place is None:
        label = IssueLabel(f"{found.id}.{version}.label", found.id)
        return changed(found, after, doing, label)
    after = replace(after, place=place)
    after = after.stepped(ReturnState.RECEIVED, doing.at, doing.actor, place.code)
    return changed(found, after, doing, told(found, Topic.RECEIVED))


def labelled(found: Return, label: str, doing: Doing) -> Change | None:
    """The label is there; nothing changes once the parcel is on its way without it."""
    if found.label is not None:
        return None
    after = replace(found, label=label)
    if found.state is ReturnState.APPROVED:
        after = after.stepped(ReturnState.LABEL_ISSUED, doing.at, doing.actor)
    return changed(found, after, doing, told(found, Topic.LABEL))


def units_of(found: Return) -> tuple[OrderUnits, ...]:
    """The units of order lines that the return has had set aside."""
    return tuple(
        OrderUnits(line.order_line_id, line.quantity) for line in found.lines if line.order_line_id
    )


def told(found: Return, topic: Topic) -> Errand:
    """The customer is to hear of it."""
    return SendMessage(f"{found.id}.{next_version(found)}.{topic.lower()}", found.id, topic)


def _check(claims: Sequence[Claim]) -> None:
    if not 1 <= len(claims) <= MOST_LINES:
        raise invalid(f"Name between 1 and {MOST_LINES} lines.", "input", "lines")
    if len({claim.line_id for claim in claims}) < len(claims):
        raise invalid("Name each line once.", "input", "lines")
    for index, claim in enumerate(claims):
        if claim.quantity < 1:
            raise invalid("At least one unit.", "input", "lines", str(index), "quantity")


def _line(
    line_id: str, claim: Claim, found: ReturnableLine, goods: Goods, policy: ReturnPolicy
) -> ReturnLine:
    return ReturnLine(
        id=line_id,
        sku=found.sku,
        quantity=claim.quantity,
        reason=claim.reason,
        category=goods.category,
        order_line_id=found.line_id,
        basis=Basis(found.paid, found.paid_units, before=found.declared + found.returned),
        policy=policy.code,
        terms=policy.grades_for(claim.reason),
    )


def _begun(beginning: Beginning, state: ReturnState, lines: tuple[ReturnLine, ...]) -> Return:
    doing = beginning.doing
    return Return(
        id=beginning.return_id,
        rma=f"R-{beginning.return_id[-_RMA_LENGTH:].upper()}",
        channel=beginning.channel,
        state=state,
        lines=lines,
        declared_at=doing.at,
        expires_at=doing.at + beginning.patience,
        journey=(JourneyStep(state, doing.at, doing.actor, beginning.expected_at),),
        expected_at=beginning.expected_at,
    )
