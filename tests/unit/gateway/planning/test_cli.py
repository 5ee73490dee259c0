from pathlib import Path

import pytest

from gateway.cli.compose import run as run_compose
from gateway.cli.plan import run as run_plan
from tests.support.federated_graph import linked


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


def test_a_file_that_is_not_there_is_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert run_compose(["one=nowhere.graphql"], {}) == 2
    assert "nowhere.graphql" in capsys.readouterr().err
