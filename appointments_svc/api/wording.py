"""Refusals as clients read them: sentences in their language."""

from appointments_svc.api.labels import label_of_hindrance
from appointments_svc.domain.lifecycles.actions import Hindrance
from appointments_svc.domain.refusals import ACTION_NOT_ALLOWED
from service_kit.commands.refusal import Refusal


def worded(refusal: Refusal, language: str) -> Refusal:
    """Give a refusal with its reason in words if that is a hindrance."""
    if refusal.code != ACTION_NOT_ALLOWED:
        return refusal
    return Refusal(
        refusal.code,
        label_of_hindrance(Hindrance(refusal.params["reason"]), language),
        path=refusal.path,
        params=refusal.params,
        retryable=refusal.retryable,
    )
