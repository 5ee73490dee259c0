"""Heads of requests: every header once, none of them two."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from gateway.transport.client import HEADERS, BrokenExchange
from gateway.transport.request_head import RequestHead

NAMES = st.sampled_from(["accept", "USER-AGENT", "Host", "authorization", "X-Own", "x-request-id"])
CONTROL = {chr(code) for code in (*range(32), 127)} - {"\t"}
ALWAYS = {"Authorization": "Basic eDp5"}


@given(st.lists(st.tuples(NAMES, st.text(max_size=9)), unique_by=lambda one: one[0]), st.binary())
def test_a_head_has_a_line_for_each_header_or_is_refused(
    pairs: list[tuple[str, str]], body: bytes
) -> None:
    head, headers = RequestHead(URL("https://a.test:4001/graphql?x=1#y"), ALWAYS), dict(pairs)
    if any(CONTROL.intersection(value) for value in headers.values()):
        with pytest.raises(BrokenExchange, match="control character"):
            head.of(headers, body)
        return

    first, *lines, end, rest = head.of(headers, body).decode().split("\r\n")

    told = {"Host": "a.test:4001", **HEADERS, **ALWAYS}
    taken = {name.lower() for name in headers}
    kept = {name: value for name, value in told.items() if name.lower() not in taken}
    expected = {**kept, **headers, "Content-Length": str(len(body))}
    assert first == "POST /graphql?x=1 HTTP/1.1"
    assert lines == [f"{name}: {value}" for name, value in expected.items()]
    assert (end, rest) == ("", "")


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("http://a.test/graphql", "a.test"),
        ("https://a.test:443/graphql", "a.test"),
        ("http://[::1]:80", "[::1]"),
        ("http://me:key@[::1]:4001", "[::1]:4001"),
    ],
)
def test_a_host_is_told_with_its_port_unless_that_is_the_usual_one(url: str, host: str) -> None:
    assert f"\r\nHost: {host}\r\n".encode() in RequestHead(URL(url)).of({}, b"")
