"""A stack of tiny children under the real supervisor: `python -m tests.support.small_stack`.

Arguments: the folder to work in, then one child per word, `name=shell command`; a `/` begins the
next stage; `name=4711@command` wants that port. A child is ready once `<folder>/<name>.ready`
exists, or as soon as it runs when its name begins with "quick". The children's process ids stand in
`<folder>/<name>.pid`.
"""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console

from devstack.children import ChildPlan
from devstack.console import ConsoleReport
from devstack.lock import AlreadyRunning, alone_in
from devstack.supervisor import Stage, Supervisor


def plan_of(folder: Path, word: str) -> ChildPlan:
    name, _, script = word.partition("=")
    port, _, script = script.rpartition("@")

    async def answers() -> bool:
        sign = "pid" if name.startswith("quick") else "ready"
        return (folder / f"{name}.{sign}").exists()

    command = (
        "/bin/sh",
        "-c",
        f'echo $$ > "$0.tmp"; mv "$0.tmp" "$0.pid"; {script}',
        str(folder / name),
    )
    return ChildPlan(name, command, {"PATH": "/usr/bin:/bin"}, answers, int(port) if port else None)


def stages_of(folder: Path, words: Sequence[str]) -> list[Stage]:
    stages: list[Stage] = [()]
    for word in words:
        if word == "/":
            stages.append(())
        else:
            stages[-1] += (plan_of(folder, word),)
    return stages


async def run(folder: Path, words: Sequence[str]) -> int:
    report = ConsoleReport(Console())

    async def prepare() -> list[Stage]:
        return stages_of(folder, words)

    async def then() -> None:
        report.say("all ready")

    return await Supervisor(prepare, logs=folder / "logs", report=report, then=then).run()


def main() -> int:
    folder = Path(sys.argv[1])
    try:
        with alone_in(folder):
            return asyncio.run(run(folder, sys.argv[2:]))
    except AlreadyRunning as error:
        print(error)  # noqa: T201
        return 1


if __name__ == "__main__":
    sys.exit(main())
