import errno
import ssl
from types import SimpleNamespace
from typing import cast

import aiohttp
import pytest
from aiohttp.client_reqrep import ConnectionKey

from gateway.transport.reasons import reason_of

KEY = cast(ConnectionKey, SimpleNamespace(host="10.0.0.7", port=80, ssl=True))


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (TimeoutError(), "no answer in time"),
        (
            aiohttp.ClientConnectorError(KEY, OSError(errno.ECONNREFUSED, "Connect call failed")),
            "cannot connect to 10.0.0.7:80: Connection refused",
        ),
        (
            aiohttp.ClientConnectorDNSError(KEY, OSError(None, "DNS server says no")),
            "cannot connect to 10.0.0.7:80: [Errno None] DNS server says no",
        ),
        (
            aiohttp.ClientConnectorError(KEY, ssl.SSLError(1, "certificate verify failed")),
            "cannot connect to 10.0.0.7:80: certificate verify failed",
        ),
        (aiohttp.ServerDisconnectedError(), "ServerDisconnectedError: Server disconnected"),
        (aiohttp.ClientPayloadError(), "ClientPayloadError"),
    ],
)
def test_a_reason_is_told_in_plain_words(error: Exception, told: str) -> None:
    assert reason_of(error) == told
