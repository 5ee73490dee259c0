"""`python -m devstack up | reset | token | issuer`: see `--help`."""

import os
import signal
import sys
from typing import NoReturn


def _end_quietly(number: int, _: object) -> NoReturn:
    """Obey a signal while Python is still loading: nothing has been started yet."""
    sys.exit(128 + number)


if __name__ == "__main__":
    for early in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(early, _end_quietly)

    from devstack.commands import main

    sys.exit(main(sys.argv[1:], os.environ))
