"""`python -m devstack up | reset | token | issuer`: see `--help`."""

import os
import signal
import sys
from typing import NoReturn


def _end_at_once(number: int, _: object) -> NoReturn:
    """Obey a signal while Python is still loading, whatever it is loading: nothing runs yet."""
    os.write(2, b"Stopped; nothing had been started.\n")
    os._exit(128 + number)


if __name__ == "__main__":
    for early in (signal.SIGINT, signal.SIGTERM):
        signal.signal(early, _end_at_once)

    from devstack.commands import main

    sys.exit(main(sys.argv[1:], os.environ))
