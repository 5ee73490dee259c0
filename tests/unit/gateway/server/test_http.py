from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import pytest
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import Served
from gateway.security.authentication import VISITOR, Authenticator
from gateway.server.graphiql import PageOptions, graphiql_page
from gateway.server.http import GatewayView, ServerOptions
from gateway.server.schema import GatewaySchema
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import InvalidToken
from tests.support.asgi import AsgiAnswer, ask
from tests.support.subgraphs import SmallSubgraph, snapshot_of, transport_to

SDL = """
  type Query { greeting(to: Int, name: String): String! maybe: String }
  type Mutation { shout: String }
"""
JSON = {"content-type": "application/json"}
MODERN = {**JSON, "accept": "application/graphql-response+json"}
GREET = b'{"query": "{ greeting }"}'
WRONG = [b'{"query": "{"}', b'{"query": "{ nothing }"}', b'{"query": "{ greeting(to: 1.5) }"}']


class OneUser:
    """Knows one token."""

    async def verify(self, token: str) -> Caller:
        if token != "good":
            raise InvalidToken("no")
        return replace(VISITOR, subject="ana")


class Holding:
    """Serves one thing, or nothing yet."""

    def __init__(self, served: Served | None) -> None:
        self.served = served


class Edge:
    """A gateway's edge over one subgraph."""

    def __init__(self, preparation: PreparationOptions | None = None, **options: Any) -> None:
        roots = {"greeting": lambda to=0, name="you": f"hello {name}{to or ''}", "shout": "HEY"}
        self.subgraph = SmallSubgraph("hello", SDL, roots)
        served = Served(snapshot_of(self.subgraph), preparation or PreparationOptions(), 10)
        self.holding = Holding(served)
        self.transport = transport_to(self.subgraph)
        view = GatewayView(
            GatewaySchema(self.holding, self.transport),
            Authenticator(OneUser()),
            ServerOptions(**options),
        )
        self.app = Starlette(routes=[Route("/graphql", view)])

    async def post(self, body: bytes, headers: dict[str, str] | None = None) -> AsgiAnswer:
        sent = JSON if headers is None else headers
        return await ask(self.app, "/graphql", method="POST", headers=sent, body=[body])

    async def get(self, headers: dict[str, str] | None = None, **parameters: str) -> AsgiAnswer:
        query = urlencode(parameters)
        return await ask(self.app, "/graphql", headers=headers or {}, query=query)


def code_of(answer: AsgiAnswer) -> str:
    return str(answer.json["errors"][0]["extensions"]["code"])


async def test_a_query_is_answered_in_the_media_type_asked_for() -> None:
    edge = Edge()

    old, new = await edge.post(GREET), await edge.post(GREET, MODERN)

    assert (old.status, new.status) == (200, 200)
    assert old.headers["content-type"] == "application/json; charset=utf-8"
    assert new.headers["content-type"] == "application/graphql-response+json; charset=utf-8"
    assert old.json == new.json == {"data": {"greeting": "hello you"}}


@pytest.mark.parametrize("body", WRONG)
async def test_an_operation_that_cannot_run_is_400_where_the_media_type_says_so(
    body: bytes,
) -> None:
    edge = Edge()

    old, new = await edge.post(body), await edge.post(body, MODERN)

    assert (old.status, new.status) == (200, 400)
    assert "data" not in old.json
    assert old.json == new.json


async def test_data_with_errors_is_200_in_both_media_types() -> None:
    edge = Edge()
    edge.subgraph.roots = {}

    old, new = await edge.post(GREET), await edge.post(GREET, MODERN)

    assert (old.status, new.status) == (200, 200)
    assert old.json["data"] is None
    assert code_of(old) == "INVALID_SUBGRAPH_VALUE" or old.json["errors"]


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"[1]",
        b"3",
        b'"text"',
        b"{",
        b"\xff\xfe",
        b"{}",
        b'{"query": null}',
        b'{"query": 3}',
        b'{"query": "{ greeting }", "variables": []}',
        b'{"query": "{ greeting }", "variables": "x"}',
        b'{"query": "{ greeting }", "extensions": 1}',
        b'{"query": "{ greeting }", "operationName": 1}',
        b'{"query": "{ greeting }", "variables": {"a": ' + b"9" * 6000 + b"}}",
        b'{"query": ' + b"[" * 100_000,
        b'{"query": "\\ud800"}',
    ],
)
async def test_a_body_that_is_no_graphql_request_is_400_and_graphql_shaped(body: bytes) -> None:
    answer = await Edge().post(body)

    assert answer.status == 400
    assert code_of(answer) == "BAD_REQUEST"
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"content-type": "text/plain"},
        {"content-type": "application/x-www-form-urlencoded"},
        {"content-type": "multipart/form-data; boundary=x"},
        {"content-type": "application/json; charset=utf-16"},
        {**JSON, "content-encoding": "gzip"},
    ],
)
async def test_a_body_of_another_type_is_415(headers: dict[str, str]) -> None:
    assert (await Edge().post(GREET, headers)).status == 415


async def test_a_body_over_the_bound_is_413_announced_or_not() -> None:
    edge = Edge(body_bytes=100)
    long = b'{"query": "{ greeting }' + b" " * 100 + b'"}'

    announced = await edge.post(GREET, {**JSON, "content-length": "101"})
    in_parts = await ask(
        edge.app, "/graphql", method="POST", headers=JSON, body=[long[:50], long[50:]]
    )

    assert (announced.status, in_parts.status) == (413, 413)


async def test_a_query_may_come_by_get_with_its_variables() -> None:
    answer = await Edge().get(
        query="query A($n: String) { greeting(name: $n) } query B { maybe }",
        operationName="A",
        variables='{"n": "é"}',
    )

    assert answer.json == {"data": {"greeting": "hello é"}}


async def test_a_mutation_by_get_is_405_and_not_run() -> None:
    edge = Edge()

    answer = await edge.get(query="mutation { shout }")

    assert (answer.status, answer.headers["allow"]) == (405, "POST")
    assert edge.subgraph.asked == []


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "HEAD"])
async def test_other_methods_are_405_and_told_which_there_are(method: str) -> None:
    answer = await ask(Edge().app, "/graphql", method=method)

    assert (answer.status, answer.headers["allow"]) == (405, "GET, POST")


@pytest.mark.parametrize("variables", ["{", "[]", "3"])
async def test_malformed_variables_by_get_are_400(variables: str) -> None:
    answer = await Edge().get(query="{ greeting }", variables=variables)

    assert answer.status == 400


async def test_a_get_from_another_site_is_refused() -> None:
    answer = await Edge().get({"origin": "https://evil.example"}, query="{ greeting }")

    assert answer.status == 403


async def test_an_answer_that_nobody_wants_is_406() -> None:
    answer = await Edge().post(GREET, {**JSON, "accept": "text/csv"})

    assert answer.status == 406


async def test_a_bad_token_is_401_before_anything_else() -> None:
    answer = await Edge().post(b"{", {**JSON, "authorization": "Bearer bad"})

    assert (answer.status, code_of(answer)) == (401, "UNAUTHENTICATED")
    assert answer.headers["www-authenticate"] == "Bearer"


async def test_the_verified_caller_reaches_the_subgraph() -> None:
    edge = Edge()

    await edge.post(GREET, {**JSON, "authorization": "Bearer good"})

    (request,) = edge.transport.requests
    assert request.caller is not None
    assert request.caller.subject == "ana"


async def test_bad_variables_are_told_with_a_code() -> None:
    body = b'{"query": "query($n: Int!) { greeting(to: $n) }", "variables": {"n": "x"}}'

    answer = await Edge().post(body, MODERN)

    assert (answer.status, code_of(answer)) == (400, "BAD_USER_INPUT")


async def test_an_unknown_operation_name_is_told_with_a_code() -> None:
    body = b'{"query": "query A { maybe } query B { maybe }", "operationName": "C"}'

    assert code_of(await Edge().post(body)) == "OPERATION_NOT_FOUND"
    assert code_of(await Edge().post(body.replace(b'"C"', b"null"))) == "OPERATION_NOT_FOUND"


async def test_in_production_neither_schema_nor_suggestions_nor_plans_are_shown() -> None:
    edge = Edge(PreparationOptions(introspection=False, suggestions=False))

    schema = await edge.post(b'{"query": "{ __schema { queryType { name } } }"}')
    typo = await edge.post(b'{"query": "{ greetin }"}')
    plan = await edge.post(GREET, {**JSON, "x-gateway-explain": "1"})
    page = await edge.get({"accept": "text/html"})

    assert code_of(schema) == "GRAPHQL_VALIDATION_FAILED"
    assert "Did you mean" not in typo.text
    assert "extensions" not in plan.json
    assert page.status == 406


async def test_a_developer_sees_the_plan_and_the_times_for_a_header() -> None:
    answer = await Edge(may_explain=True).post(GREET, {**JSON, "x-gateway-explain": "1"})

    assert 'Fetch #0 "hello"' in answer.json["extensions"]["plan"]
    assert answer.json["extensions"]["timings"][0]["subgraph"] == "hello"


async def test_while_there_is_no_schema_the_answer_is_503() -> None:
    edge = Edge()
    edge.holding.served = None

    answer = await edge.post(GREET)

    assert (answer.status, code_of(answer)) == (503, "NOT_READY")
    assert answer.headers["retry-after"] == "1"


async def test_a_browser_is_shown_the_page_in_development() -> None:
    page = graphiql_page(PageOptions(has_tokens=True, identities=["role=operator"]))
    edge = Edge(page=page)

    shown = await edge.get({"accept": "text/html,*/*;q=0.8"})
    asked = await edge.get({"accept": "text/html,*/*;q=0.8"}, query="{ greeting }")

    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert '<option value="role=operator">' in shown.text
    assert asked.json == {"data": {"greeting": "hello you"}}


def test_a_page_with_its_own_assets_asks_nobody_else() -> None:
    assert "https://" not in graphiql_page(PageOptions(self_hosted=True))
    assert "integrity" in graphiql_page(PageOptions())
