from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from graphql import parse
from starlette.applications import Starlette
from starlette.routing import Route

from gateway.execution.preparation import PreparationOptions
from gateway.pipeline import LARGEST_CACHED, Served
from gateway.security.authentication import VISITOR, Authenticator
from gateway.security.limits import OperationLimits
from gateway.server.graphiql import PageOptions, graphiql_page
from gateway.server.http import EXPLAIN_HEADER, LABELS_HEADER, GatewayView, ServerOptions
from gateway.server.schema import GatewaySchema
from service_kit.graphql.documents import DocumentBounds
from service_kit.identity.caller import Caller
from service_kit.identity.tokens import InvalidToken
from service_kit.identity.user_tokens import KeysUnavailable
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
        if token == "away":
            raise KeysUnavailable("nobody there")
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
        self.served = served
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


async def test_caches_tell_answers_apart_by_all_they_depend_on() -> None:
    edge = Edge(forward_headers=("x-tenant", "authorization"), page="<html>")
    page = {"accept": "text/html"}
    answers = [await edge.post(GREET), await edge.post(b"{"), await edge.get(page)]
    answers += [await edge.get(MODERN, query="{ greeting }"), await edge.post(GREET, {})]

    assert [one.status for one in answers] == [200, 400, 200, 200, 415]
    vary = "accept, authorization, accept-language, x-tenant"
    assert [one.headers["vary"] for one in answers] == [vary] * 5


async def test_for_developers_answers_depend_on_what_they_wish_to_see() -> None:
    answer = await Edge(may_explain=True).post(GREET)

    assert answer.headers["vary"].endswith(f", {EXPLAIN_HEADER}, {LABELS_HEADER}")


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


async def test_a_503_is_never_of_the_media_type_that_clients_take_for_the_final_answer() -> None:
    edge = Edge()
    edge.holding.served = None

    answer = await edge.post(GREET, {**JSON, "accept": "application/graphql-response+json"})

    assert answer.status == 503
    assert answer.headers["content-type"] == "application/json; charset=utf-8"


async def test_a_browser_is_shown_the_page_in_development_for_a_linked_query_too() -> None:
    page = graphiql_page(PageOptions(has_tokens=True, identities=["role=operator"]))
    edge = Edge(page=page)

    shown = await edge.get({"accept": "text/html,*/*;q=0.8"})
    linked = await edge.get({"accept": "text/html,*/*;q=0.8"}, query="{ greeting }")
    asked = await edge.get({"accept": "application/json"}, query="{ greeting }")

    assert shown.headers["content-type"] == "text/html; charset=utf-8"
    assert '<option value="role=operator">' in shown.text
    assert linked.text == shown.text
    assert asked.json == {"data": {"greeting": "hello you"}}


def test_a_page_with_its_own_assets_asks_nobody_else() -> None:
    assert "https://" not in graphiql_page(PageOptions(self_hosted=True))
    assert "integrity" in graphiql_page(PageOptions())


async def test_large_documents_do_not_fill_the_memory_of_the_gateway() -> None:
    edge = Edge()

    for mark in range(3):
        padding = "x" * (LARGEST_CACHED + mark)
        answer = await edge.post(orjson.dumps({"query": f"{{ greeting }} #{padding}"}))
        assert answer.json == {"data": {"greeting": "hello you"}}
    assert edge.served.cached_size == 0
    await edge.post(GREET)

    assert 0 < edge.served.cached_size < 100


async def test_a_short_document_that_comes_to_a_large_operation_is_not_kept_either() -> None:
    edge = Edge()
    doubling = " ".join(
        f"fragment F{at} on Query {{ ...F{at + 1} ...F{at + 1} }}" for at in range(5)
    )
    leaf = f"fragment F5 on Query {{ {'...{ ' * 40} greeting {'}' * 40} }}"
    document = f"{{ ...F0 }} {doubling} {leaf}"

    answer = await edge.post(orjson.dumps({"query": document}))

    assert answer.json == {"data": {"greeting": "hello you"}}
    assert len(document) < LARGEST_CACHED / 10
    assert edge.served.cached_size == 0


@pytest.mark.parametrize("where", ["document", "request"])
async def test_an_operation_with_an_endless_name_is_refused_in_few_words(where: str) -> None:
    edge = Edge()
    name = "N" * 400_000 if where == "request" else "N" * 101
    document = f"query {name} {{ greeting }}" if where == "document" else "{ greeting }"

    answer = await edge.post(orjson.dumps({"query": document, "operationName": name}))

    assert code_of(answer) == "BAD_REQUEST"
    assert "100 characters" in answer.json["errors"][0]["message"]
    assert len(answer.body) < 1000
    assert edge.subgraph.asked == []


async def test_an_operation_with_a_name_of_a_hundred_letters_runs() -> None:
    name = "N" * 100
    answer = await Edge().post(orjson.dumps({"query": f"query {name} {{ greeting }}"}))

    assert answer.json == {"data": {"greeting": "hello you"}}


@pytest.mark.parametrize("shape", ["long", "wide"])
async def test_what_the_gateway_lets_through_is_not_too_large_for_a_subgraph(shape: str) -> None:
    edge = Edge()
    limits, bounds = OperationLimits(), DocumentBounds()
    text = "x" * (limits.characters - 100)
    aliases = " ".join(f"a{at}: greeting(to: {at})" for at in range(limits.root_fields))
    document = {"long": f'{{ greeting(name: "{text}") }}', "wide": f"{{ {aliases} }}"}[shape]

    answer = await edge.post(orjson.dumps({"query": document}))

    assert "errors" not in answer.json
    (asked,) = edge.subgraph.documents
    parse(asked, max_lexical_tokens=bounds.tokens, max_source_length=bounds.characters)


def test_a_subgraph_takes_more_than_the_gateway_so_that_the_gateway_says_no_first() -> None:
    limits, bounds = OperationLimits(), DocumentBounds()

    assert bounds.characters >= 2 * limits.characters
    assert bounds.tokens >= 2 * max(limits.tokens, limits.selections)
    assert bounds.depth > limits.depth


async def test_an_identity_provider_that_is_away_is_not_blamed_on_the_token() -> None:
    answer = await Edge().post(GREET, {**JSON, "authorization": "Bearer away"})

    assert answer.status == 503
    assert answer.headers["retry-after"]
    assert code_of(answer) == "UNAVAILABLE"
