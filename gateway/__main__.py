"""`python -m gateway [serve|compose|plan] ...`; serve is what it does when nothing is said."""

import os
import sys
from collections.abc import Mapping, Sequence

COMMANDS = ("serve", "compose", "plan")


def main(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Run a command and give the exit status."""
    command, rest = "serve", list(arguments)
    if rest and not rest[0].startswith("-"):
        command = rest.pop(0)
    if command not in COMMANDS:
        print(f'There is no command "{command}". Say one of: {", ".join(COMMANDS)}.')
        return 2
    return _run(command, rest, environment)


def _run(command: str, rest: Sequence[str], environment: Mapping[str, str]) -> int:
    # Imported here: composing and planning need no server, and start faster without one.
    if command == "compose":
        from gateway.cli import compose  # noqa: PLC0415

        return compose.run(rest, environment)
    if command == "plan":
        from gateway.cli import plan  # noqa: PLC0415

        return plan.run(rest, environment)
    from gateway.cli import serve  # noqa: PLC0415

    return serve.run(rest, environment)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:], os.environ))
