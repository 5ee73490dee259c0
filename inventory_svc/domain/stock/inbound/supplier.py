"""Suppliers: who sends goods, and how late they are known to be."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from inventory_svc.domain.naming import required_code
from service_kit.commands.denials import invalid
from service_kit.commands.refusal import Refusal, RefusedAll

LONGEST_DELAY_DAYS: Final = 365


@dataclass(frozen=True, slots=True)
class Supplier:
    """Whoever purchase orders go to; `delay_days` are added to every date that they announce."""

    code: str
    name: str
    delay_days: int = 0
    version: int = 0


def checked_supplier(supplier: Supplier) -> Supplier:
    """Give the supplier in canonical form; raise RefusedAll with paths inside the line."""
    problems = tuple(_problems(supplier))
    if problems:
        raise RefusedAll(problems)
    return replace(supplier, code=required_code(supplier.code, "code"), name=supplier.name.strip())


def _problems(supplier: Supplier) -> Iterator[Refusal]:
    try:
        required_code(supplier.code, "code")
    except Refusal as refusal:
        yield refusal
    if not supplier.name.strip():
        yield invalid("A name is required.", "name")
    if not 0 <= supplier.delay_days <= LONGEST_DELAY_DAYS:
        yield invalid(f"A delay is between 0 and {LONGEST_DELAY_DAYS} days.", "delayDays")
