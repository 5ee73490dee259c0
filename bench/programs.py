"""Programs that run beside a bench for as long as it needs them."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from devstack.leash import leashed

PROJECT = Path(__file__).resolve().parents[1]
_STOP_SECONDS = 10.0


@contextmanager
def running(
    command: Sequence[str], environment: Mapping[str, str]
) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program in the project's folder, its output among our errors, until we are done."""
    process = subprocess.Popen(
        leashed(command),
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        cwd=PROJECT,
    )
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
