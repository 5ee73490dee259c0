"""Making entities of many documents without keeping everybody else waiting."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Final, TypeVar

from service_kit.storage.database import Document

T = TypeVar("T")

MADE_AT_ONCE: Final = 2_500


async def made_of(documents: Sequence[Document], make: Callable[[Document], T]) -> list[T]:
    """Make an entity of each document, some at a time."""
    made: list[T] = []
    for start in range(0, len(documents), MADE_AT_ONCE):
        if start:
            await asyncio.sleep(0)  # others want the processor too
        made.extend(map(make, documents[start : start + MADE_AT_ONCE]))
    return made
