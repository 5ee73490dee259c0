"""Only one development stack runs over one folder; the kernel forgets the lock with its holder."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class AlreadyRunning(Exception):
    """Another process works with this folder; the message names it."""


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """Hold the folder's lock for the time of a `with` block; raise AlreadyRunning at once."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    with (folder / "lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise AlreadyRunning(
                f"Tutti already runs over {folder.name} (process {lock.read().strip() or '?'}). "
                "End it first with Ctrl-C in its window, or with `kill` and that number."
            ) from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield
