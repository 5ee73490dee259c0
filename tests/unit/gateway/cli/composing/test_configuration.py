from pathlib import Path

import pytest

from gateway.cli.composing.configuration import InvalidConfiguration, read_configuration
from gateway.cli.composing.sources import SubgraphSource

WHOLE = """
federation_version: =2.9
subgraphs:
  files:
    routing_url: http://files/graphql
    schema: {file: ./sdl/files.graphql}
  running:
    schema:
      subgraph_url: http://running/graphql
      introspection_headers: {Authorization: "Bearer ${env.TOKEN}"}
  elsewhere:
    routing_url: http://${env.HOST}/graphql
    schema: {subgraph_url: http://localhost/graphql}
  inline:
    schema:
      sdl: |
        type Query { a: Int }
"""


def read(folder: Path, text: str, **environment: str) -> list[SubgraphSource]:
    file = folder / "supergraph.yaml"
    file.write_text(text, encoding="utf-8")
    return read_configuration(file, environment)


def test_every_way_to_name_a_subgraph_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, WHOLE, TOKEN="t", HOST="h") == [
        SubgraphSource("files", "http://files/graphql", tmp_path / "sdl/files.graphql"),
        SubgraphSource(
            "running",
            "http://running/graphql",
            asked_at="http://running/graphql",
            headers={"Authorization": "Bearer t"},
        ),
        SubgraphSource("elsewhere", "http://h/graphql", asked_at="http://localhost/graphql"),
        SubgraphSource("inline", sdl="type Query { a: Int }\n"),
    ]


def test_what_other_tools_keep_in_the_file_is_left_to_them(tmp_path: Path) -> None:
    text = "subgraphs: {a: {owner: us, schema: {sdl: s, graphref: x@y}}}"

    assert read(tmp_path, text) == [SubgraphSource("a", sdl="s")]


def test_json_is_read_as_well(tmp_path: Path) -> None:
    text = '{"subgraphs": {"a": {"schema": {"file": "a.graphql"}}}}'

    assert read(tmp_path, text) == [SubgraphSource("a", file=tmp_path / "a.graphql")]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "the file: missing, or no mapping"),
        ("subgraphs: []", "subgraphs: missing, or no mapping"),
        ("subgraphs: {a: 3}", "subgraphs.a: missing, or no mapping"),
        ("subgraphs: {a: {}}", "subgraphs.a.schema: missing, or no mapping"),
        (
            "subgraphs: {a: {routing-url: 'http://a', schema: {sdl: s}}}",
            "subgraphs.a.routing-url: not known. Did you mean 'routing_url'?",
        ),
        (
            "subgraphs: {a: {schema: {subgraph_ur: 'http://a'}}}",
            "subgraphs.a.schema.subgraph_ur: not known. Did you mean 'subgraph_url'?",
        ),
        ("subgraphs: {a: {schema: {}}}", "subgraphs.a.schema: say one of"),
        ("subgraphs: {a: {schema: {file: x, sdl: y}}}", "subgraphs.a.schema: say one of"),
        ("subgraphs: {a: {schema: {graphref: x@y}}}", "subgraphs.a.schema: say one of"),
        ("subgraphs: {a: {schema: {file: 3}}}", "subgraphs.a.schema.file: must be a text"),
        ("subgraphs: {a: {routing_url: 3, schema: {file: x}}}", "routing_url: must be a text"),
        ("subgraphs: {no: {schema: {file: x}}}", "put it in quotes"),
        ("subgraphs: {a: {schema: {file: '${env.GONE}'}}}", "the environment has no GONE"),
        ("subgraphs: {a: {schema: {file: x}}, a: {schema: {file: y}}}", "'a' is written twice"),
        ("subgraphs: {a: ", "line 1, column"),
        ("!!python/object/apply:os.getcwd []", "could not determine a constructor"),
    ],
)
def test_what_is_wrong_is_told_with_the_file_and_the_place(
    tmp_path: Path, text: str, told: str
) -> None:
    with pytest.raises(InvalidConfiguration, match=r"supergraph\.yaml: ") as caught:
        read(tmp_path, text)

    assert told in str(caught.value)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration, match=r"gone\.yaml: No such file"):
        read_configuration(tmp_path / "gone.yaml", {})
