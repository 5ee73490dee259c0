"""Publish a new version of the rules, or an earlier one anew."""

from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.refusals import StockRefusal
from inventory_svc.domain.rules.checking import require_note, require_publishable
from inventory_svc.domain.rules.rule_set import (
    Publication,
    RuleChanges,
    RuleSet,
    published,
    restored,
)
from inventory_svc.ports.catalogue import Catalogue
from inventory_svc.ports.network import Network
from inventory_svc.ports.rules import RuleOutcome, Rules
from inventory_svc.use_cases.rules.naming import known_names
from service_kit.commands.denials import expect, invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import Clock


@dataclass(frozen=True, slots=True)
class WantedPublication:
    """Changes to the latest version, from when they count, and why."""

    changes: RuleChanges
    effective_from: datetime | None = None
    expected_version: int | None = None
    note: str = ""


async def publish_rules(
    request: IdempotentRequest,
    actor: str,
    wanted: WantedPublication,
    rules: Rules,
    network: Network,
    catalogue: Catalogue,
    clock: Clock,
) -> RuleOutcome:
    """Check the changes against what is known and against the latest version, then write."""
    known = await known_names(wanted.changes, network, catalogue)
    asked = Publication(actor, clock.now(), wanted.effective_from, wanted.note)

    def decide(current: RuleSet) -> RuleSet:
        expect(wanted.expected_version, current.version)
        publication = asked.following(current, clock.now())
        require_publishable(current, wanted.changes, known, publication)
        return published(current, wanted.changes, publication)

    return await rules.publish(request, actor, decide)


@dataclass(frozen=True, slots=True)
class WantedUndo:
    """The version whose rules shall count again, and why."""

    version: int
    expected_version: int | None = None
    note: str = ""


async def undo_rules(
    request: IdempotentRequest, actor: str, wanted: WantedUndo, rules: Rules, clock: Clock
) -> RuleOutcome:
    """Publish the rules of an earlier version anew; they count at once, whatever was planned."""
    earlier = await rules.version(wanted.version)
    asked = Publication(actor, clock.now(), note=wanted.note)

    def decide(current: RuleSet) -> RuleSet:
        expect(wanted.expected_version, current.version)
        require_note(wanted.note)
        if earlier is None:
            raise _unknown(wanted.version)
        if earlier.version == current.version:
            raise invalid("This is the latest version.", "input", "version")
        return restored(current, earlier, asked.following(current, clock.now()))

    return await rules.publish(request, actor, decide)


def _unknown(version: int) -> Refusal:
    return Refusal(
        StockRefusal.UNKNOWN_VERSION.value,
        f"There never was a version {version}.",
        path=("input", "version"),
        params={"version": str(version)},
    )
