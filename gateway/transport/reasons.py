"""Why a subgraph could not be asked, in words for the log and the terminal."""

import os
import ssl

import aiohttp


def reason_of(error: BaseException) -> str:
    """Say what went wrong; a refused connection without the HTTP library's own terms."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorError):
        return f"cannot connect to {error.host}:{error.port}: {_system_reason(error.os_error)}"
    return f"{type(error).__name__}: {error}".rstrip(": ")


def _system_reason(error: OSError) -> str:
    """Name an error of the system; TLS and name resolution number theirs otherwise."""
    number = None if isinstance(error, ssl.SSLError) else error.errno
    return os.strerror(number) if number and number > 0 else str(error)
