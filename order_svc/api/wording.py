"""Refusals and figures as clients read them: global ids, and sentences in their language."""

from collections.abc import Mapping
from typing import Final

from order_svc.api.labels import label_of_hindrance
from order_svc.domain.lifecycles.actions import Hindrance
from order_svc.domain.refusals import ACTION_NOT_ALLOWED
from service_kit.commands.refusal import Refusal
from service_kit.graphql.global_ids import to_global_id

_TYPES: Final[Mapping[str, str]] = {
    "fulfilment": "Fulfilment",
    "lineId": "OrderLine",
    "payment": "Payment",
    "reservation": "Reservation",
}
"""The figures that are keys, each with the type whose key it is."""


def worded_figures(figures: Mapping[str, str]) -> dict[str, str]:
    """Give the figures with global ids in place of keys."""
    return {
        name: to_global_id(_TYPES[name], value) if name in _TYPES else value
        for name, value in figures.items()
    }


def worded(refusal: Refusal, language: str) -> Refusal:
    """Give a refusal with global ids, and with its reason in words if that is a hindrance."""
    message = refusal.message
    if refusal.code == ACTION_NOT_ALLOWED:
        message = label_of_hindrance(Hindrance(refusal.params["reason"]), language)
    return Refusal(
        refusal.code,
        message,
        path=refusal.path,
        params=worded_figures(refusal.params),
        retryable=refusal.retryable,
    )
