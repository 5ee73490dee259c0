"""Reads in batches, for resolvers: what a request asks for at one time is read at once."""

from collections.abc import Awaitable, Callable, Mapping
from typing import TypeVar

from strawberry.dataloader import DataLoader

KeyT = TypeVar("KeyT")
RowT = TypeVar("RowT")


def loader_of(
    read: Callable[[list[KeyT]], Awaitable[Mapping[KeyT, RowT]]],
) -> DataLoader[KeyT, RowT | None]:
    """Give a loader of rows by key, None where the read finds none; a key is read once."""

    async def load(keys: list[KeyT]) -> list[RowT | None]:
        found = await read(keys)
        return [found.get(key) for key in keys]

    return DataLoader(load_fn=load)
