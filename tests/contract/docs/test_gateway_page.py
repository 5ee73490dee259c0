"""The five minutes of docs/gateway.md are as the page says, commands and all."""

import asyncio
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from http import HTTPStatus
from pathlib import Path

import aiohttp
import pytest

from devstack.leash import leashed
from devstack.ports import free_port

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "gateway.md").read_text(encoding="utf-8")
ENVIRONMENT = {"PATH": os.defpath, "PYTHONPATH": str(ROOT)}
SECONDS = 60


def commands(beginning: str) -> list[list[str]]:
    """Give the page's commands that go on after `.venv/bin/python` as they are told to."""
    joined = re.sub(r"\\\n +", "", PAGE)
    found = re.findall(rf"\.venv/bin/python -m ({beginning}[^\n`]*)", joined)
    return [command.rstrip(" &").split() for command in found]


@pytest.fixture
def ports() -> dict[str, int]:
    """The ports of the page, and free ones to be used for them."""
    return {port: free_port() for port in ("4000", "4001", "4002")}


@pytest.fixture
def started(ports: dict[str, int]) -> Iterator[ExitStack]:
    """Where processes are ended that were started."""
    with ExitStack() as stack:
        for command in commands("uvicorn"):
            start(stack, command, ports)
        yield stack


def start(stack: ExitStack, command: list[str], ports: dict[str, int], cwd: Path = ROOT) -> None:
    process = subprocess.Popen(
        leashed([sys.executable, "-m", *ported(command, ports)]), env=ENVIRONMENT, cwd=cwd
    )
    stack.callback(process.wait)
    stack.callback(process.kill)


def ported(command: list[str], ports: dict[str, int]) -> list[str]:
    """Use free ports for those of the page."""
    text = "\0".join(command)
    for port, free in ports.items():
        text = text.replace(port, str(free))
    return text.split("\0")


async def until_answered(session: aiohttp.ClientSession, url: str, query: str) -> object:
    """Ask until there is somebody who answers."""
    async with asyncio.timeout(SECONDS):
        while True:
            try:
                async with session.post(url, json={"query": query}) as response:
                    if response.status == HTTPStatus.OK:
                        return await response.json()
            except aiohttp.ClientConnectorError:
                pass
            await asyncio.sleep(0.02)


async def run(command: list[str], cwd: Path, asked: str = "") -> str:
    """Run a command to its end and give what it prints."""
    done = await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-m", *command],
        env=ENVIRONMENT,
        cwd=cwd,
        input=asked,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    printed: str = done.stdout
    return printed


async def test_two_services_are_composed_served_asked_and_explained(
    started: ExitStack, ports: dict[str, int], tmp_path: Path
) -> None:
    compose, *_ = commands("gateway compose products=http")
    serve, *_ = commands("gateway serve --supergraph supergraph.graphql --port 4000 --dev")
    plan, *_ = commands("gateway plan --supergraph supergraph.graphql")
    (query,) = re.findall(r"""-d '\{"query": "(.*?)"\}'""", PAGE)
    async with aiohttp.ClientSession() as session:
        for port in ("4001", "4002"):
            url = f"http://127.0.0.1:{ports[port]}/graphql"
            await until_answered(session, url, "{ __typename }")
        await run(ported(compose, ports), tmp_path)
        start(started, serve, ports, tmp_path)
        answer = await until_answered(session, f"http://127.0.0.1:{ports['4000']}/graphql", query)
    assert answer == {
        "data": {
            "products": [
                {"name": "Table", "reviews": [{"text": "Steady."}]},
                {"name": "Chair", "reviews": [{"text": "Comfortable."}, {"text": "Too low."}]},
            ]
        }
    }
    assert 'Fetch #1 "reviews" after #0' in await run(plan, tmp_path, query)


def test_the_page_leads_to_each_of_its_chapters() -> None:
    headings = re.findall(r"^## (.+)$", PAGE, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", one).lower().replace(" ", "-") for one in headings}
    linked = set(re.findall(r"\]\(#([\w-]+)\)", PAGE))
    assert linked <= anchors
    assert anchors - linked == {"in-five-minutes"}
