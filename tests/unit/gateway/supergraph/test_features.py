import pytest

from gateway.errors import UnsupportedFeature
from gateway.supergraph.reader import read_supergraph

REST = """{ query: Query }
enum join__Graph { ONE @join__graph(name: "one", url: "http://one") }
type Query @join__type(graph: ONE) { a: Int }
"""


def supergraph(*links: str) -> str:
    uses = "\n".join(f"@link({link})" for link in links)
    return f"""schema @link(url: "https://specs.apollo.dev/link/v1.0") {uses}
      @link(url: "https://specs.apollo.dev/join/v0.5", for: EXECUTION) {REST}"""


@pytest.mark.parametrize(
    ("link", "words"),
    [
        ('url: "https://example.org/quota/v1.2", for: SECURITY', ("quota/v1.2", "SECURITY")),
        ('url: "https://example.org/quota/v1.2", for: EXECUTION', ("quota/v1.2", "EXECUTION")),
        ('url: "https://example.org/join/v0.3", for: EXECUTION', ("example.org/join/v0.3",)),
        ('url: "https://specs.apollo.dev/connect/v0.1", for: EXECUTION', ("connect/v0.1",)),
        ('url: "https://specs.apollo.dev/policy/v9.0", for: SECURITY', ("policy/v9.0", "v0.1")),
        ('url: "https://specs.apollo.dev/authenticated/v9.0"', ("authenticated/v9.0", "v0.1")),
        ('url: "https://specs.apollo.dev/inaccessible/v0.3"', ("inaccessible/v0.3", "v0.2")),
        ('url: "https://specs.apollo.dev/inaccessible"', ("inaccessible",)),
        ('url: "https://specs.apollo.dev/tag/v0.9", for: SECURITY', ("tag/v0.9",)),
    ],
)
def test_a_feature_that_cannot_be_followed_is_refused_by_its_url(
    link: str, words: tuple[str, ...]
) -> None:
    with pytest.raises(UnsupportedFeature) as refused:
        read_supergraph(supergraph(link))

    assert refused.value.code == "UNSUPPORTED_FEATURE"
    for word in words:
        assert word in refused.value.message


def test_every_refused_feature_is_named_at_once() -> None:
    with pytest.raises(UnsupportedFeature) as refused:
        read_supergraph(
            supergraph(
                'url: "https://example.org/one/v1.0", for: SECURITY',
                'url: "https://example.org/two/v1.0", for: EXECUTION',
            )
        )

    assert "one/v1.0" in refused.value.message
    assert "two/v1.0" in refused.value.message


@pytest.mark.parametrize(
    "link",
    [
        'url: "https://example.org/quota/v1.2"',
        'url: "https://example.org/mood/v1.0", import: ["@mood", {name: "Mood", as: "M"}]',
        'url: "https://specs.apollo.dev/connect/v0.1"',
        'url: "https://specs.apollo.dev/tag/v0.9"',
        'url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"]',
    ],
)
def test_a_feature_that_changes_no_answer_is_left_alone(link: str) -> None:
    assert "one" in read_supergraph(supergraph(link)).subgraphs


@pytest.mark.parametrize("version", ["v0.1", "v0.2", "v0.3", "v0.4", "v0.5"])
def test_every_version_of_join_is_read(version: str) -> None:
    assert read_supergraph(supergraph().replace("v0.5", version)).subgraphs["one"].types


def test_the_join_of_a_later_day_is_refused() -> None:
    with pytest.raises(UnsupportedFeature, match=r"join/v0.6 \(for: EXECUTION\); known of it"):
        read_supergraph(supergraph().replace("v0.5", "v0.6"))


@pytest.mark.parametrize("version", ["v0.1", "v0.2"])
def test_the_older_core_is_read_too(version: str) -> None:
    read = read_supergraph(
        f"""schema @core(feature: "https://specs.apollo.dev/core/{version}")
          @core(feature: "https://specs.apollo.dev/join/v0.1", for: EXECUTION, as: "j")
          @core(feature: "https://specs.apollo.dev/inaccessible/v0.1", as: "hidden")
          {{ query: Query }}
          enum j__Graph {{ ONE @j__graph(name: "one", url: "http://one") }}
          type Query {{ a: Int @j__field(graph: ONE) b: Int @hidden @j__field(graph: ONE) }}"""
    )

    assert read.inaccessible == "hidden"
    assert set(read.subgraphs["one"].types["Query"].fields) == {"a", "b"}


def test_an_unknown_feature_of_the_older_core_is_refused_as_well() -> None:
    with pytest.raises(UnsupportedFeature, match="quota"):
        read_supergraph(
            f"""schema @core(feature: "https://specs.apollo.dev/core/v0.2")
              @core(feature: "https://specs.apollo.dev/join/v0.2", for: EXECUTION)
              @core(feature: "https://example.org/quota/v1.0", for: SECURITY) {REST}"""
        )


@pytest.mark.parametrize(
    "link", ['as: "uses"', 'import: [{name: "@link", as: "@uses"}, "Purpose"]']
)
def test_link_itself_may_have_another_name(link: str) -> None:
    read = read_supergraph(
        f"""schema @uses(url: "https://specs.apollo.dev/link/v1.0", {link})
          @uses(url: "https://specs.apollo.dev/join/v0.3", for: EXECUTION,
            import: [{{name: "@type", as: "@known"}}, {{name: "Graph", as: "Services"}}, "@graph"])
          {{ query: Query }}
          enum Services {{ ONE @graph(name: "one", url: "http://one") }}
          type Query @known(graph: ONE, key: "a") {{ a: Int @join__field(graph: ONE) }}"""
    )

    assert read.subgraphs["one"].types["Query"].keys[0].fields == "a"
