import json
from io import StringIO
from pathlib import Path

import pytest

from gateway.cli.compose import run as run_compose
from gateway.cli.plan import run as run_plan
from tests.support.federated_graph import FederatedGraph, linked


def written(directory: Path, name: str, text: str) -> Path:
    path = directory / name
    path.write_text(text, encoding="utf-8")
    return path


def test_composing_writes_a_supergraph_that_plans_an_operation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sdl = written(tmp_path, "one.graphql", linked("type Query { a: Int }"))
    operation = written(tmp_path, "operation.graphql", "query Q { a }")
    out = tmp_path / "supergraph.graphql"

    composed = run_compose([f"one={sdl}@http://one", f"--output={out}"], {})
    planned = run_plan([f"--supergraph={out}", f"--operation={operation}"], {})

    assert (composed, planned) == (0, 0)
    assert 'Fetch #0 "one"' in capsys.readouterr().out


def test_problems_go_to_the_error_output_one_a_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sdl = written(tmp_path, "one.graphql", linked('type Query { a: Int @override(from: "one") }'))

    assert run_compose([f"one={sdl}@http://one"], {}) == 1
    assert "OVERRIDE_FROM_SELF_ERROR [one]" in capsys.readouterr().err


def test_an_operation_that_is_not_valid_has_no_plan(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sdl = written(tmp_path, "one.graphql", linked("type Query { a: Int }"))
    operation = written(tmp_path, "operation.graphql", "{ b }")
    out = tmp_path / "supergraph.graphql"
    run_compose([f"one={sdl}@http://one", f"--output={out}"], {})

    assert run_plan([f"--supergraph={out}", f"--operation={operation}"], {}) == 1
    assert "Cannot query field 'b'" in capsys.readouterr().err


def test_a_supergraph_that_cannot_be_served_has_no_plans_and_the_line_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = two_subgraphs(tmp_path)
    text = out.read_text(encoding="utf-8")
    out.write_text(text.replace('key: "id"', 'key: "nope"'), encoding="utf-8")
    operation = written(tmp_path, "operation.graphql", "{ a { x } }")
    line = text[: text.index('key: "id"')].count("\n") + 1

    assert run_plan([f"--supergraph={out}", f"--operation={operation}"], {}) == 1

    told = capsys.readouterr().err
    assert told.startswith("INVALID_SUPERGRAPH: The supergraph cannot be served: ")
    assert f"line {line}: A: key 'nope': there is no field A.nope" in told


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_compose(["one=nowhere.graphql"], {}) == 2
    assert "nowhere.graphql" in capsys.readouterr().err


def two_subgraphs(tmp_path: Path) -> Path:
    graph = FederatedGraph(
        one='type Query { a: A } type A @key(fields: "id") { id: ID! x: Int }',
        two='type A @key(fields: "id") { id: ID! y(of: Int): Int }',
    )
    return written(tmp_path, "supergraph.graphql", graph.supergraph)


def test_an_operation_may_come_by_standard_input(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", StringIO("query A { a { x } } query B { __typename }"))

    status = run_plan([f"--supergraph={two_subgraphs(tmp_path)}", "--operation-name=A"], {})

    assert status == 0
    assert 'Fetch #0 "one"' in capsys.readouterr().out


def test_a_plan_is_told_to_programs_as_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    supergraph = two_subgraphs(tmp_path)
    text = "query($yes: Boolean!, $n: Int) { a { x y(of: $n) @include(if: $yes) } }"
    operation = written(tmp_path, "operation.graphql", text)

    assert run_plan([f"--supergraph={supergraph}", str(operation), "--format=json"], {}) == 0

    first, second = json.loads(capsys.readouterr().out)["fetches"]
    assert first["subgraph"] == "one"
    assert first["kind"] == "query"
    assert (second["subgraph"], second["after"]) == ("two", [0])
    assert second["if"] == [{"variable": "yes", "is": True}]
    assert second["variables"] == ["n"]
    (call,) = second["entities"]
    assert call["of"] == ["a"]
    assert call["representations"] == [{"typename": "A", "fields": [{"name": "id"}]}]
    assert "y(of: $n)" in second["operation"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ a {", "GRAPHQL_PARSE_FAILED: 1:6 Syntax Error"),
        ("{ a { z } }", "GRAPHQL_VALIDATION_FAILED: 1:7 Cannot query field 'z'"),
        ("query A { a { x } } query B { a { x } }", "OPERATION_NOT_FOUND"),
        ("{ " + "a { x } " * 400 + "}", "OPERATION_TOO_COMPLEX"),
    ],
)
def test_why_there_is_no_plan_is_told_with_its_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, told: str
) -> None:
    operation = written(tmp_path, "operation.graphql", text)

    assert run_plan([f"--supergraph={two_subgraphs(tmp_path)}", str(operation)], {}) == 1
    assert told in capsys.readouterr().err
