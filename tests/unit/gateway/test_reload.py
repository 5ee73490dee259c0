import asyncio
from datetime import timedelta

import pytest

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import Served
from gateway.planning.snapshot import Snapshot
from gateway.ports import SubgraphUnreachable
from gateway.reload import NothingToServe, Reloader
from tests.support.subgraphs import SmallSubgraph, composed

ONE = composed([SmallSubgraph("a", "type Query { one: Int }")])
TWO = composed([SmallSubgraph("a", "type Query { two: Int }")])


class Source:
    """Gives what it is told to, and an error when that is nothing."""

    def __init__(self, text: str | None) -> None:
        self.text = text

    async def read(self) -> str:
        if self.text is None:
            raise SubgraphUnreachable("a: refused")
        return self.text


def reloader(source: Source, told: list[Snapshot] | None = None) -> Reloader:
    heard: list[Snapshot] = [] if told is None else told
    return Reloader(source, lambda one: Served(one, PreparationOptions(), 10), heard.append)


def fields(served: Served | None) -> list[str]:
    query = served.snapshot.public_schema.query_type if served else None
    return list(query.fields) if query else []


async def test_a_new_text_replaces_what_is_served_and_an_equal_one_does_not() -> None:
    source, told = Source(ONE), list[Snapshot]()
    one = reloader(source, told)

    assert await one.refresh()
    first = one.served
    assert not await one.refresh()
    assert one.served is first
    source.text = TWO
    assert await one.refresh()

    assert fields(first) == ["one"]
    assert fields(one.served) == ["two"]
    assert len(told) == 2


async def test_what_cannot_be_read_leaves_the_last_good_one_in_service() -> None:
    source = Source(ONE)
    one = reloader(source)
    await one.refresh()

    for text in (None, "type Query {", "type Query { three: Int }"):
        source.text = text
        with pytest.raises(Exception, match=r"."):
            await one.refresh()

    assert fields(one.served) == ["one"]


async def test_it_is_ready_once_something_is_served() -> None:
    one = reloader(Source(ONE))

    with pytest.raises(NothingToServe):
        await one.probe()
    await one.refresh()
    await one.probe()


async def test_the_first_try_is_waited_for_and_not_for_ever() -> None:
    failing = reloader(Source(None))
    running = asyncio.create_task(failing.run(timedelta(hours=1)))

    await failing.first_try(timedelta(minutes=1))
    await reloader(Source(ONE)).first_try(timedelta(0))
    running.cancel()

    assert failing.served is None


async def test_it_ends_even_when_a_failure_hides_its_cancellation() -> None:
    reading, refused = asyncio.Event(), asyncio.Event()

    class Failing(Source):
        async def read(self) -> str:
            reading.set()
            try:
                await refused.wait()
            except asyncio.CancelledError:
                raise SubgraphUnreachable("a: refused at that very moment") from None
            return ONE

    running = asyncio.create_task(reloader(Failing(None)).run(timedelta(0)))
    await reading.wait()

    running.cancel()

    async with asyncio.timeout(10):
        await asyncio.wait([running])
