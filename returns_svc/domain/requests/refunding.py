"""The money of a decision: fixed before it is asked for, noted when it has gone."""

from collections.abc import Mapping
from dataclasses import replace

from retail_kit.money import Money
from returns_svc.domain.errands import Topic
from returns_svc.domain.requests.change import Change, Doing, changed
from returns_svc.domain.requests.declaring import told
from returns_svc.domain.requests.return_request import Refund, RefundState, Return


def fixed(found: Return, refund: Refund, left: Mapping[str, Money], doing: Doing) -> Change:
    """Ask for no more than is left of each order line, and write down what is asked.

    With nothing left to give, the refund has succeeded with what was given before.
    """
    lines = tuple(
        replace(line, amount=min(line.amount, left.get(line.order_line_id, line.amount * 0)))
        for line in refund.lines
    )
    given = tuple(line for line in lines if line.amount)
    state = RefundState.SUBMITTED if given else RefundState.SUCCEEDED
    after = found.with_refund(replace(refund, lines=given or lines, state=state))
    return changed(found, after, doing)


def answered(found: Return, refund: Refund, state: RefundState, doing: Doing) -> Change:
    """Note that the money has gone, or will not."""
    after = found.with_refund(replace(refund, state=state))
    if state is RefundState.SUCCEEDED:
        return changed(found, after, doing, told(found, Topic.REFUNDED))
    return changed(found, after, doing)
