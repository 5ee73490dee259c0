"""What a resolver may reach."""

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from typing import Any, Generic, TypeAlias, TypeVar

import strawberry

from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class SubgraphContext:
    """The verified caller and the time; a service adds its use-cases and loaders."""

    caller: Caller
    clock: Clock


LoadersT = TypeVar("LoadersT")


@dataclass(frozen=True, slots=True)
class LoadingContext(SubgraphContext, ABC, Generic[LoadersT]):
    """Adds loaders, which keep what they have read until it is forgotten."""

    loaders: LoadersT = field(init=False)

    def __post_init__(self) -> None:
        self.forget()

    def forget(self) -> None:
        """Read everything anew from here on: the next item of a subscription is as of now."""
        object.__setattr__(self, "loaders", self.new_loaders())

    @abstractmethod
    def new_loaders(self) -> LoadersT:
        """Give loaders that have read nothing yet."""


ContextT = TypeVar("ContextT", bound=SubgraphContext)
InfoOf: TypeAlias = strawberry.Info[ContextT, Any]
"""`Info` of a resolver whose context is a SubgraphContext or one of a service's own."""
