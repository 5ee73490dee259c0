"""Rows are read in batches, each key once, and what is not found is None."""

import asyncio
from collections.abc import Mapping

from service_kit.graphql.loaders import loader_of


async def test_what_is_asked_for_at_one_time_is_read_at_once() -> None:
    reads: list[list[str]] = []

    async def read(keys: list[str]) -> Mapping[str, int]:
        reads.append(sorted(keys))
        return {key: len(key) for key in keys if key != "none"}

    rows = loader_of(read)

    found = await asyncio.gather(*map(rows.load, ("a", "bb", "none", "a")))

    assert found == [1, 2, None, 1]
    assert reads == [["a", "bb", "none"]]
