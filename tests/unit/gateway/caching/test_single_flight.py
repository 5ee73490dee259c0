import asyncio

import pytest

from gateway.caching.single_flight import Bounds, SingleFlightCache


class Maker:
    """Makes a value when it is let go, and counts."""

    def __init__(self) -> None:
        self.made = 0
        self.go = asyncio.Event()

    async def make(self) -> int:
        self.made += 1
        await self.go.wait()
        return self.made


async def test_what_was_made_is_kept_and_the_least_recently_used_goes_first() -> None:
    cache: SingleFlightCache[str, int] = SingleFlightCache(2)
    maker = Maker()
    maker.go.set()

    for key in ("a", "b", "a", "c", "a", "b"):
        await cache.get(key, maker.make)

    assert maker.made == cache.misses == 4
    assert cache.hits == 2
    assert len(cache) == 2


async def test_whoever_asks_meanwhile_waits_for_the_same() -> None:
    cache: SingleFlightCache[str, int] = SingleFlightCache(2)
    maker = Maker()
    asking = [asyncio.create_task(cache.get("a", maker.make)) for _ in range(5)]
    await asyncio.sleep(0)

    maker.go.set()

    assert await asyncio.gather(*asking) == [1] * 5


async def test_an_error_reaches_everybody_who_waits_and_is_not_kept() -> None:
    cache: SingleFlightCache[str, int] = SingleFlightCache(2)
    go = asyncio.Event()

    async def fail() -> int:
        await go.wait()
        raise ValueError("no")

    asking = [asyncio.create_task(cache.get("a", fail)) for _ in range(2)]
    await asyncio.sleep(0)
    go.set()

    for one in asking:
        with pytest.raises(ValueError, match="no"):
            await one
    maker = Maker()
    maker.go.set()
    assert await cache.get("a", maker.make) == 1


async def test_when_the_maker_is_cancelled_a_waiter_makes_it() -> None:
    cache: SingleFlightCache[str, int] = SingleFlightCache(2)
    maker = Maker()
    first = asyncio.create_task(cache.get("a", maker.make))
    await asyncio.sleep(0)
    second = asyncio.create_task(cache.get("a", maker.make))
    await asyncio.sleep(0)

    first.cancel()
    maker.go.set()

    assert await second == 2
    assert first.cancelled()


async def test_the_kept_are_bounded_by_what_they_weigh_and_the_heavy_are_not_kept() -> None:
    bounds: Bounds[int] = Bounds(lambda value: value, heaviest=50, together=100)
    cache: SingleFlightCache[str, int] = SingleFlightCache(10, bounds)

    async def weigh(key: str, weight: int) -> None:
        async def make() -> int:
            return weight

        assert await cache.get(key, make) == weight

    await weigh("heavy", 51)
    assert (len(cache), cache.weight) == (0, 0)
    for key in ("a", "b", "a", "c"):
        await weigh(key, 40)

    assert (len(cache), cache.weight) == (2, 80)
    before = cache.misses
    await weigh("a", 40)
    await weigh("c", 40)
    assert cache.misses == before
    await weigh("b", 40)
    assert cache.misses == before + 1


async def test_what_grows_while_it_is_kept_is_weighed_again_when_it_is_asked_for() -> None:
    bounds: Bounds[list[int]] = Bounds(len, heaviest=5, together=10)
    cache: SingleFlightCache[str, list[int]] = SingleFlightCache(10, bounds)

    async def make() -> list[int]:
        return [0] * 4

    await cache.get("a", make)
    growing = await cache.get("b", make)
    assert cache.weight == 8

    growing += [0] * 3
    assert await cache.get("b", make) is growing
    assert (len(cache), cache.weight) == (1, 7)
