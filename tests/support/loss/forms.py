"""The forms of the loss test, by name."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

from tests.support.loss.ordering import ordering_plan
from tests.support.loss.plan import FULL, ORDERS, POLITE, SLOW, SMALL, Scale, plan_of
from tests.support.loss.systems import CountingSystem, OrderingSystem, System

FORMS: Final[Mapping[str, Scale]] = {
    "full": FULL,
    "small": SMALL,
    "polite": POLITE,
    "slow": SLOW,
    "orders": ORDERS,
}


def system_of(form: str, seed: int, folder: Path, scale: Scale | None = None) -> System:
    """Give the system of a form, with its plan; `scale` may be another than the form's."""
    scale = scale or FORMS[form]
    if form == "orders":
        return OrderingSystem(ordering_plan(seed, scale), folder)
    return CountingSystem(plan_of(seed, scale), folder)
