import asyncio
from datetime import timedelta
from pathlib import Path

import orjson
import pytest

from gateway.cli.composing.whole_file import write_whole
from gateway.errors import CompositionFailed, InvalidSupergraph
from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import Served
from gateway.planning.snapshot import Snapshot
from gateway.ports import SubgraphRequest, SubgraphResponse, SubgraphUnreachable
from gateway.reload import FileSource, NothingToServe, Reloader, SubgraphsSource
from service_kit.identity.tokens import GATEWAY, service_caller
from tests.support.subgraphs import SmallSubgraph, composed

ONE = composed([SmallSubgraph("a", "type Query { one: Int }")])
TWO = composed([SmallSubgraph("a", "type Query { two: Int }")])
KEYED = composed(
    [SmallSubgraph("a", 'type Query { item: Item } type Item @key(fields: "id") { id: ID! }')]
)


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

    no_such_key = KEYED.replace('key: "id"', 'key: "nope"')
    no_field_set = KEYED.replace('key: "id"', 'key: "id {"')
    for text in (None, "type Query {", "type Query { three: Int }", no_such_key, no_field_set):
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


async def test_a_text_that_was_refused_is_not_tried_again_until_it_changes() -> None:
    tried: list[Snapshot] = []

    def fail(one: Snapshot) -> Served:
        tried.append(one)
        return Served(one, PreparationOptions(), 10)

    source = Source("type Query {")
    one = Reloader(source, fail, lambda _: None)
    with pytest.raises(InvalidSupergraph) as first:
        await one.refresh()
    with pytest.raises(InvalidSupergraph) as second:
        await one.refresh()
    source.text = ONE

    assert second.value is first.value
    assert await one.refresh()
    assert len(tried) == 1


async def test_addresses_change_only_when_there_is_something_to_serve() -> None:
    told: list[Snapshot] = []

    def fail(_: Snapshot) -> Served:
        raise ValueError("no room")

    with pytest.raises(ValueError, match="no room"):
        await Reloader(Source(ONE), fail, told.append).refresh()

    assert told == []


async def test_a_file_is_read_again_when_it_is_changed_or_replaced(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    source = FileSource(file)
    write_whole(file, ONE)

    first = await source.read()
    again = await source.read()
    write_whole(file, TWO)

    assert first is again
    assert await source.read() == TWO
    file.unlink()
    with pytest.raises(FileNotFoundError):
        await source.read()


class Subgraphs:
    """Answers for subgraphs by name; None is one that is away."""

    def __init__(self, **sdls: str | None) -> None:
        self.sdls = sdls

    async def send(self, request: SubgraphRequest) -> SubgraphResponse:
        sdl = self.sdls[request.subgraph]
        if sdl is None:
            raise SubgraphUnreachable(f"{request.subgraph}: refused")
        return SubgraphResponse(200, orjson.dumps({"data": {"_service": {"sdl": sdl}}}))

    def source(self) -> SubgraphsSource:
        return SubgraphsSource(dict.fromkeys(self.sdls, "http://x"), self, service_caller(GATEWAY))


async def test_every_subgraph_that_gives_no_text_is_named() -> None:
    with pytest.raises(CompositionFailed) as caught:
        await Subgraphs(a=None, b="type Query { b: Int }", c=None).source().read()

    assert caught.value.message == "a: refused; c: refused"


async def test_subgraphs_that_do_not_compose_are_told_and_composed_again_once_repaired() -> None:
    subgraphs = Subgraphs(a="type Query { a: Int }", b="type B {")
    source = subgraphs.source()

    with pytest.raises(CompositionFailed, match="INVALID_GRAPHQL") as first:
        await source.read()
    with pytest.raises(CompositionFailed) as second:
        await source.read()
    subgraphs.sdls["b"] = "type Query { b: Int }"
    text = await source.read()

    assert second.value is first.value
    assert "b: Int @join__field(graph: B)" in text
    assert await source.read() is text
