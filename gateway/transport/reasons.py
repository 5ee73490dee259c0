"""Why a subgraph could not be asked, in words for the log and the terminal."""

import os

import aiohttp


def reason_of(error: BaseException) -> str:
    """Say what went wrong; a refused connection without the HTTP library's own terms."""
    if isinstance(error, TimeoutError) and not str(error):
        return "no answer in time"
    if isinstance(error, aiohttp.ClientConnectorError):
        system = error.os_error
        why = os.strerror(system.errno) if system.errno and system.errno > 0 else str(system)
        return f"cannot connect to {error.host}:{error.port}: {why}"
    return f"{type(error).__name__}: {error}".rstrip(": ")
