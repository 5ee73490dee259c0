import strawberry

from service_kit.graphql.access import operations
from service_kit.graphql.fields import query_field, resolver_field
from service_kit.graphql.subgraph import build_subgraph_schema, print_sdl
from tests.support.library import LIBRARIAN, context_of


@strawberry.federation.type(keys=["code"], description="A shelf.")
class Shelf:
    code: strawberry.ID = strawberry.field(description="Its code.")
    width: int | None = strawberry.federation.field(
        default=None, external=True, description="Its width."
    )

    @resolver_field(
        "librarian",
        name="room",
        description="How many books fit.",
        requires=["width"],
        shareable=True,
        deprecation_reason="Ask the carpenter.",
    )
    def room_for_books(self) -> int | None:
        return self.width


@strawberry.type(description="What can be read.")
class Query:
    @query_field("visitor", name="shelf", description="One shelf.", deprecation_reason="Too dusty.")
    def find_shelf(self) -> Shelf | None:
        return None


def test_a_field_prints_all_that_was_said_of_it() -> None:
    sdl = print_sdl(build_subgraph_schema(Query))

    assert '"""One shelf."""\n  shelf: Shelf @deprecated(reason: "Too dusty.")' in sdl
    assert (
        '"""How many books fit."""\n  room: Int @requires(fields: "width") @shareable '
        '@deprecated(reason: "Ask the carpenter.")'
    ) in sdl
    assert "width: Int @external" in sdl


def test_a_field_is_listed_with_its_callers() -> None:
    assert operations(build_subgraph_schema(Query)) == {
        "Query.shelf": {"visitor"},
        "Shelf.room": {"librarian"},
    }


def test_a_required_field_reaches_the_stub_it_was_sent_for() -> None:
    schema = build_subgraph_schema(Query)
    result = schema.execute_sync(
        "query($r: [_Any!]!) { _entities(representations: $r) { ... on Shelf { room } } }",
        {"r": [{"__typename": "Shelf", "code": "S1", "width": 7}]},
        context_value=context_of(LIBRARIAN),
    )

    assert (result.data, result.errors) == ({"_entities": [{"room": 7}]}, None)
