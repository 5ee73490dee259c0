"""What a mutation answers: the entity, and the user errors if it was refused."""

from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Generic, TypeVar

import strawberry
from strawberry.extensions.field_extension import (
    AsyncExtensionResolver,
    FieldExtension,
    SyncExtensionResolver,
)

from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import SHARED_CODES, Refusal, RefusedAll, refusals_in
from service_kit.graphql.enums import described

CodeT = TypeVar("CodeT", bound=Enum)


@strawberry.federation.type(
    name="KeyValue", shareable=True, description="One named figure of a message."
)
class KeyValue:
    """A name and a text."""

    key: str = strawberry.field(description="The name of the figure, as in `requested`.")
    value: str = strawberry.field(description="The figure, as text.")


@strawberry.federation.type(
    name="UserError",
    shareable=True,
    description="One reason why a mutation, or one line of it, was refused.",
)
class UserError(Generic[CodeT]):
    """The reason in the codes of one service; `UserError[ErrorCode]` prints as UserError."""

    code: CodeT = strawberry.field(description="What went wrong, for programs.")
    message: str = strawberry.field(description="What went wrong, for developers.")
    path: list[str] = strawberry.field(
        description="The way from the mutation's arguments to the offending value."
    )
    params: list[KeyValue] = strawberry.field(description="The figures of the message.")
    retryable: bool = strawberry.field(
        description="Whether the same request, with the same key, may succeed later."
    )


def error_codes(
    codes: type[CodeT], descriptions: Mapping[str, str], *, name: str = "ErrorCode"
) -> type[CodeT]:
    """Make a plain Enum the GraphQL enum of a service's error codes, and give it back.

    The enum holds every shared code (whose description the kit knows) and the service's own,
    each described by `descriptions`. Raises ValueError if a code or a description is missing.
    """
    sentences = {**SHARED_CODES, **descriptions}
    members = {str(member.value) for member in codes}
    if missing := sorted(SHARED_CODES.keys() - members):
        raise ValueError(f"{codes.__name__} lacks the shared codes {', '.join(missing)}.")
    if odd := [member for member in codes if member.name != str(member.value)]:
        raise ValueError(f"{odd[0].name} is written {odd[0].value}: name it so.")
    if mute := sorted(members - sentences.keys()):
        raise ValueError(f"{codes.__name__} does not describe {', '.join(mute)}.")
    return described(codes, name, "Why a request was refused.", sentences)


def user_errors_of(
    codes: type[CodeT], refused: Outcome | Refusal | RefusedAll | Sequence[Refusal]
) -> list[UserError[CodeT]]:
    """Give the user errors of refusals; a code that the service has not declared is a bug."""
    return [_user_error(codes, refusal) for refusal in _refusals(refused)]


def _refusals(
    refused: Outcome | Refusal | RefusedAll | Sequence[Refusal],
) -> Sequence[Refusal]:
    if isinstance(refused, Outcome):
        return refused.refusals
    if isinstance(refused, Refusal | RefusedAll):
        return refusals_in(refused)
    return refused


def _user_error(codes: type[CodeT], refusal: Refusal) -> UserError[CodeT]:
    return UserError(
        code=codes(refusal.code),
        message=refusal.message,
        path=list(refusal.path),
        params=[KeyValue(key=key, value=value) for key, value in refusal.params.items()],
        retryable=refusal.retryable,
    )


def refused_payload(
    codes: type[CodeT], payload: Callable[..., object]
) -> Callable[[tuple[Refusal, ...]], object]:
    """Give what makes the otherwise empty payload of refusals, as `mutation_field` wants it."""
    return lambda refusals: payload(user_errors=user_errors_of(codes, refusals))


class RefusalsBecome(FieldExtension):
    """Answer a refused mutation with its payload instead of a GraphQL error.

    `RefusalsBecome(lambda refusals: Payload(user_errors=user_errors_of(ErrorCode, refusals)))`
    """

    def __init__(self, payload_of: Callable[[tuple[Refusal, ...]], object]) -> None:
        self._payload_of = payload_of

    def resolve(
        self, next_: SyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        try:
            return next_(source, info, **kwargs)
        except (Refusal, RefusedAll) as refused:
            return self._payload_of(refusals_in(refused))

    async def resolve_async(
        self, next_: AsyncExtensionResolver, source: Any, info: strawberry.Info, **kwargs: Any
    ) -> Any:
        try:
            return await next_(source, info, **kwargs)
        except (Refusal, RefusedAll) as refused:
            return self._payload_of(refusals_in(refused))
