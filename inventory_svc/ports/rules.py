"""What the use-cases ask of the rules of the stock."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import NamedTuple, Protocol, TypeAlias

from inventory_svc.domain.rules.changeover import NumbersChanged
from inventory_svc.domain.rules.rule_set import RuleSet
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal


class RuleOutcome(NamedTuple):
    """What became of a publication: a version, or refusals."""

    published: RuleSet | None = None
    refusals: tuple[Refusal, ...] = ()


class Rules(Protocol):
    """The rules of the stock, every version of them."""

    async def in_force(self, now: datetime) -> RuleSet:
        """Give the version that counts now, as it was half a second ago at most."""

    async def in_force_at(self, moment: datetime) -> RuleSet:
        """Give the version that counted at a moment of the past."""

    async def latest(self) -> RuleSet:
        """Give the version published last, whether it counts yet or not."""

    async def version(self, number: int) -> RuleSet | None:
        """Give one version; None if there never was one."""

    async def versions(self, before: int | None, limit: int) -> Sequence[RuleSet]:
        """Give versions, newest first, before one of them."""

    async def publish(
        self, request: IdempotentRequest, actor: str, decide: "DecideRules"
    ) -> RuleOutcome:
        """Write the version that is decided on, or why none is; the same for the same key."""


class RuleNews(Protocol):
    """What is told of items when the rules change their numbers."""

    async def tell(self, changed: NumbersChanged, next_after: str | None) -> None:
        """Tell of these items, and have those after one looked at, if there are any."""


DecideRules: TypeAlias = Callable[[RuleSet], RuleSet]
"""Gives the next version from the latest one, anew whenever another was first.

May raise Refusal or RefusedAll; has no effect, and looks at nothing else but the clock.
"""
