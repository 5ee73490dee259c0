"""`python -m gateway serve --supergraph FILE` before other people's subgraphs."""

import asyncio
import sys
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import jwt
import orjson

from service_kit.identity.keys import generate_signing_key, public_jwks
from tests.contract.gateway.conftest import Serve, until_ready
from tests.contract.gateway.test_serve_command import ENVIRONMENT, free_port, until_running
from tests.support.subgraphs import SmallSubgraph, composed

ABSENT = {
    *("pymongo", "bson", "motor", "redis", "hiredis", "valkey", "devstack", "retail_kit"),
    *("appointments_svc", "inventory_svc", "order_svc", "returns_svc"),
}
WITHOUT_THEM = f"""
import sys
from importlib.abc import MetaPathFinder

class Absent(MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name.partition(".")[0] in {ABSENT!r}:
            raise ModuleNotFoundError(f"No module named {{name!r}}", name=name)

sys.meta_path.insert(0, Absent())
try:
    import pymongo
except ModuleNotFoundError:
    print("pymongo is not there", flush=True)
from gateway.__main__ import main
sys.exit(main(sys.argv[1:], {{"GATEWAY_LOG_JSON": "true"}}))
"""
KEY = generate_signing_key("https://id.example")


def sign(**claims: Any) -> str:
    good = {
        "iss": "https://id.example",
        "aud": "graph",
        "sub": "ana",
        "exp": (datetime.now(UTC) + timedelta(hours=1)).timestamp(),  # noqa: TID251  # a real process
    }
    return jwt.encode(good | claims, KEY.private, "EdDSA", headers={"kid": KEY.kid})


@asynccontextmanager
async def without_them(
    port: int, session: aiohttp.ClientSession, *arguments: str
) -> AsyncIterator[str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-c", WITHOUT_THEM, "serve", "--port", str(port), *arguments),
        env=ENVIRONMENT,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert "pymongo is not there" in await until_running(process, port)
        await until_ready(f"http://127.0.0.1:{port}", session)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.kill()
        await process.wait()


async def asked(
    session: aiohttp.ClientSession, url: str, query: str, headers: Mapping[str, str] | None = None
) -> Any:
    async with session.post(f"{url}/graphql", json={"query": query}, headers=headers) as response:
        return await response.json()


async def asked_by_socket(
    session: aiohttp.ClientSession, url: str, query: str, init: Mapping[str, str]
) -> Any:
    address = url.replace("http", "ws", 1) + "/graphql"
    async with session.ws_connect(address, protocols=("graphql-transport-ws",)) as socket:
        await socket.send_json({"type": "connection_init", "payload": init})
        assert (await socket.receive_json())["type"] == "connection_ack"
        await socket.send_json({"type": "subscribe", "id": "1", "payload": {"query": query}})
        return (await socket.receive_json())["payload"]


async def test_a_graph_is_served_where_neither_mongodb_nor_redis_can_be_imported(
    serve: Serve, session: aiohttp.ClientSession, tmp_path: Path
) -> None:
    person = {"id": "1", "name": "Ana", "email": "ana@example.org"}
    people = SmallSubgraph(
        "people",
        """type Query { me: User }
        type User @key(fields: "id") { id: ID! name: String email: String }""",
        {"me": person},
    )
    marks = SmallSubgraph(
        "marks",
        'type Query { none: Int } type User @key(fields: "id") { id: ID! mark: Int }',
        entities={"User": lambda _: {"mark": 5}},
    )
    urls = {one.name: (await serve(one.name, one.app())).url for one in (people, marks)}
    text = composed([people, marks], {"people": f"{urls['people']}/graphql"}).replace(
        "email: String",
        'email: String @requiresScopes(scopes: [["email"]])',
    )
    file, keys = tmp_path / "supergraph.graphql", tmp_path / "jwks.json"
    file.write_text(text)
    keys.write_bytes(orjson.dumps(public_jwks([KEY])))
    port = free_port()

    async with without_them(
        port,
        session,
        *("--supergraph", str(file), "--subgraph", f"marks={urls['marks']}/graphql"),
        *("--forward-header", "X-Tenant", "--forward-header", "authorization"),
        *("--jwks", str(keys), "--issuer", "https://id.example", "--audience", "graph"),
        "--development",
    ) as url:
        token = {
            "Authorization": f"Bearer {sign(scope='email more')}",
            "x-tenant": "t1",
            "x-b": "2",
        }
        whole = await asked(session, url, "{ me { name mark email } }", token)
        people_heard, marks_heard = people.headers[-1], marks.headers[-1]
        part = await asked(session, url, "{ me { name email } }")
        explained = await asked(session, url, "{ me { mark } }", {"x-gateway-explain": "1"})
        bad = await asked(session, url, "{ me { name } }", {"Authorization": "Bearer no"})
        over_socket = await asked_by_socket(session, url, "{ me { name } }", {"X-Tenant": "t2"})
        heard_by_socket = people.headers[-1]
        async with session.get(f"{url}/graphql", headers={"Accept": "text/html"}) as response:
            page = await response.text()
        async with session.get(f"{url}/health/live") as response:
            live = response.status

    assert whole == {"data": {"me": {"name": "Ana", "mark": 5, "email": "ana@example.org"}}}
    for heard in (people_heard, marks_heard):
        assert (heard["x-tenant"], heard["authorization"]) == ("t1", token["Authorization"])
        assert "x-b" not in heard
    assert part["data"] == {"me": {"name": "Ana", "email": None}}
    assert part["errors"][0]["extensions"] == {"code": "UNAUTHORIZED_FIELD_OR_TYPE"}
    assert not [one for one in people.documents[1:] if "email" in one]
    assert explained["extensions"]["plan"].startswith("QueryPlan {\n  Sequence {\n")
    assert [one["subgraph"] for one in explained["extensions"]["timings"]] == ["people", "marks"]
    assert bad["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"
    assert over_socket == {"data": {"me": {"name": "Ana"}}}
    assert (heard_by_socket["x-tenant"], "authorization" in heard_by_socket) == ("t2", False)
    assert "graphiql" in page.lower()
    assert live == 200


async def test_what_cannot_be_meant_is_told_before_anything_is_served(tmp_path: Path) -> None:
    file = tmp_path / "supergraph.graphql"
    file.write_text("")

    async def told(*arguments: str) -> str:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "gateway", "serve", "--supergraph", str(file), *arguments),
            env=ENVIRONMENT,
            stdout=asyncio.subprocess.PIPE,
        )
        output, _ = await process.communicate()
        assert process.returncode == 2
        return output.decode()

    assert "'content-length'" in await told("--forward-header", "Content-Length")
    assert "issuer and an audience" in await told("--jwks", "keys.json", "--issuer", "me")
    assert "name=url" in await told("--subgraph", "marks")
