"""Why returns say no: one function for each reason, each with a code of its own."""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType
from typing import Final

from returns_svc.domain.lifecycles.actions import Action, Hindrance
from service_kit.commands.refusal import Refusal

ACTION_NOT_ALLOWED: Final = "ACTION_NOT_ALLOWED"
EXCLUDED: Final = "EXCLUDED"
NOTHING_LEFT: Final = "NOTHING_LEFT"
OUT_OF_PERIOD: Final = "OUT_OF_PERIOD"
QUANTITY_EXCEEDED: Final = "QUANTITY_EXCEEDED"
RETURN_REFUSED: Final = "RETURN_REFUSED"
UNKNOWN_LOCATION: Final = "UNKNOWN_LOCATION"

OWN_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ACTION_NOT_ALLOWED: "The state does not allow this action now; `params.reason` says why.",
        EXCLUDED: "The policy takes no such goods back; `params` holds sku and policy.",
        NOTHING_LEFT: "Fewer units can be returned; `params` holds lineId and returnable.",
        OUT_OF_PERIOD: "It is too late; `params` holds windowDays and until.",
        QUANTITY_EXCEEDED: "More than there is to act on; `params.open` is how much there is.",
        RETURN_REFUSED: "Orders refused the return; `params.reason` is its code.",
        UNKNOWN_LOCATION: "No location has this code.",
    }
)
"""The codes of this service, each with the sentence that explains it."""


def action_not_allowed(action: Action, hindrance: Hindrance) -> Refusal:
    """The state of things does not allow the action."""
    return Refusal(
        ACTION_NOT_ALLOWED,
        f"{action} is not possible: {hindrance}.",
        params={"action": action.value, "reason": hindrance.value},
    )


def excluded(sku: str, policy: str, *path: str) -> Refusal:
    """The policy takes no such goods back."""
    return Refusal(
        EXCLUDED,
        f"{sku} is not taken back.",
        path=path,
        params={"sku": sku, "policy": policy},
    )


def nothing_left(line_id: str, asked: int, returnable: int, *path: str) -> Refusal:
    """Fewer units are with the customer than were named."""
    return Refusal(
        NOTHING_LEFT,
        f"{asked} were named, {returnable} are left.",
        path=path,
        params={"lineId": line_id, "requested": str(asked), "returnable": str(returnable)},
    )


def out_of_period(line_id: str, window_days: int, until: datetime, *path: str) -> Refusal:
    """The period in which the goods could be given back is over."""
    return Refusal(
        OUT_OF_PERIOD,
        f"It could be returned for {window_days} days.",
        path=path,
        params={
            "lineId": line_id,
            "windowDays": str(window_days),
            "until": until.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        },
    )


def quantity_exceeded(line_id: str, asked: int, there_is: int, *path: str) -> Refusal:
    """More was asked for than there is to act on."""
    return Refusal(
        QUANTITY_EXCEEDED,
        f"{asked} were asked for, {there_is} can be acted on.",
        path=path,
        params={"returnLineId": line_id, "requested": str(asked), "open": str(there_is)},
    )


def unknown_location(code: str, *path: str) -> Refusal:
    """Inventory does not know the location."""
    return Refusal(
        UNKNOWN_LOCATION,
        f"There is no location {code}.",
        path=path,
        params={"locationCode": code},
    )


def from_orders(refusal: Refusal) -> Refusal:
    """A refusal of orders in the codes of this service; its own code is kept as a figure."""
    if refusal.code == NOTHING_LEFT:
        return refusal
    params = {**refusal.params, "reason": refusal.code}
    return Refusal(RETURN_REFUSED, refusal.message, path=refusal.path, params=params)
