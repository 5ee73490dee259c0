"""`python -m gateway compose` over files."""

import json
from pathlib import Path

import pytest

from gateway.cli.compose import run
from gateway.composition.composer import Composed
from tests.support.federated_graph import linked

Captured = pytest.CaptureFixture[str]
HEADER = linked("").count("\n")
HINTED = 'type Query { a: Int @override(from: "gone") }'


@pytest.fixture
def sdl(tmp_path: Path) -> Path:
    return written(tmp_path, "one.graphql", "type Query { a: Int }")


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.write_text(linked(text), encoding="utf-8")
    return path


def old_supergraph(folder: Path, text: str) -> Path:
    old = folder / "old.graphql"
    source = written(folder, "before.graphql", text)
    assert run([f"one={source}@http://one", f"--output={old}"], {}) == 0
    return old


def test_the_supergraph_goes_to_standard_output_unless_a_file_is_named(
    sdl: Path, tmp_path: Path, capsys: Captured
) -> None:
    out, public = tmp_path / "out.graphql", tmp_path / "public.graphql"

    assert run([f"one={sdl}@http://one"], {}) == 0
    printed = capsys.readouterr()
    assert run([f"one={sdl}@http://one", "--output", str(out), f"--public={public}"], {}) == 0

    assert '@join__graph(name: "one", url: "http://one")' in printed.out
    assert printed.err == ""
    assert out.read_text() == printed.out
    assert public.read_text() == "type Query {\n  a: Int\n}\n"
    assert capsys.readouterr().out == ""


def test_a_configuration_and_named_subgraphs_are_composed_together(
    sdl: Path, tmp_path: Path, capsys: Captured
) -> None:
    written(tmp_path, "two.graphql", "type Query { b: Int }")
    config = tmp_path / "supergraph.yaml"
    config.write_text("subgraphs: {two: {schema: {file: two.graphql}}}", encoding="utf-8")

    assert run([f"one={sdl}@http://one", f"--config={config}"], {}) == 0

    told = capsys.readouterr()
    assert "b: Int @join__field(graph: TWO)" in told.out
    assert "No address is known of two: serve" in told.err


def test_problems_are_told_by_file_line_and_column_and_nothing_is_written(
    tmp_path: Path, capsys: Captured
) -> None:
    one = written(tmp_path, "one.graphql", 'type Query { a: Int @override(from: "one") }')
    two = written(tmp_path, "two.graphql", "type A {")
    out = tmp_path / "out.graphql"

    assert run([f"one={one}", f"two={two}", f"--output={out}"], {}) == 1

    told = capsys.readouterr()
    assert f"{one}:{HEADER + 1}:21: OVERRIDE_FROM_SELF_ERROR [one] Query.a" in told.err
    assert f"{two}:{HEADER + 1}:9: INVALID_GRAPHQL [two] Syntax Error" in told.err
    assert told.out == ""
    assert not out.exists()


def test_warnings_are_told_hidden_or_taken_for_failures(tmp_path: Path, capsys: Captured) -> None:
    one = written(tmp_path, "one.graphql", HINTED)
    out = tmp_path / "out.graphql"
    arguments = [f"one={one}@http://one", f"--output={out}"]

    assert run([*arguments, "--strict"], {}) == 1
    assert run([*arguments, "--hints=error"], {}) == 1
    assert not out.exists()
    assert "warn FROM_SUBGRAPH_DOES_NOT_EXIST [one]" in capsys.readouterr().err
    assert run(arguments, {}) == 0
    assert "warn FROM_SUBGRAPH_DOES_NOT_EXIST [one]" in capsys.readouterr().err
    assert run([*arguments, "--hints", "none"], {}) == 0
    assert capsys.readouterr().err == ""


def test_a_warning_that_may_explain_a_problem_is_told_with_it(
    tmp_path: Path, capsys: Captured
) -> None:
    new = written(tmp_path, "new.graphql", 'type Query { a: Int @override(from: "legcy") }')
    old = written(tmp_path, "old.graphql", "type Query { a: Int }")

    assert run([f"new={new}", f"legacy={old}"], {}) == 1

    problem, _, hint, count = capsys.readouterr().err.splitlines()
    assert "INVALID_FIELD_SHARING [new, legacy] Query.a is resolved by" in problem
    assert hint.endswith(
        "warn FROM_SUBGRAPH_DOES_NOT_EXIST [new] Query.a is overridden from legcy, "
        "which is no subgraph. Did you mean 'legacy'?"
    )
    assert count == "1 problem: the subgraphs do not compose."


def test_what_is_only_for_information_is_counted_told_when_asked_for_and_never_fails(
    tmp_path: Path, capsys: Captured
) -> None:
    one = written(tmp_path, "one.graphql", "type Query { a: Int } enum E { A }")

    assert run([f"one={one}@http://one", "--strict"], {}) == 0
    counted = capsys.readouterr().err
    assert run([f"one={one}@http://one", "--hints=all"], {}) == 0
    told = capsys.readouterr().err

    assert counted == "1 more hint for information: --hints all\n"
    assert f"{one}:{HEADER + 1}:28: info UNUSED_ENUM_TYPE [one] " in told


def test_breaking_changes_are_listed_and_keep_the_old_file(
    sdl: Path, tmp_path: Path, capsys: Captured
) -> None:
    old = old_supergraph(tmp_path, "type Query { a: Int b: Int }")
    before = old.read_text()

    assert run([f"one={sdl}@http://one", f"--check={old}", f"--output={old}"], {}) == 1

    assert capsys.readouterr().out == "breaking FIELD_REMOVED Field Query.b was removed.\n"
    assert old.read_text() == before


def test_dangerous_changes_are_listed_and_nothing_fails(tmp_path: Path, capsys: Captured) -> None:
    old = old_supergraph(tmp_path, "type Query { a: E } enum E { A }")
    new = written(tmp_path, "new.graphql", "type Query { a: E } enum E { A B }")

    assert run([f"one={new}@http://one", f"--check={old}", f"--output={old}"], {}) == 0

    assert capsys.readouterr().out == "dangerous VALUE_ADDED_TO_ENUM Enum value E.B was added.\n"
    assert "B @join__enumValue" in old.read_text()


def test_a_check_that_finds_nothing_says_so(sdl: Path, tmp_path: Path, capsys: Captured) -> None:
    old = old_supergraph(tmp_path, "type Query { a: Int }")

    assert run([f"one={sdl}@http://one", f"--check={old}"], {}) == 0

    assert capsys.readouterr().out.startswith("Nothing")


def test_a_program_reads_one_json_document(tmp_path: Path, capsys: Captured) -> None:
    one = written(tmp_path, "one.graphql", HINTED)
    old = old_supergraph(tmp_path, "type Query { a: Int b: Int }")

    assert run([f"one={one}@http://one", "--format=json"], {}) == 0
    good = json.loads(capsys.readouterr().out)
    assert run([f"one={one}@http://one", "--format=json", f"--check={old}"], {}) == 1
    broken = json.loads(capsys.readouterr().out)
    one.write_text("type A {")
    assert run([f"one={one}", "--format=json"], {}) == 1
    bad = json.loads(capsys.readouterr().out)
    assert run(["one=gone.graphql", "--format=json"], {}) == 2
    untried = json.loads(capsys.readouterr().out)

    assert (good["success"], good["problems"]) == (True, [])
    assert "join__Graph" in good["supergraph"]
    assert good["hints"][0]["level"] == "warn"
    assert broken["changes"][0]["severity"] == "breaking"
    assert bad["problems"] == [
        {
            "code": "INVALID_GRAPHQL",
            "message": "Syntax Error: Expected Name, found <EOF>.",
            "subgraphs": ["one"],
            "places": [{"subgraph": "one", "file": str(one), "line": 1, "column": 9}],
        }
    ]
    assert (untried["success"], len(untried["failures"])) == (False, 1)


def test_every_file_that_cannot_be_read_is_named(tmp_path: Path, capsys: Captured) -> None:
    binary = tmp_path / "binary.graphql"
    binary.write_bytes(b"\xff\xfe")

    assert run(["one=gone.graphql", f"two={binary}"], {}) == 2

    told = capsys.readouterr().err.splitlines()
    assert told == [
        "one: gone.graphql: No such file or directory",
        f"two: {binary}: not UTF-8 text",
    ]


@pytest.mark.parametrize(
    "content",
    [
        None,
        "type Query { a: Int }",
        "type Query {",
        "enum join__Graph { A } type Query { a: Gone }",
        "enum join__Graph { A } type Query { a: Int @inaccessible }",
    ],
)
def test_an_old_supergraph_that_is_none_is_refused(
    sdl: Path, tmp_path: Path, capsys: Captured, content: str | None
) -> None:
    old = tmp_path / "old.graphql"
    if content is not None:
        old.write_text(content)

    assert run([f"one={sdl}", f"--check={old}"], {}) == 2

    assert str(old) in capsys.readouterr().err


def test_a_supergraph_that_could_not_be_served_is_told_as_a_problem(
    sdl: Path, capsys: Captured, monkeypatch: pytest.MonkeyPatch
) -> None:
    composed = Composed("type Query { a: Int }", ())
    monkeypatch.setattr("gateway.cli.compose.compose_with_hints", lambda _: composed)

    assert run([f"one={sdl}"], {}) == 1

    assert capsys.readouterr().err.startswith("INVALID_SUPERGRAPH This is no supergraph")


def test_an_output_that_cannot_be_written_is_named(
    sdl: Path, tmp_path: Path, capsys: Captured
) -> None:
    out = tmp_path / "nowhere" / "out.graphql"

    assert run([f"one={sdl}@http://one", f"--output={out}"], {}) == 2

    assert str(out) in capsys.readouterr().err


def test_without_subgraphs_it_says_what_to_name(capsys: Captured) -> None:
    assert run([], {}) == 2
    assert "Name a subgraph" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [["one"], ["one=a", "--timeout=0"], ["one=a", "--hints=loud"], ["one=a", "--header=x"]],
)
def test_arguments_that_cannot_be_meant_end_with_a_usage(
    arguments: list[str], capsys: Captured
) -> None:
    with pytest.raises(SystemExit) as caught:
        run(arguments, {})

    assert caught.value.code == 2
    assert "usage: python -m gateway compose" in capsys.readouterr().err
