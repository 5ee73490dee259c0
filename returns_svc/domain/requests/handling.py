"""The steps of a return between its declaration and its end, but for the inspection."""

from dataclasses import replace

from returns_svc.domain.errands import OrderStep, TellOrders, Topic
from returns_svc.domain.lifecycles.actions import Action
from returns_svc.domain.lifecycles.return_state import STEPS, ReturnState
from returns_svc.domain.policies.policy import Place
from returns_svc.domain.requests.change import Change, Doing, changed, next_version, require
from returns_svc.domain.requests.declaring import told, units_of
from returns_svc.domain.requests.return_request import Return, Shipment


def tracked(found: Return, state: ReturnState, shipment: Shipment, doing: Doing) -> Change | None:
    """A scan of the carrier; one that tells of an earlier step than is known changes nothing."""
    require(Action.RETURN_TRACK, found)
    if state not in STEPS[found.state]:
        return None
    after = replace(found, shipment=shipment).stepped(state, doing.at, doing.actor)
    return changed(found, after, doing)


def received(found: Return, place: Place, doing: Doing) -> Change:
    """The goods are at the place, whichever they were expected at."""
    require(Action.RETURN_RECEIVE, found)
    after = replace(found, place=place)
    after = after.stepped(ReturnState.RECEIVED, doing.at, doing.actor, place.code)
    return changed(found, after, doing, told(found, Topic.RECEIVED))


def cancelled(found: Return, doing: Doing) -> Change:
    """The customer keeps the goods, which were still with them."""
    require(Action.RETURN_CANCEL, found)
    return _kept(found, ReturnState.CANCELLED, doing)


def expired(found: Return, doing: Doing) -> Change | None:
    """The goods have not come in time; nothing changes if they are on their way."""
    if ReturnState.EXPIRED not in STEPS[found.state]:
        return None
    return _kept(found, ReturnState.EXPIRED, doing)


def sent_back(found: Return, shipment: Shipment, doing: Doing) -> Change:
    """Rejected goods go back to the customer."""
    require(Action.RETURN_SEND_BACK, found)
    after = replace(found, sent_back=shipment)
    return changed(found, after.stepped(ReturnState.SENT_BACK, doing.at, doing.actor), doing)


def abandoned(found: Return, doing: Doing) -> Change:
    """The customer does not want rejected goods back."""
    require(Action.RETURN_ABANDON, found)
    return changed(found, found.stepped(ReturnState.ABANDONED, doing.at, doing.actor), doing)


def closed(found: Return, doing: Doing) -> Change:
    """Nothing is left to do."""
    require(Action.RETURN_CLOSE, found)
    return changed(found, found.stepped(ReturnState.CLOSED, doing.at, doing.actor), doing)


def _kept(found: Return, state: ReturnState, doing: Doing) -> Change:
    after = found.stepped(state, doing.at, doing.actor)
    if found.order is None:
        return changed(found, after, doing)
    key = f"{found.id}.{next_version(found)}.withdraw"
    withdraw = TellOrders(key, found.id, found.order.id, OrderStep.WITHDRAW, units_of(found))
    return changed(found, after, doing, withdraw)
