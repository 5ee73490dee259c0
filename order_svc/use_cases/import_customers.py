"""Feeding customers in: a reference copy, each line for itself."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import chain

from order_svc.domain.customers.customer import Customer, customer_id_of
from order_svc.domain.customers.personal import Person
from order_svc.domain.history.events import event_of_customer
from order_svc.ports import Work
from order_svc.use_cases.change_order import Command, cause_of, once
from order_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import Outcome
from service_kit.commands.line_results import (
    LineResult,
    LineStatus,
    rejected,
    require_bulk_size,
    results_to_json,
)
from service_kit.commands.naming import ref_errors, text_errors
from service_kit.commands.refusal import Refusal

NOBODY_KNOWN = Person()


@dataclass(frozen=True, slots=True)
class CustomerLine:
    """A customer as the feed gives one."""

    ref: str
    tier: str | None = None
    person: Person = NOBODY_KNOWN


@dataclass(frozen=True, slots=True)
class ImportCustomers(Command):
    """The lines of one feed."""

    lines: tuple[CustomerLine, ...]


async def import_customers(around: Surroundings, command: ImportCustomers) -> Outcome:
    """Keep every good line; the outcome says what became of each."""

    async def within(work: Work) -> tuple[Outcome, None]:
        require_bulk_size(command.lines)
        results, changed = await _compared(work, command)
        await work.customers.save([customer for customer, _ in changed.values()])
        people = {customer.id: person for customer, person in changed.values() if person}
        await work.customers.save_people(people)
        cause = cause_of(around, command)
        await work.publish(
            [
                event_of_customer(customer, cause, personal_changed=person is not None)
                for customer, person in changed.values()
            ]
        )
        return Outcome({"results": results_to_json(results)}), None

    outcome, _ = await once(around, command.request, within, nothing=None)
    return outcome


async def _compared(
    work: Work, command: ImportCustomers
) -> tuple[list[LineResult], Mapping[str, tuple[Customer, Person | None]]]:
    """What becomes of each line, and the customers to keep with what is newly personal."""
    ids = {customer_id_of(line.ref) for line in command.lines}
    known, people = await work.customers.get_many(ids), await work.customers.people(ids)
    results = list[LineResult]()
    changed = dict[str, tuple[Customer, Person | None]]()
    seen = set[str]()
    for index, line in enumerate(command.lines):
        path = ("input", "lines", str(index))
        reason = _reason(line, seen, path)
        if reason is not None:
            results.append(rejected(index, line.ref, reason))
            continue
        seen.add(line.ref)
        identifier = customer_id_of(line.ref)
        before = known.get(identifier) or Customer(identifier, line.ref)
        person = line.person if line.person != people.get(identifier, NOBODY_KNOWN) else None
        if before.version and before.tier == line.tier and person is None:
            results.append(LineResult(index, line.ref, LineStatus.UNCHANGED))
            continue
        after = replace(before, tier=line.tier, version=before.version + 1)
        changed[identifier] = (after, person)
        results.append(LineResult(index, line.ref, LineStatus.APPLIED))
    return results, changed


def _reason(line: CustomerLine, seen: set[str], path: tuple[str, ...]) -> Refusal | None:
    if line.ref in seen:
        return invalid("An earlier line has the same reference.", *path, "ref")
    person = line.person
    texts = {
        "tier": line.tier,
        "givenName": person.given_name,
        "familyName": person.family_name,
        "email": person.email,
        "phone": person.phone,
        "language": person.language,
    }
    errors = chain(
        ref_errors(line.ref, *path, "ref"),
        *(text_errors(text, *path, name) for name, text in texts.items() if text),
    )
    return next(errors, None)
