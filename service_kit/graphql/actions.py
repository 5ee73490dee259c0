"""What can be done with an entity, now or not, in the actions and the reasons of one service."""

from collections.abc import Callable, Iterable
from enum import Enum
from typing import Generic, Protocol, TypeVar

import strawberry

ActionT = TypeVar("ActionT", bound=Enum)
HindranceT = TypeVar("HindranceT", bound=Enum)
ActionT_co = TypeVar("ActionT_co", bound=Enum, covariant=True)
HindranceT_co = TypeVar("HindranceT_co", bound=Enum, covariant=True)


class Offer(Protocol[ActionT_co, HindranceT_co]):
    """An action, and why it is not possible now, as a domain says it; None when it is."""

    @property
    def action(self) -> ActionT_co: ...

    @property
    def hindrance(self) -> HindranceT_co | None: ...


@strawberry.federation.type(
    name="AvailableAction",
    shareable=True,
    description="Something that can be done with an entity, now or not.",
)
class AvailableAction(Generic[ActionT, HindranceT]):
    """An action; without a reason it is possible now. It prints as AvailableAction."""

    name: ActionT = strawberry.field(description="What can be done.")
    reason_code: HindranceT | None = strawberry.field(
        description="Why it is not possible now, for programs; null when it is."
    )
    reason_if_disabled: str | None = strawberry.field(
        description="Why it is not possible now, in the caller's language; null when it is."
    )


def available_actions(
    offers: Iterable[Offer[ActionT, HindranceT]],
    label_of: Callable[[HindranceT, str], str],
    language: str,
) -> list[AvailableAction[ActionT, HindranceT]]:
    """Give actions as clients see them; `label_of` says a hindrance in a language."""
    return [
        AvailableAction(
            name=offer.action,
            reason_code=offer.hindrance,
            reason_if_disabled=label_of(offer.hindrance, language) if offer.hindrance else None,
        )
        for offer in offers
    ]
