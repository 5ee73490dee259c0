"""Feeding the policies: rules as data, each line for itself."""

from dataclasses import dataclass, replace

from returns_svc.domain.history.events import event_of_policy
from returns_svc.domain.policies.checking import policy_errors
from returns_svc.domain.policies.policy import ReturnPolicy
from returns_svc.ports import Work
from returns_svc.use_cases.change_return import Command, cause_of
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    rejected,
    require_bulk_size,
    results_to_json,
)
from service_kit.commands.once import once


@dataclass(frozen=True, slots=True)
class ImportPolicies(Command):
    """The lines of one feed."""

    policies: tuple[ReturnPolicy, ...]


async def import_policies(around: Surroundings, command: ImportPolicies) -> Outcome:
    """Keep every good line; the outcome says what became of each."""

    async def within(work: Work) -> Outcome:
        async def do() -> tuple[Outcome, None]:
            require_bulk_size(command.policies)
            known = {policy.code: policy for policy in await work.policies.all()}
            results, changed = _compared(known, command)
            await work.policies.save(changed)
            cause = cause_of(around, command)
            await work.publish([event_of_policy(policy, cause) for policy in changed])
            return Outcome({"results": results_to_json(results)}), None

        outcome, _ = await once(work.outcomes, command.request, do, None)
        return outcome

    return await around.work.run(within)


def _compared(
    known: dict[str, ReturnPolicy], command: ImportPolicies
) -> tuple[list[LineResult], list[ReturnPolicy]]:
    results, changed, seen = list[LineResult](), list[ReturnPolicy](), set[str]()
    for index, policy in enumerate(command.policies):
        path = ("input", "lines", str(index))
        reason = next(policy_errors(policy, *path), None)
        if policy.code in seen:
            reason = invalid("The same policy stands in an earlier line.", *path)
        if reason is not None:
            results.append(rejected(index, policy.code, reason))
            continue
        seen.add(policy.code)
        before = known.get(policy.code)
        version = before.version if before else 0
        if before == replace(policy, version=version):
            results.append(LineResult(index, policy.code, LineStatus.UNCHANGED))
            continue
        changed.append(replace(policy, version=version + 1))
        results.append(LineResult(index, policy.code, LineStatus.APPLIED))
    return results, changed
