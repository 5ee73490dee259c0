"""What is wrong with a policy as a feed gives it."""

from collections.abc import Iterator
from itertools import chain
from zoneinfo import available_timezones

from retail_kit.iso_codes import COUNTRIES
from returns_svc.domain.policies.policy import Disposition, ReturnPolicy
from service_kit.commands.denials import invalid
from service_kit.commands.naming import code_errors
from service_kit.commands.refusal import Refusal

LONGEST_WINDOW = 3_650
WHOLE = 100


def policy_errors(policy: ReturnPolicy, *path: str) -> Iterator[Refusal]:
    """Say what is wrong with a policy; nothing if it is well."""
    yield from code_errors(policy.code, *path, "code")
    if not 0 <= policy.window_days <= LONGEST_WINDOW:
        yield invalid(f"A period has at most {LONGEST_WINDOW} days.", *path, "windowDays")
    if policy.timezone not in available_timezones():
        yield invalid("There is no such time zone.", *path, "timezone")
    for country in sorted(policy.countries - COUNTRIES):
        yield invalid(f"There is no country {country} (ISO 3166 alpha-2).", *path, "countries")
    yield from chain(_grades(policy, path), _reasons(policy, path), _rules(policy, path))


def _grades(policy: ReturnPolicy, path: tuple[str, ...]) -> Iterator[Refusal]:
    if len({terms.grade for terms in policy.grades}) < len(policy.grades) or not policy.grades:
        yield invalid("Name at least one grade, and each once.", *path, "grades")
    for index, terms in enumerate(policy.grades):
        if not 0 <= terms.refund_percent <= WHOLE:
            where = (*path, "grades", str(index), "refundPercent")
            yield invalid("A percentage is between 0 and 100.", *where)


def _reasons(policy: ReturnPolicy, path: tuple[str, ...]) -> Iterator[Refusal]:
    if len({terms.reason for terms in policy.reasons}) < len(policy.reasons):
        yield invalid("Name each reason once.", *path, "reasons")
    for index, terms in enumerate(policy.reasons):
        if terms.window_days is not None and not 0 <= terms.window_days <= LONGEST_WINDOW:
            where = (*path, "reasons", str(index), "windowDays")
            yield invalid(f"A period has at most {LONGEST_WINDOW} days.", *where)


def _rules(policy: ReturnPolicy, path: tuple[str, ...]) -> Iterator[Refusal]:
    for index, rule in enumerate(policy.restock):
        if rule.disposition is Disposition.TRANSFER and rule.target_location is None:
            where = (*path, "restock", str(index), "targetLocationCode")
            yield invalid("Say where goods are transferred to.", *where)
