"""Doing what a saved change asks of the world; safe to repeat, by key."""

from returns_svc.domain.crash_points import (
    LABEL_KEPT,
    ORDERS_TOLD,
    REFUND_ASKED,
    REFUND_FIXED,
    STOCK_MOVED,
)
from returns_svc.domain.errands import Restock, TellOrders, Topic
from returns_svc.domain.requests import handling
from returns_svc.domain.requests.change import Change, Doing
from returns_svc.domain.requests.declaring import labelled
from returns_svc.domain.requests.refunding import answered, fixed
from returns_svc.domain.requests.return_request import (
    REFUND_ENDED,
    Refund,
    RefundState,
    Return,
)
from returns_svc.domain.words.label import label_document
from returns_svc.domain.words.letters import letter
from returns_svc.ports import OrderBy, OrdersUnavailable
from returns_svc.use_cases.change_return import change_by_itself
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.outbound.messages import Message
from service_kit.outbound.objects import LONGEST_LIFETIME, StoredObject


async def tell_orders(around: Surroundings, errand: TellOrders) -> None:
    """Orders hear of units; raises OrdersUnavailable or a refusal to be tried again."""
    await around.orders.tell(errand)
    around.reached(ORDERS_TOLD)


async def restock(around: Surroundings, errand: Restock) -> None:
    """Units can be sold again; raises InventoryUnavailable or a refusal to be tried again."""
    await around.inventory.restock(errand)
    around.reached(STOCK_MOVED)


async def give_back(around: Surroundings, return_id: str, refund_id: str) -> None:
    """Have orders move the money; raises OrdersUnavailable as long as it is under way."""
    found = await around.work.run(lambda work: work.returns.get(return_id))
    refund = found.refund(refund_id) if found else None
    if found is not None and refund is not None and refund.state is RefundState.PROPOSED:
        found = await _fix(around, found, refund)
        refund = found.refund(refund_id) if found else None
    around.reached(REFUND_FIXED)
    if found is None or found.order is None or refund is None or refund.state in REFUND_ENDED:
        return
    state = await _moved(around, found.order.id, refund)
    around.reached(REFUND_ASKED)

    def note(now: Return, doing: Doing) -> Change | None:
        asked = now.refund(refund_id)
        if asked is None or asked.state in REFUND_ENDED:
            return None
        return answered(now, asked, state, doing)

    await change_by_itself(around, return_id, "refund", note)


async def _fix(around: Surroundings, found: Return, refund: Refund) -> Return | None:
    """Write down how much is asked for: no more than orders say is left of each line.

    Raises OrdersUnavailable as long as nobody knows, since a charge is not answered yet.
    """
    order = await around.orders.order(OrderBy(id=found.order.id if found.order else ""))
    lines = order.lines if order else ()
    concerned = {line.order_line_id for line in refund.lines}
    if any(line.is_settling for line in lines if line.line_id in concerned):
        raise OrdersUnavailable(f"The refund {refund.id} waits for a charge.")
    left = {line.line_id: line.refundable for line in lines if line.refundable is not None}

    def fix(now: Return, doing: Doing) -> Change | None:
        current = now.refund(refund.id)
        if current is None or current.state is not RefundState.PROPOSED:
            return None
        return fixed(now, current, left, doing)

    return await change_by_itself(around, found.id, "refund", fix)


async def _moved(around: Surroundings, order_id: str, refund: Refund) -> RefundState:
    try:
        state = await around.orders.refund(order_id, refund)
    except (Refusal, RefusedAll) as refused:
        if any(reason.retryable for reason in refusals_in(refused)):
            raise OrdersUnavailable(str(refused)) from refused
        return RefundState.FAILED
    if state not in REFUND_ENDED:
        raise OrdersUnavailable(f"The refund {refund.id} is under way.")
    return state


async def issue_label(around: Surroundings, return_id: str) -> None:
    """Make the label, keep it, and say where it is."""
    found = await around.work.run(lambda work: work.returns.get(return_id))
    if found is None or found.label is not None:
        return
    key = f"labels/{found.id}.html"
    await around.objects.put(key, StoredObject(label_document(found), "text/html; charset=utf-8"))
    around.reached(LABEL_KEPT)
    await change_by_itself(around, return_id, "label", lambda now, doing: labelled(now, key, doing))


async def send_message(around: Surroundings, key: str, return_id: str, topic: Topic) -> None:
    """Tell the customer, if they can be reached."""
    found = await around.work.run(lambda work: work.returns.get(return_id))
    if found is None or found.customer_id is None:
        return
    contact = await around.orders.contact(found.customer_id)
    if contact is None or contact.email is None:
        return
    link = None
    if topic is Topic.LABEL and found.label:
        link = await around.objects.url(found.label, LONGEST_LIFETIME)
    subject, text = letter(found, topic, contact.language, contact.given_name, link)
    await around.messages.send(Message(key, contact.email, subject, text))


async def expire_return(around: Surroundings, return_id: str) -> None:
    """Stop waiting for goods that have not come."""
    await change_by_itself(around, return_id, "expiry", handling.expired)
