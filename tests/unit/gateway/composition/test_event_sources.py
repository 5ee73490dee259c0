"""What an `@eventSource` names has to exist: a misspelt filter would let everything through."""

import pytest

from gateway.composition.composer import compose
from gateway.composition.problems import DoesNotCompose
from gateway.composition.reader import SubgraphDefinition
from tests.support.live import EVENT_SOURCE
from tests.support.subgraphs import SmallSubgraph

RENAMED = EVENT_SOURCE.replace('"@eventSource"]', '{name: "@eventSource", as: "@log"}]').replace(
    "@eventSource", "@log"
)
RENAMED = RENAMED.replace('name: "@log", as', 'name: "@eventSource", as')


def subgraph(declared: str, directive: str, match: str) -> SubgraphDefinition:
    fields = f"""
      type Query {{ a: Int }}
      type Subscription {{
        changed(orderId: ID, since: String): Int
          @{directive}(stream: "s", match: {match}, unrestricted: [])
      }}"""
    return SubgraphDefinition("one", "http://one", SmallSubgraph("one", declared + fields).sdl)


@pytest.mark.parametrize(
    ("declared", "directive"), [(EVENT_SOURCE, "eventSource"), (RENAMED, "log")]
)
def test_a_misspelt_filter_does_not_compose(declared: str, directive: str) -> None:
    with pytest.raises(DoesNotCompose) as caught:
        compose([subgraph(declared, directive, '["orderId", "oderId"]')])

    message = (
        f"Subscription.changed: `match` of @{directive} names oderId, "
        "which is no argument of the field."
    )
    (problem,) = caught.value.problems
    assert (problem.code, problem.message) == ("EVENT_SOURCE_UNKNOWN_ARGUMENT", message)
    assert [place.subgraph for place in problem.places] == ["one"]


def test_filters_that_are_arguments_compose() -> None:
    assert compose([subgraph(EVENT_SOURCE, "eventSource", '["orderId"]')])
