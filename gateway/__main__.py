"""`python -m gateway [serve|compose|plan] ...`; serve is what it does when nothing is said."""

import os
import sys
from collections.abc import Callable, Mapping, Sequence

COMMANDS = ("serve", "compose", "plan")


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command and give the exit status."""
    command, rest = "serve", list(arguments)
    if rest and not rest[0].startswith("-"):
        command = rest.pop(0)
    if command not in COMMANDS:
        print(f'There is no command "{command}". Say one of: {", ".join(COMMANDS)}.')
        return 2
    return _command(command)(rest, environment)


def _command(name: str) -> Callable[[Sequence[str], Mapping[str, str]], int]:
    # Imported here: composing and planning need no server, and start faster without one.
    if name == "compose":
        from gateway.cli.compose import run  # noqa: PLC0415
    elif name == "plan":
        from gateway.cli.plan import run  # noqa: PLC0415
    else:
        from gateway.cli.serve import run  # noqa: PLC0415
    return run


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
