"""What stands before the body of a POST to a subgraph, as bytes."""

import re
from collections.abc import Mapping

from yarl import URL

from gateway.transport.client import HEADERS, BrokenExchange

_CONTROL = re.compile(r"[\0-\x08\n-\x1f\x7f]")


class RequestHead:
    """The heads of all requests to one address: what is the same in each is written once."""

    def __init__(self, url: URL, always: Mapping[str, str] | None = None) -> None:
        self._start = f"POST {url.raw_path_qs} HTTP/1.1\r\n".encode("ascii")
        self._always = {"Host": url.host_port_subcomponent or "", **HEADERS, **(always or {})}
        self._always_lines = _lines(self._always)
        self._names = frozenset(name.lower() for name in self._always)

    def of(self, headers: Mapping[str, str], body: bytes) -> bytes:
        """Write the head of a request; its headers take the place of those that all have.

        Raises BrokenExchange for a header that would end the line it stands in, or is no text.
        """
        lines = self._always_lines if not headers else self._merged(headers)
        return b"%b%bContent-Length: %d\r\n\r\n" % (self._start, lines, len(body))

    def _merged(self, headers: Mapping[str, str]) -> bytes:
        given = {name.lower() for name in headers}
        if self._names.isdisjoint(given):
            return self._always_lines + _lines(headers)
        kept = {name: value for name, value in self._always.items() if name.lower() not in given}
        return _lines({**kept, **headers})


def _lines(headers: Mapping[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in headers.items()]
    if any(map(_CONTROL.search, lines)):
        raise BrokenExchange("a header has a control character in it")
    try:
        return "".join([f"{line}\r\n" for line in lines]).encode()
    except UnicodeEncodeError as error:
        raise BrokenExchange("a header has half a character in it") from error
