"""Who walks through the pages about the stock, against `make up`, is answered as they say."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import pytest

from tests.support.system import RunningSystem, System
from tests.support.walked import Step, differences, known_from, steps_of

pytestmark = pytest.mark.timeout(240)

PAGES = (
    "docs/feeds.md",
    "docs/future-stock.md",
    "docs/back-in-stock.md",
    "docs/units.md",
    "docs/availability.md",
)
PATIENCE_SECONDS = 30


async def walk(running: RunningSystem, step: Step, known: dict[str, Any]) -> list[str]:
    """Take a step, and look again at what is read until it is as printed."""
    variables = step.variables(known)
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    while True:
        answer = {"data": await running.ask(step.who, step.operation, **variables)}
        unlike = differences(step.answer, answer)
        known.update(known_from(answer))
        if not unlike or step.is_change or asyncio.get_running_loop().time() > deadline:
            return unlike


async def test_the_pages_about_the_stock_can_be_walked_through(tmp_path: Path) -> None:
    with System(tmp_path).running() as running:
        for page in PAGES:
            known: dict[str, Any] = {}
            for step in steps_of(page):
                assert await walk(running, step, known) == [], (page, step.operation)
        running.end(signal.SIGINT)
