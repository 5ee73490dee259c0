"""Feeding types, advisors and capacities: rules as data, each line for itself."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic

from appointments_svc.domain.history.events import event_of_record
from appointments_svc.ports import RecordRepository, RecordT, Work
from appointments_svc.use_cases.change_appointment import Command, cause_of
from appointments_svc.use_cases.surroundings import Surroundings
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
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in


@dataclass(frozen=True, slots=True)
class SentRecord(Generic[RecordT]):
    """A line as it was sent: its key, and how to read it; that may refuse."""

    key: str
    read: Callable[[], RecordT]


@dataclass(frozen=True, slots=True)
class ImportRecords(Command, Generic[RecordT]):
    """The lines of one feed."""

    lines: Sequence[SentRecord[RecordT]]


@dataclass(frozen=True, slots=True)
class RecordKind(Generic[RecordT]):
    """How records of one kind are named, checked and kept."""

    entity: str
    problems: Callable[[RecordT], Iterator[Refusal]]
    repository: Callable[[Work], RecordRepository[RecordT]]


async def import_records(
    around: Surroundings, command: ImportRecords[RecordT], kind: RecordKind[RecordT]
) -> Outcome:
    """Keep every good line; the outcome says what became of each."""

    async def within(work: Work) -> Outcome:
        async def do() -> tuple[Outcome, None]:
            require_bulk_size(command.lines)
            repository = kind.repository(work)
            known = await repository.get_many([line.key for line in command.lines])
            results, changed = _compared(known, command, kind)
            await repository.save(list(changed.values()))
            cause = cause_of(around, command)
            await work.publish(
                [
                    event_of_record(kind.entity, key, record.version, cause)
                    for key, record in changed.items()
                ]
            )
            return Outcome({"results": results_to_json(results)}), None

        outcome, _ = await once(work.outcomes, command.request, do, None)
        return outcome

    return await around.work.run(within)


def _compared(
    known: Mapping[str, RecordT], command: ImportRecords[RecordT], kind: RecordKind[RecordT]
) -> tuple[list[LineResult], dict[str, RecordT]]:
    results, changed, seen = list[LineResult](), dict[str, RecordT](), set[str]()
    for index, line in enumerate(command.lines):
        record = _read(line, kind, seen)
        if not isinstance(record, tuple):
            seen.add(line.key)
            before = known.get(line.key)
            version = before.version if before else 0
            if before == replace(record, version=version):
                results.append(LineResult(index, line.key, LineStatus.UNCHANGED))
                continue
            changed[line.key] = replace(record, version=version + 1)
            results.append(LineResult(index, line.key, LineStatus.APPLIED))
            continue
        placed = (each.under("input", "lines", str(index)) for each in record)
        results.append(rejected(index, line.key, *placed))
    return results, changed


def _read(
    line: SentRecord[RecordT], kind: RecordKind[RecordT], seen: set[str]
) -> RecordT | tuple[Refusal, ...]:
    if line.key in seen:
        return (invalid("It stands in an earlier line."),)
    try:
        record = line.read()
    except (Refusal, RefusedAll) as refused:
        return refusals_in(refused)
    return tuple(kind.problems(record)) or record
