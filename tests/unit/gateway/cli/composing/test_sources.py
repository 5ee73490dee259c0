from pathlib import Path

import pytest

from gateway.cli.composing.sources import Header, SubgraphSource, header_named, source_named


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("a=a.graphql", SubgraphSource("a", file=Path("a.graphql"))),
        (
            "a=/x/y@z.graphql@https://h:1/g?x=y@z",
            SubgraphSource("a", "https://h:1/g?x=y@z", file=Path("/x/y@z.graphql")),
        ),
        ("a=http://h/g@x=1", SubgraphSource("a", "http://h/g@x=1", asked_at="http://h/g@x=1")),
    ],
)
def test_a_subgraph_is_a_file_a_file_at_an_address_or_a_running_one(
    text: str, source: SubgraphSource
) -> None:
    assert source_named(text) == source


@pytest.mark.parametrize("text", ["a", "=a.graphql", "a=", ""])
def test_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="NAME=FILE@URL"):
        source_named(text)


def test_a_header_is_for_all_or_for_one() -> None:
    assert header_named("X-Key: a=b: c") == Header("X-Key", "a=b: c")
    assert header_named("products=X-Key:v") == Header("X-Key", "v", "products")


@pytest.mark.parametrize("text", ["secret", "bad name: secret", ": secret"])
def test_a_header_that_is_none_is_refused_without_its_text(text: str) -> None:
    with pytest.raises(ValueError, match="'Name: value'") as caught:
        header_named(text)

    assert "secret" not in str(caught.value)
