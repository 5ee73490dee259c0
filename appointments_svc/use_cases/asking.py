"""Asking other services before anything is decided; no answer is a refusal that may pass."""

from collections.abc import Awaitable
from typing import TypeVar

from appointments_svc.domain.agenda.site import Site
from appointments_svc.domain.refusals import unknown_location
from appointments_svc.ports import InventoryUnavailable, OrdersUnavailable
from appointments_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import unavailable
from service_kit.commands.naming import code_errors, refuse_any

T = TypeVar("T")


async def answered(question: Awaitable[T]) -> T:
    """Give the answer, or refuse UNAVAILABLE."""
    try:
        return await question
    except (OrdersUnavailable, InventoryUnavailable) as error:
        raise unavailable("Another service did not answer. Ask again with the same key.") from error


async def site_at(around: Surroundings, code: str, *path: str) -> Site:
    """The location of that code; refused UNKNOWN_LOCATION if there is none."""
    refuse_any(code_errors(code, *path))
    site = (await answered(around.inventory.sites([code]))).get(code)
    if site is None:
        raise unknown_location(code, *path)
    return site
