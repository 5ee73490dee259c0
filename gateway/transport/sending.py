"""Sending a request so that its transport can tell whether it was sent."""

import asyncio

_KEPT_AT_MOST = 1 << 16
"""How many bytes a transport keeps before it wants no more, as asyncio and uvloop have it."""


def send(transport: asyncio.WriteTransport, request: bytes) -> None:
    """Write a request.

    What TLS has handed to the transport below counts as sent, however long it is kept there; but
    while that one wants no more, TLS keeps what comes. So the last byte of much comes by itself.
    """
    if len(request) <= _KEPT_AT_MOST:
        transport.write(request)
        return
    transport.write(memoryview(request)[:-1])
    transport.write(request[-1:])


def is_still_sending(transport: asyncio.WriteTransport) -> bool:
    """Whether not all that was sent has left: nothing may be sent behind it."""
    return transport.get_write_buffer_size() > 0
