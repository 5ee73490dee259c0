"""Why orders say no: one function for each reason, each with a code of its own."""

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Final

from order_svc.domain.lifecycles.actions import Action, Hindrance
from retail_kit.money import Money
from service_kit.commands.refusal import (
    FORBIDDEN,
    INVALID_INPUT,
    NOT_FOUND,
    Refusal,
)

ACTION_NOT_ALLOWED: Final = "ACTION_NOT_ALLOWED"
CURRENCY_MISMATCH: Final = "CURRENCY_MISMATCH"
INSUFFICIENT_STOCK: Final = "INSUFFICIENT_STOCK"
NOTHING_LEFT: Final = "NOTHING_LEFT"
PAYMENT_DECLINED: Final = "PAYMENT_DECLINED"
PAYMENT_MISMATCH: Final = "PAYMENT_MISMATCH"
PLACEMENT_EXPIRED: Final = "PLACEMENT_EXPIRED"
PRICE_NOT_ALLOWED: Final = "PRICE_NOT_ALLOWED"
PRICE_UNKNOWN: Final = "PRICE_UNKNOWN"
QUANTITY_EXCEEDED: Final = "QUANTITY_EXCEEDED"
REF_TAKEN: Final = "REF_TAKEN"
REFUND_EXCEEDS_PAID: Final = "REFUND_EXCEEDS_PAID"
SOURCING_REFUSED: Final = "SOURCING_REFUSED"
RESERVATION_DOES_NOT_FIT: Final = "RESERVATION_DOES_NOT_FIT"
RESERVATION_ENDED: Final = "RESERVATION_ENDED"
RESERVATION_TOMBSTONED: Final = "RESERVATION_TOMBSTONED"
UNKNOWN_CHANNEL: Final = "UNKNOWN_CHANNEL"
UNKNOWN_LOCATION: Final = "UNKNOWN_LOCATION"
UNKNOWN_SKU: Final = "UNKNOWN_SKU"
UNKNOWN_UNIT: Final = "UNKNOWN_UNIT"
UNIT_NOT_AVAILABLE: Final = "UNIT_NOT_AVAILABLE"

OWN_CODES: Final[Mapping[str, str]] = MappingProxyType(
    {
        ACTION_NOT_ALLOWED: "The state does not allow this action now; `params.reason` says why.",
        CURRENCY_MISMATCH: "The prices of one order are in more than one currency.",
        INSUFFICIENT_STOCK: "Not enough is available; `params` holds sku, requested, available.",
        NOTHING_LEFT: "Fewer units can be returned; `params` holds lineId and returnable.",
        PAYMENT_DECLINED: "The payment provider has said no; `params.reason` is its word.",
        PAYMENT_MISMATCH: "The payments do not add up to what is due; `params` holds both.",
        PLACEMENT_EXPIRED: "Stock could not be reserved in time, so that no order was placed.",
        PRICE_NOT_ALLOWED: "This caller may not set a price.",
        PRICE_UNKNOWN: "The channel has no price for the SKU, and none was given.",
        QUANTITY_EXCEEDED: "More than there is to act on; `params.open` is how much there is.",
        REF_TAKEN: "Another order has this reference.",
        REFUND_EXCEEDS_PAID: "More than was taken and is left; `params.refundable` is how much.",
        RESERVATION_DOES_NOT_FIT: "The reservation keeps nothing of what is ordered where it may "
        "come from, or is another channel's.",
        RESERVATION_ENDED: "The reservation was sold or given back; `params.state` says which.",
        SOURCING_REFUSED: "Inventory refused the request; `params.reason` is its code.",
        UNKNOWN_CHANNEL: "There is no such channel.",
        UNKNOWN_SKU: "There is no such item.",
        UNKNOWN_UNIT: "No piece has this serial number.",
        UNIT_NOT_AVAILABLE: "The piece is somebody's, or not sold from where it is.",
    }
)
"""The codes of this service, each with the sentence that explains it."""


RESERVATIONS: Final = ("input", "reservationIds")
"""Where reservations are named."""

ABOUT_THE_LINES: Final = frozenset(
    {
        INSUFFICIENT_STOCK,
        INVALID_INPUT,
        RESERVATION_DOES_NOT_FIT,
        RESERVATION_ENDED,
        RESERVATION_TOMBSTONED,
        UNKNOWN_CHANNEL,
        UNKNOWN_LOCATION,
        UNKNOWN_SKU,
        UNKNOWN_UNIT,
        UNIT_NOT_AVAILABLE,
    }
)
"""Inventory's codes that say that nothing is reserved, and will not be under that key."""


def action_not_allowed(action: Action, hindrance: Hindrance) -> Refusal:
    """The state of things does not allow the action."""
    return Refusal(
        ACTION_NOT_ALLOWED,
        f"{action} is not possible: {hindrance}.",
        params={"action": action.value, "reason": hindrance.value},
    )


def quantity_exceeded(line_id: str, asked: int, there_is: int, *path: str) -> Refusal:
    """More was asked for than there is to act on."""
    return Refusal(
        QUANTITY_EXCEEDED,
        f"{asked} were asked for, {there_is} can be acted on.",
        path=path,
        params={"lineId": line_id, "requested": str(asked), "open": str(there_is)},
    )


def price_not_allowed(*path: str) -> Refusal:
    """The caller gave a price without being one of those who may."""
    return Refusal(PRICE_NOT_ALLOWED, "You may not set a price.", path=path)


def price_unknown(channel: str, sku: str, *path: str) -> Refusal:
    """Neither the caller nor the price book gives a price."""
    return Refusal(
        PRICE_UNKNOWN,
        f"{sku} has no price on channel {channel}.",
        path=path,
        params={"channel": channel, "sku": sku},
    )


def currency_mismatch(currencies: Sequence[str]) -> Refusal:
    """One order is in one currency."""
    listed = ", ".join(sorted(currencies))
    return Refusal(
        CURRENCY_MISMATCH,
        f"One order cannot be in {listed}.",
        path=("input", "lines"),
        params={"currencies": listed},
    )


def ref_taken(ref: str) -> Refusal:
    """References name one order each."""
    return Refusal(
        REF_TAKEN,
        f"There is already an order with the reference {ref}.",
        path=("input", "ref"),
        params={"ref": ref},
    )


def payment_declined(index: int, reason: str) -> Refusal:
    """The provider has declined a tender."""
    return Refusal(
        PAYMENT_DECLINED,
        "The payment was declined; nothing was ordered.",
        path=("input", "payments", str(index)),
        params={"reason": reason},
    )


def payment_mismatch(given: Money, due: Money) -> Refusal:
    """The tenders are to pay for the order exactly."""
    return Refusal(
        PAYMENT_MISMATCH,
        f"The payments come to {given}, the order to {due}.",
        path=("input", "payments"),
        params={"given": given.format(), "due": due.format(), "currency": due.currency},
    )


def nothing_left(line_id: str, asked: int, returnable: int, *path: str) -> Refusal:
    """Fewer units are with the customer, or declared, than were named."""
    return Refusal(
        NOTHING_LEFT,
        f"{asked} were named, {returnable} are left.",
        path=path,
        params={"lineId": line_id, "requested": str(asked), "returnable": str(returnable)},
    )


def refund_exceeds_paid(
    asked: Money, refundable: Money, *path: str, line_id: str | None = None
) -> Refusal:
    """Nobody gets more back than they have paid, for a line or in all."""
    params = {"requested": asked.format(), "refundable": refundable.format()}
    if line_id is not None:
        params["lineId"] = line_id
    return Refusal(
        REFUND_EXCEEDS_PAID, f"{refundable} can be refunded, not {asked}.", path=path, params=params
    )


def placement_expired() -> Refusal:
    """Stock could not be reserved before the placement was given up."""
    return Refusal(PLACEMENT_EXPIRED, "Stock could not be reserved in time; nothing was ordered.")


def is_final(refusals: Iterable[Refusal]) -> bool:
    """Whether inventory has looked at the lines and said no; else it may have reserved them."""
    return all(
        (one.code in ABOUT_THE_LINES or _is_about_reservations(one)) and not one.retryable
        for one in refusals
    )


def from_inventory(refusal: Refusal) -> Refusal:
    """A refusal of inventory in the codes of this service; its own code is kept as a figure."""
    if refusal.code in OWN_CODES or _is_about_reservations(refusal):
        return refusal
    params = {**refusal.params, "reason": refusal.code}
    return Refusal(SOURCING_REFUSED, refusal.message, path=refusal.path, params=params)


def _is_about_reservations(refusal: Refusal) -> bool:
    """Whether it names a reservation that does not exist, or is not the caller's to order."""
    return refusal.code in {FORBIDDEN, NOT_FOUND} and refusal.path[:2] == RESERVATIONS
