from collections.abc import Sequence

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
from service_kit.graphql.errors import INVALID_CURSOR

values: st.SearchStrategy[CursorValue] = (
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(max_size=20)
)


def page_of(rows: Sequence[int], page: PageArguments) -> Connection[int]:
    """Read a page of an ordered list as a repository would."""
    kept = [
        row
        for row in rows
        if (page.after is None or row > _place(page.after))
        and (page.before is None or row < _place(page.before))
    ]
    read = kept[-page.fetch :] if page.backward else kept[: page.fetch]
    return connection_of(
        read,
        page,
        cursor_of=lambda row: Cursor("numbers", (row,)),
        node_of=lambda row: row,
        total_count=len(rows),
    )


def _place(cursor: Cursor) -> int:
    (value,) = cursor.values
    assert isinstance(value, int)
    return value


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=20), st.lists(values, max_size=4))
def test_a_cursor_leads_back_to_its_place(kind: str, given_values: list[CursorValue]) -> None:
    cursor = Cursor(kind, tuple(given_values))

    assert Cursor.decode(cursor.encode(), kind, len(given_values)) == cursor


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
        Cursor("numbers", (1, 2)).encode(),
        "eyJhIjoxfQ",
        "W1tdXQ",
        Cursor("numbers", ("x" * 2000,)).encode(),
    ],
    ids=["empty", "not base64", "kind", "length", "not a list", "nested", "too long"],
)
def test_a_cursor_that_does_not_fit_the_list_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError, match="does not belong"):
        Cursor.decode(text, "numbers", 1)


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


@given(st.sets(st.integers(0, 1000), max_size=60), st.integers(1, 20))
def test_pages_backward_show_every_row_once_and_in_order(numbers: set[int], size: int) -> None:
    rows, seen, before = sorted(numbers), list[int](), None
    while True:
        page = page_of(rows, PageArguments.of("numbers", last=size, before=before))
        seen = page.nodes + seen
        before = page.page_info.start_cursor
        if not page.page_info.has_previous_page:
            break

    assert seen == rows


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


@pytest.mark.parametrize(("first", "last"), [(-1, None), (MAX_PAGE + 1, None), (None, -1), (1, 1)])
def test_a_page_of_no_sensible_size_is_refused(first: int | None, last: int | None) -> None:
    with pytest.raises(Refusal) as caught:
        PageArguments.of("numbers", first=first, last=last)

    assert caught.value.code == INVALID_INPUT
