"""Why appointments say no: one function for each reason, each with a code of its own."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from service_kit.commands.refusal import Refusal

ACTION_NOT_ALLOWED: Final = "ACTION_NOT_ALLOWED"
INSUFFICIENT_STOCK: Final = "INSUFFICIENT_STOCK"
REQUIRED: Final = "REQUIRED"
SLOT_NOT_OFFERED: Final = "SLOT_NOT_OFFERED"
SLOT_TAKEN: Final = "SLOT_TAKEN"
STOCK_REFUSED: Final = "STOCK_REFUSED"
TOO_MANY_VISITS: Final = "TOO_MANY_VISITS"
UNKNOWN_APPOINTMENT_TYPE: Final = "UNKNOWN_APPOINTMENT_TYPE"
UNKNOWN_LOCATION: Final = "UNKNOWN_LOCATION"

OWN_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ACTION_NOT_ALLOWED: "The state does not allow this action now; `params.reason` says why.",
        INSUFFICIENT_STOCK: "Too few units; `params` holds sku, requested and available.",
        REQUIRED: "An answer is missing; `path` leads to the question.",
        SLOT_NOT_OFFERED: "No visit begins then; `params.reason` says why.",
        SLOT_TAKEN: "Somebody else has the last place.",
        STOCK_REFUSED: "Inventory does not keep the products; `params.reason` is its code.",
        TOO_MANY_VISITS: "Nobody keeps more places for themselves; `params.most` says how many.",
        UNKNOWN_APPOINTMENT_TYPE: "There is no such appointment type.",
        UNKNOWN_LOCATION: "No location has this code.",
    }
)
"""The codes of this service, each with the sentence that explains it."""


def required(*path: str) -> Refusal:
    """An answer is missing."""
    return Refusal(REQUIRED, "An answer is required.", path=path)


def action_not_allowed(action: str, reason: str) -> Refusal:
    """The state of things does not allow the action."""
    return Refusal(
        ACTION_NOT_ALLOWED,
        f"{action} is not possible: {reason}.",
        params={"action": action, "reason": reason},
    )


def slot_not_offered(reason: str, *path: str) -> Refusal:
    """No visit can begin at that moment, whoever is free."""
    message = f"No visit begins then: {reason}."
    return Refusal(SLOT_NOT_OFFERED, message, path=path, params={"reason": reason})


def slot_taken(*path: str) -> Refusal:
    """Nobody, or not the wanted advisor, is free for the slot."""
    return Refusal(SLOT_TAKEN, "The slot is taken.", path=path)


def too_many_visits(most: int, *path: str) -> Refusal:
    """The caller has as many visits to come as one may have."""
    message = f"You have {most} visits to come; give one back first."
    return Refusal(TOO_MANY_VISITS, message, path=path, params={"most": str(most)})


def unknown_type(code: str, *path: str) -> Refusal:
    """The appointment type was never imported."""
    return Refusal(
        UNKNOWN_APPOINTMENT_TYPE,
        f"There is no appointment type {code}.",
        path=path,
        params={"type": code},
    )


def unknown_location(code: str, *path: str) -> Refusal:
    """Inventory does not know the location."""
    return Refusal(
        UNKNOWN_LOCATION,
        f"There is no location {code}.",
        path=path,
        params={"locationCode": code},
    )


def from_inventory(refusal: Refusal) -> Refusal:
    """A refusal of inventory in the codes of this service, at the product it speaks of."""
    path = ("input", "products", *refusal.path[2:]) if "lines" in refusal.path else ("input",)
    code = refusal.code if refusal.code == INSUFFICIENT_STOCK else STOCK_REFUSED
    params = {**refusal.params, "reason": refusal.code}
    return Refusal(code, refusal.message, path=path, params=params)
