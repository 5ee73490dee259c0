from enum import StrEnum
from typing import Annotated

import strawberry

from service_kit.graphql.enums import as_input, described, optional, optional_list
from service_kit.graphql.fields import query_field
from service_kit.graphql.subgraph import build_subgraph_schema, print_sdl
from tests.support.library import LIBRARIAN, context_of


class Genre(StrEnum):
    CRIME = "crime"
    POETRY = "poetry"


described(Genre, "Genre", "What it is.", {"CRIME": "Whodunit.", "POETRY": "Verse."})
GENRE_INPUT = as_input(Genre, "GenreInput", "What it shall be.")


@strawberry.input(description="What is wanted.")
class Wish:
    genre: Genre = strawberry.field(
        default=Genre.CRIME, graphql_type=GENRE_INPUT, description="One."
    )
    genres: list[Genre] | None = strawberry.field(
        default=None, graphql_type=optional_list(GENRE_INPUT), description="Several."
    )


@strawberry.type(description="What can be read.")
class Query:
    @query_field("librarian", description="All that are named.")
    def genres(
        self,
        wish: Annotated[Wish, strawberry.argument(description="What is wanted.")],
        also: Annotated[
            Genre | None,
            strawberry.argument(graphql_type=optional(GENRE_INPUT), description="One more."),
        ] = None,
    ) -> list[Genre]:
        named = [wish.genre, *(wish.genres or []), *([also] if also else [])]
        assert all(isinstance(each, Genre) for each in named)
        return named


SCHEMA = build_subgraph_schema(Query)


def test_an_enum_that_is_given_has_its_own_name_and_the_same_described_values() -> None:
    sdl = print_sdl(SCHEMA)

    assert "genre: GenreInput! = CRIME" in sdl
    assert "genres: [GenreInput!] = null" in sdl
    assert '"""What it shall be."""\nenum GenreInput {\n  """Whodunit."""\n  CRIME' in sdl
    assert '"""What it is."""\nenum Genre {\n  """Whodunit."""\n  CRIME' in sdl


def test_what_is_given_arrives_as_the_one_python_enum() -> None:
    operation = "{ genres(wish: {genres: [POETRY, CRIME]}, also: POETRY) }"
    result = SCHEMA.execute_sync(operation, context_value=context_of(LIBRARIAN))

    assert (result.errors, result.data) == (
        None,
        {"genres": ["CRIME", "POETRY", "CRIME", "POETRY"]},
    )
