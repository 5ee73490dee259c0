from base64 import urlsafe_b64encode

import orjson
import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.messaging.cursor import Cursor, NotACursor, read_cursor, write_cursor


def text_of(content: object) -> str:
    return urlsafe_b64encode(orjson.dumps(content)).rstrip(b"=").decode()


@given(st.lists(st.integers(0, 2**53), min_size=1, max_size=32).map(tuple))
def test_a_cursor_reads_as_it_was_written(positions: tuple[int, ...]) -> None:
    for identity in (None, "log"):
        text = write_cursor("orders", Cursor(positions, identity))
        assert read_cursor(text, "orders", len(positions)) == Cursor(positions, identity)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x",
        "é",
        "0" * 5000,
        text_of(None),
        text_of({"v": 2, "s": "orders", "p": [1, 2]}),
        text_of({"v": 1, "s": "other", "p": [1, 2]}),
        text_of({"v": 1, "s": "orders", "p": [1]}),
        text_of({"v": 1, "s": "orders", "p": [1, -2]}),
        text_of({"v": 1, "s": "orders", "p": [1, True]}),
        text_of({"v": 1, "s": "orders", "p": "12"}),
        text_of({"v": 1, "s": "orders", "p": [1, 2], "l": 3}),
    ],
)
def test_what_is_no_cursor_of_the_stream_is_refused(text: str) -> None:
    with pytest.raises(NotACursor):
        read_cursor(text, "orders", 2)
