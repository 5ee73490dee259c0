"""Trying a transaction again when another one wrote the same new document first."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from service_kit.storage.database import BulkWriteError, Contended, DuplicateKey

T = TypeVar("T")

ATTEMPTS = 20
_DUPLICATE = 11000


class AlwaysDuplicate(Contended):
    """A transaction met a twin of what it wrote anew, however often it read again."""


async def until_no_duplicate(transact: Callable[[], Awaitable[T]]) -> T:
    """Run the transaction until it meets no new twin; the next attempt reads what the other wrote.

    Raises AlwaysDuplicate in the end.
    """
    for _ in range(ATTEMPTS):
        try:
            return await transact()
        except DuplicateKey:
            continue
        except BulkWriteError as error:
            if not is_duplicate(error):
                raise
    raise AlwaysDuplicate("New documents kept appearing.")


def is_duplicate(error: BulkWriteError) -> bool:
    """Whether a bulk write failed only because something exists already."""
    problems = (error.details or {}).get("writeErrors", ())
    return bool(problems) and all(problem["code"] == _DUPLICATE for problem in problems)
