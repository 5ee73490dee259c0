"""The development stack of `make up`, started by its command over a folder of its own."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import aiohttp

from devstack.ports import free_port

PORTS = (
    "GATEWAY",
    "INVENTORY",
    "ORDER",
    "RETURNS",
    "APPOINTMENTS",
    "ISSUER",
    "MONGODB",
    "REDIS",
)
READY = "Ctrl-C ends it"
END_SECONDS = 40


class System:
    """The development stack of one folder on ports of its own, started by its command."""

    def __init__(self, folder: Path, sample: str = "small") -> None:
        self.ports = {name: free_port() for name in PORTS}
        self.environment = {f"{name}_PORT": str(port) for name, port in self.ports.items()}
        self.environment |= {"PATH": os.defpath, "FETCH_GRAPHIQL": "no", "SAMPLE_SIZE": sample}
        self.environment["TUTTI_FOLDER"] = str(folder)

    @contextmanager
    def running(self, until: str = READY) -> Iterator["RunningSystem"]:
        """Start it and wait until it says so; end it by force if the test did not."""
        command = [sys.executable, "-m", "devstack", "up"]
        pipe = subprocess.PIPE
        with subprocess.Popen(
            command, env=self.environment, stdout=pipe, stderr=subprocess.STDOUT, text=True
        ) as process:
            running = RunningSystem(self, process)
            try:
                running.wait_until(until)
                yield running
            finally:
                process.kill()

    def run(self, command: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the development stack over the same folder, to its end."""
        return subprocess.run(
            [sys.executable, "-m", "devstack", command],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.ports[name]}"


class RunningSystem:
    """The process, what it printed until it was ready, and its children."""

    def __init__(self, system: System, process: subprocess.Popen[str]) -> None:
        self.system = system
        self.process = process
        self.output = ""

    def wait_until(self, said: str) -> None:
        assert self.process.stdout is not None
        while said not in self.output:
            line = self.process.stdout.readline()
            assert line, self.output
            self.output += line

    def children(self) -> dict[int, int]:
        """Give the children's process ids, each with a handle that notices its end."""
        listed = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return {int(each): os.pidfd_open(int(each)) for each in listed.read_text().split()}

    def end(self, number: signal.Signals) -> str:
        """Send a signal, wait for the end, and give what was printed meanwhile."""
        self.process.send_signal(number)
        rest, _ = self.process.communicate(timeout=END_SECONDS)
        return rest

    async def token(self, query: str) -> str:
        async with (
            aiohttp.ClientSession() as session,
            session.get(f"{self.system.url('ISSUER')}/token?{query}") as answer,
        ):
            return await answer.text()

    async def ask(self, who: str, operation: str, **variables: Any) -> Any:
        """Run an operation as somebody; give its data and demand that there are no errors."""
        headers = {"Authorization": f"Bearer {await self.token(who)}"}
        body = {"query": operation, "variables": variables}
        async with (
            aiohttp.ClientSession(headers=headers) as session,
            session.post(f"{self.system.url('GATEWAY')}/graphql", json=body) as answer,
        ):
            told = await answer.json()
        assert "errors" not in told, told
        return told["data"]

    async def act(self, who: str, mutation: str, **given: Any) -> None:
        """Run a mutation that changes an order; demand that it is not refused."""
        name = mutation[0].upper() + mutation[1:]
        operation = (
            f"mutation Act($input: {name}Input!) "
            f"{{ {mutation}(input: $input) {{ userErrors {{ code message }} }} }}"
        )
        data = await self.ask(who, operation, input={"idempotencyKey": f"e2e-{mutation}", **given})
        assert data[mutation] == {"userErrors": []}
