"""What mutations answer: the return after the change, and the user errors if refused."""

from collections.abc import Callable
from typing import TypeVar

import strawberry

from returns_svc.api.context import Info
from returns_svc.api.enums import ErrorCode
from returns_svc.api.types import ReturnRequest
from returns_svc.api.wording import worded
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import results_from_json
from service_kit.commands.refusal import Refusal
from service_kit.graphql.imports import ImportResult, import_results_of
from service_kit.graphql.payloads import UserError, refused_payload, user_errors_of

_ERRORS = "Why it was refused; empty if it was done."


@strawberry.type
class _ReturnPayload:
    """The return after it, or why it was refused."""

    return_request: ReturnRequest | None = strawberry.field(
        default=None, description="The return; null if refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


@strawberry.type(description="What became of a return to declare.")
class ReturnDeclarePayload(_ReturnPayload):
    """The return, or why there is none."""


@strawberry.type(description="What became of a scan.")
class ReturnTrackPayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of goods to receive.")
class ReturnReceivePayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of an inspection.")
class ReturnInspectPayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of goods to send back.")
class ReturnSendBackPayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of goods that nobody wants.")
class ReturnAbandonPayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of a return to cancel.")
class ReturnCancelPayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of a return to close.")
class ReturnClosePayload(_ReturnPayload):
    """The return after it."""


@strawberry.type(description="What became of an import of policies.")
class ReturnPoliciesImportPayload:
    """The fate of each line."""

    results: list[ImportResult[ErrorCode]] = strawberry.field(
        default_factory=list, description="One result for each line; none if all was refused."
    )
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description=_ERRORS)


ReturnPayloadT = TypeVar("ReturnPayloadT", bound=_ReturnPayload)


def refused(payload: Callable[..., object]) -> Callable[[tuple[Refusal, ...]], object]:
    """Answer refusals with an otherwise empty payload."""
    return refused_payload(ErrorCode, payload)


async def answered_return(
    info: Info, payload: type[ReturnPayloadT], outcome: Outcome
) -> ReturnPayloadT:
    """Answer with the return as it is now."""
    return_id = outcome.values.get("returnId")
    found = None
    if isinstance(return_id, str):
        found = (await info.context.reader.returns([return_id])).get(return_id)
    return payload(
        return_request=ReturnRequest.of(found) if found else None,
        user_errors=errors_in(info, outcome),
    )


def imported(info: Info, outcome: Outcome) -> ReturnPoliciesImportPayload:
    """Answer an import with the fate of each line."""
    results = results_from_json(outcome.values.get("results", ()))
    return ReturnPoliciesImportPayload(
        results=import_results_of(ErrorCode, results), user_errors=errors_in(info, outcome)
    )


def errors_in(info: Info, outcome: Outcome) -> list[UserError[ErrorCode]]:
    """The user errors of an outcome, as the caller reads them."""
    language = info.context.caller.language
    return user_errors_of(ErrorCode, [worded(one, language) for one in outcome.refusals])
