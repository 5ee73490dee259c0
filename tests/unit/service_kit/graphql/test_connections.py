from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from service_kit.commands.refusal import INVALID_INPUT, Refusal
from service_kit.graphql.connections import (
    DEFAULT_PAGE,
    MAX_PAGE,
    TOTAL_COUNT_CAP,
    Connection,
    Cursor,
    CursorValue,
    PageArguments,
    connection_of,
)
from service_kit.graphql.errors import INVALID_CURSOR, CodedError
from service_kit.runtime.clock import to_milliseconds

values: st.SearchStrategy[CursorValue] = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
)

SHAPES: list[Callable[[Cursor], object]] = [
    lambda cursor: cursor.text,
    lambda cursor: cursor.number,
    lambda cursor: cursor.text_and_number,
    lambda cursor: cursor.texts(2),
]


def page_of(rows: Sequence[int], page: PageArguments) -> Connection[int]:
    """Read a page of an ordered list as a repository would."""
    kept = [row for row in rows if page.after is None or row > page.after.number]
    return connection_of(
        kept[: page.fetch],
        page,
        cursor_of=lambda row: Cursor("numbers", (row,)),
        node_of=lambda row: row,
        total_count=len(rows),
    )


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.lists(values, max_size=4))
def test_a_cursor_leads_back_to_its_place(kind: str, given_values: list[CursorValue]) -> None:
    cursor = Cursor(kind, tuple(given_values))

    assert Cursor.decode(cursor.encode(), kind) == cursor


@given(st.text())
def test_any_text_is_a_cursor_or_refused_with_its_code(text: str) -> None:
    try:
        Cursor.decode(text, "numbers")
    except GraphQLError as error:
        code = (error.extensions or {})["code"]
    else:
        code = INVALID_CURSOR
    assert code == INVALID_CURSOR


@pytest.mark.parametrize(
    "text",
    [
        "",
        "!",
        Cursor("others", (1,)).encode(),
        "eyJhIjoxfQ",
        "W1tdXQ",
        Cursor("numbers", ("x" * 2000,)).encode(),
    ],
    ids=["empty", "not base64", "kind", "not a list", "nested", "too long"],
)
def test_a_cursor_that_does_not_fit_the_list_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match="does not belong"):
        Cursor.decode(text, "numbers")


@given(st.sets(st.integers(0, 1000), max_size=60), st.integers(1, 20))
def test_pages_forward_show_every_row_once_and_in_order(numbers: set[int], size: int) -> None:
    rows, seen, after = sorted(numbers), list[int](), None
    while True:
        page = page_of(rows, PageArguments.of("numbers", first=size, after=after))
        seen += page.nodes
        after = page.page_info.end_cursor
        if not page.page_info.has_next_page:
            break

    assert seen == rows


@given(st.lists(values, max_size=4))
def test_values_are_of_the_shape_that_is_asked_for_or_refused(
    given_values: list[CursorValue],
) -> None:
    cursor = Cursor("rows", tuple(given_values))
    for shape in SHAPES:
        with suppress(CodedError):
            read = shape(cursor)
            assert read == (given_values[0] if len(given_values) == 1 else cursor.values)


@pytest.mark.parametrize(
    "values",
    [(), (True,), (-1,), (2**64,), (1.0,), ("1",), (1, 1), (None,)],
)
def test_what_is_no_count_is_none(values: tuple[CursorValue, ...]) -> None:
    with pytest.raises(GraphQLError, match="does not belong"):
        _ = Cursor("rows", values).number


@given(st.datetimes(timezones=st.just(UTC)), st.text(max_size=20))
def test_a_timed_place_is_found_again(at: datetime, name: str) -> None:
    assert Cursor.timed("rows", at, name).moment_and_name == (to_milliseconds(at), name)


@pytest.mark.parametrize(
    "at", ["", "yesterday", "2026-01-01T00:00:00", "9999-12-31T23:59:59-01:00"]
)
def test_a_timed_place_without_an_instant_is_refused(at: str) -> None:
    with pytest.raises(GraphQLError, match="does not belong"):
        _ = Cursor("rows", (at, "x")).moment_and_name


def test_a_page_tells_what_lies_on_either_side() -> None:
    middle = page_of(range(9), PageArguments.of("numbers", 3, Cursor("numbers", (2,)).encode()))

    assert middle.nodes == [edge.node for edge in middle.edges] == [3, 4, 5]
    assert middle.page_info.has_next_page
    assert middle.page_info.has_previous_page
    assert middle.page_info.start_cursor == middle.edges[0].cursor
    assert middle.page_info.end_cursor == middle.edges[-1].cursor


def test_an_empty_page_has_no_cursors() -> None:
    empty = page_of([], PageArguments.of("numbers"))

    assert (empty.nodes, empty.edges, empty.total_count) == ([], [], 0)
    assert (empty.page_info.start_cursor, empty.page_info.end_cursor) == (None, None)


def test_a_total_too_high_to_count_is_not_told() -> None:
    assert _total(TOTAL_COUNT_CAP) == TOTAL_COUNT_CAP
    assert _total(TOTAL_COUNT_CAP + 1) is None
    assert _total(None) is None


def _total(count: int | None) -> int | None:
    return connection_of(
        list[int](),
        PageArguments.of("numbers"),
        cursor_of=lambda row: Cursor("numbers", (row,)),
        node_of=lambda row: row,
        total_count=count,
    ).total_count


def test_the_default_page_is_small() -> None:
    assert PageArguments.of("numbers").limit == DEFAULT_PAGE
    assert PageArguments.of("numbers", first=0).limit == 0


@pytest.mark.parametrize("first", [-1, MAX_PAGE + 1])
def test_a_page_of_no_sensible_size_is_refused(first: int) -> None:
    with pytest.raises(Refusal) as caught:
        PageArguments.of("numbers", first=first)

    assert caught.value.code == INVALID_INPUT
