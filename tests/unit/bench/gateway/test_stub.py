import orjson

from bench.gateway.stub import StubProtocol, Subgraph


class _Wire:
    """Keeps what is written."""

    def __init__(self) -> None:
        self.written = b""

    def write(self, data: bytes) -> None:
        self.written += data


def _request(query: str, name: str = "Content-Length") -> bytes:
    body = orjson.dumps({"query": query})
    return f"POST / HTTP/1.1\r\n{name}: {len(body)}\r\n\r\n".encode() + body


def _answers(*parts: bytes) -> list[bytes]:
    wire, protocol = _Wire(), StubProtocol(Subgraph("accounts"))
    protocol.connection_made(wire)  # type: ignore[arg-type]
    for part in parts:
        protocol.data_received(part)
    return [one for one in wire.written.split(b"HTTP/1.1 ") if one]


def test_requests_are_answered_wherever_they_are_cut() -> None:
    sent = _request('{ user(id: "1-u0") { id } }') + _request('{ user(id: "1-u1") { id } }')
    whole = _answers(sent)
    assert [one.partition(b"\r\n\r\n")[2] for one in whole] == [
        b'{"data":{"user":{"id":"1-u0"}}}',
        b'{"data":{"user":{"id":"1-u1"}}}',
    ]
    assert _answers(*(sent[at : at + 1] for at in range(len(sent)))) == whole
    assert all(b"content-length: 31\r\n\r\n" in one for one in whole)


def test_a_body_without_a_length_is_refused() -> None:
    assert _answers(_request("{ users { id } }", name="X"))[0].startswith(b"411 ")


def test_a_request_that_the_subgraph_would_refuse_is_refused() -> None:
    assert _answers(_request("{ nothing }"))[0].startswith(b"400 ")


def test_requests_are_counted() -> None:
    answers = _answers(_request("{ nothing }"), b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answers[1].endswith(b"\r\n\r\n1")
