"""Refusals as clients read them: global ids, and sentences in their language."""

from collections.abc import Mapping
from typing import Final

from returns_svc.api.labels import label_of_hindrance
from returns_svc.domain.lifecycles.actions import Hindrance
from returns_svc.domain.refusals import ACTION_NOT_ALLOWED
from service_kit.commands.refusal import Refusal
from service_kit.graphql.global_ids import to_global_id

_TYPES: Final[Mapping[str, str]] = {"lineId": "OrderLine", "returnLineId": "ReturnLine"}
"""The figures that are keys, each with the type whose key it is."""


def worded(refusal: Refusal, language: str) -> Refusal:
    """Give a refusal with global ids, and with its reason in words if that is a hindrance."""
    message = refusal.message
    if refusal.code == ACTION_NOT_ALLOWED:
        message = label_of_hindrance(Hindrance(refusal.params["reason"]), language)
    return Refusal(
        refusal.code,
        message,
        path=refusal.path,
        params={
            name: to_global_id(_TYPES[name], value) if name in _TYPES else value
            for name, value in refusal.params.items()
        },
        retryable=refusal.retryable,
    )
