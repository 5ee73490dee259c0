"""Costs go into the supergraph as the highest that anybody reckons."""

from gateway.composition.composer import compose
from gateway.composition.reader import SubgraphDefinition

LINK = """extend schema @link(url: "https://specs.apollo.dev/federation/v2.9", import: [
  "@shareable", "@cost", "@listSize"])
"""


def supergraph(**sdls: str) -> str:
    return compose(
        [SubgraphDefinition(name, f"http://{name}", LINK + sdl) for name, sdl in sdls.items()]
    )


def test_costs_are_written_on_every_kind_of_element() -> None:
    text = supergraph(
        one="""type Query { a(x: Int @cost(weight: 3)): [E] @cost(weight: 5) s(i: I): S o: O }
        enum E @cost(weight: 2) { V } scalar S @cost(weight: 9)
        input I { a: Int @cost(weight: 4) } type O @cost(weight: 1) { a: Int }"""
    )

    assert '@link(url: "https://specs.apollo.dev/cost/v0.1", import: ["@listSize"])' in text
    assert "a(x: Int @cost(weight: 3)): [E] @cost(weight: 5)" in text
    assert "a: Int @cost(weight: 4)" in text
    for head, weight in (("enum E", 2), ("scalar S", 9), ("type O", 1)):
        assert f"{head}\n  @join__type(graph: ONE)\n  @cost(weight: {weight})" in text


def test_the_highest_weight_and_the_longest_list_hold() -> None:
    text = supergraph(
        one="""type Query { a(x: Int, y: Int): [Int] @shareable @cost(weight: 3)
          @listSize(assumedSize: 9, slicingArguments: ["y"]) }""",
        two="""type Query { a(x: Int, y: Int): [Int] @shareable @cost(weight: 7) @listSize(
          assumedSize: 5, slicingArguments: ["x"], requireOneSlicingArgument: false) }""",
    )

    assert (
        '@cost(weight: 7) @listSize(assumedSize: 9, slicingArguments: ["y", "x"], '
        "requireOneSlicingArgument: false)"
    ) in text
