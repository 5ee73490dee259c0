"""`python -m gateway compose`, as a process of its own, over running subgraphs and files."""

import asyncio
import json
import sys
from dataclasses import dataclass
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from gateway.supergraph.reader import read_supergraph
from tests.contract.gateway.conftest import Serve
from tests.support.serving import HOST
from tests.support.subgraphs import SmallSubgraph

ITEMS = 'type Query { item: Item } type Item @key(fields: "id") { id: ID! name: String }'
STOCK = 'type Item @key(fields: "id") { id: ID! stock: Int }'


@dataclass(frozen=True)
class Ended:
    """What a process has left behind."""

    status: int | None
    out: str
    told: str


async def compose(*arguments: str, **environment: str) -> Ended:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "gateway",
        "compose",
        *arguments,
        env={"PATH": "/usr/bin:/bin", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, told = await process.communicate()
    return Ended(process.returncode, out.decode(), told.decode())


async def test_running_subgraphs_and_files_become_one_supergraph(
    serve: Serve, tmp_path: Path
) -> None:
    items, stock = SmallSubgraph("items", ITEMS), SmallSubgraph("stock", STOCK)
    url = f"{(await serve('items', items.app())).url}/graphql"
    file = tmp_path / "stock.graphql"
    file.write_text(stock.sdl)

    ended = await compose(
        f"items={url}", "--header=X-Key: both", f"stock={file}@http://stock/graphql"
    )

    assert (ended.status, ended.told) == (0, "")
    subgraphs = read_supergraph(ended.out).subgraphs
    assert {one.name: one.url for one in subgraphs.values()} == {
        "items": url,
        "stock": "http://stock/graphql",
    }
    assert items.documents == ["{ _service { sdl } }"]
    assert items.headers[0]["x-key"] == "both"


async def test_a_configuration_sends_each_subgraph_its_own_headers(
    serve: Serve, tmp_path: Path
) -> None:
    items, stock = SmallSubgraph("items", ITEMS), SmallSubgraph("stock", STOCK)
    lines = ["subgraphs:"]
    for one in (items, stock):
        url = f"{(await serve(one.name, one.app())).url}/graphql"
        lines += [
            f"  {one.name}:",
            f"    routing_url: http://{one.name}/graphql",
            "    schema:",
            f"      subgraph_url: {url}",
            "      introspection_headers:",
            f"        Authorization: Bearer {one.name}-${{env.TOKEN}}",
        ]
    config, out = tmp_path / "supergraph.yaml", tmp_path / "supergraph.graphql"
    config.write_text("\n".join(lines))

    ended = await compose(
        "--config", str(config), "--header", "stock=X-Only: stock", "-o", str(out), TOKEN="secret"
    )

    assert (ended.status, ended.out, ended.told) == (0, "", "")
    subgraphs = read_supergraph(out.read_text()).subgraphs
    assert {one.url for one in subgraphs.values()} == {
        "http://items/graphql",
        "http://stock/graphql",
    }
    assert items.headers[0]["authorization"] == "Bearer items-secret"
    assert stock.headers[0]["authorization"] == "Bearer stock-secret"
    assert "x-only" not in items.headers[0]
    assert stock.headers[0]["x-only"] == "stock"


async def test_every_subgraph_that_gives_no_schema_is_named_with_the_reason(serve: Serve) -> None:
    good = f"{(await serve('good', SmallSubgraph('good', ITEMS).app())).url}/graphql"
    plain = await serve("plain", answering(JSONResponse({"errors": [{"message": "What?"}]})))
    guarded = await serve("guarded", answering(Response("go away", 401)))
    stopped = await serve("stopped", answering(Response()))
    await stopped.stop()

    ended = await compose(
        f"good={good}",
        f"plain={plain.url}/graphql",
        f"guarded={guarded.url}/graphql",
        f"stopped={stopped.url}/graphql",
    )

    assert (ended.status, ended.out) == (2, "")
    by_name = dict(zip(("plain", "guarded", "stopped"), ended.told.splitlines(), strict=True))
    assert f"plain gives no schema: status 200: What? (asked at {plain.url}" in by_name["plain"]
    assert "guarded gives no schema: status 401" in by_name["guarded"]
    assert f"stopped cannot be asked at {stopped.url}/graphql: " in by_name["stopped"]


async def test_a_subgraph_that_takes_too_long_is_named() -> None:
    async def keep_waiting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(keep_waiting, HOST, 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        ended = await compose(f"slow=http://{HOST}:{port}/graphql", "--timeout=0.2")

    assert ended.status == 2
    assert ended.told.startswith(f"slow cannot be asked at http://{HOST}:{port}/graphql: ")


async def test_problems_in_a_running_subgraph_are_told_by_its_name_and_line(serve: Serve) -> None:
    wrong = SmallSubgraph("wrong", 'type Query { a: A } type A @key(fields: "no") { id: ID! }')
    url = f"{(await serve('wrong', wrong.app())).url}/graphql"
    line = wrong.sdl.splitlines().index('type Query { a: A } type A @key(fields: "no") { id: ID! }')

    told = await compose(f"wrong={url}")
    read = json.loads((await compose(f"wrong={url}", "--format=json")).out)

    assert told.status == 1
    assert told.told.startswith(f"<wrong>:{line + 1}:28: KEY_INVALID_FIELDS [wrong] On A")
    assert read["problems"][0]["places"] == [
        {"subgraph": "wrong", "file": "<wrong>", "line": line + 1, "column": 28}
    ]


async def test_the_help_explains_itself() -> None:
    ended = await compose("--help")

    assert ended.status == 0
    for part in ("Apollo Federation 2", "--config", "exit status", "--check OLD", "examples"):
        assert part in ended.out


def answering(response: Response) -> Starlette:
    async def endpoint(_: Request) -> Response:
        return response

    return Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])])
