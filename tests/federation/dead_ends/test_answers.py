import pytest

from gateway.composition.problems import DoesNotCompose
from gateway.errors import Unplannable
from tests.support.served_graph import Held, ServedGraph


def test_what_no_path_leads_to_is_refused_with_the_field_named() -> None:
    island = 'type Thing @key(fields: "id", resolvable: false) {'
    with pytest.raises(DoesNotCompose, match=r"Thing\.size"):
        ServedGraph(
            a=Held(f"type Query {{ a: Thing }} {island} id: ID! }}"),
            b=Held(f"{island} id: ID! size: Int }}"),
        )


async def test_an_interface_without_types_has_nothing_to_be_asked_for() -> None:
    served = ServedGraph(
        a=Held(
            """
              type Query { media: Media }
              type Media @interfaceObject @key(fields: "id", resolvable: false) { id: ID! }
            """,
            roots={"media": {"id": "m"}},
        ),
        b=Held('interface Media @key(fields: "id") { id: ID! } type Query { _: ID }'),
    )

    assert (await served.show("{ media { id } }")).data == {"media": {"id": "m"}}
    with pytest.raises(Unplannable, match=r"media\.__typename"):
        served.plan("{ media { __typename } }")
