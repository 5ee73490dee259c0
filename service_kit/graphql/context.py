"""What a resolver may reach."""

from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

import strawberry

from service_kit.identity.caller import Caller
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class SubgraphContext:
    """The verified caller and the time; a service adds its use-cases and loaders."""

    caller: Caller
    clock: Clock


ContextT = TypeVar("ContextT", bound=SubgraphContext)
InfoOf: TypeAlias = strawberry.Info[ContextT, Any]
"""`Info` of a resolver whose context is a SubgraphContext or one of a service's own."""
