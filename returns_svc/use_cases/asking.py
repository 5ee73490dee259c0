"""Asking other services before anything is decided; no answer is a refusal that may pass."""

from collections.abc import Awaitable
from typing import TypeVar

from returns_svc.domain.policies.policy import Place
from returns_svc.domain.refusals import unknown_location
from returns_svc.ports import InventoryUnavailable, OrdersUnavailable
from returns_svc.use_cases.surroundings import Surroundings
from service_kit.commands.denials import unavailable
from service_kit.commands.naming import code_errors, refuse_any
from service_kit.commands.refusal import Refusal

T = TypeVar("T")


async def answered(question: Awaitable[T]) -> T:
    """Give the answer, or refuse UNAVAILABLE with the name of who did not give one."""
    try:
        return await question
    except OrdersUnavailable as error:
        raise _silent("order_svc") from error
    except InventoryUnavailable as error:
        raise _silent("inventory_svc") from error


def _silent(service: str) -> Refusal:
    message = "Another service did not answer. Ask again with the same key."
    return unavailable(message, service=service)


async def place_at(around: Surroundings, code: str, *path: str) -> Place:
    """The location of that code; refused UNKNOWN_LOCATION if there is none."""
    refuse_any(code_errors(code, *path))
    place = await answered(around.inventory.place(code))
    if place is None:
        raise unknown_location(code, *path)
    return place
