"""`make tour` against `make up`: the story ends well, again and again on the same data."""

import re
import signal
from pathlib import Path

import pytest

from tests.support.system import System

pytestmark = pytest.mark.timeout(240)

TOLD = (
    "Product page: Wool coat, size M: none left in Paris Rivoli",
    "Work list Paris Batignolles: new: 1 unit to pick",
    "Camille's phone: your order is on its way",
    "Camille's phone: your order has been delivered",
    "Product page: Wool coat, size M: available in Ajaccio Fesch",
    "189.00 EUR taken, 189.00 EUR given back",
    "Agenda Paris Rivoli: a visit is agreed",
)
"""The turns of the story, one of an act, as somebody who reads it meets them."""
EXCERPT = re.findall(r"```text\n(.*?)```", Path("README.md").read_text("utf-8"), re.DOTALL)
TOLD_IN_THE_README = [
    line.strip()
    for line in "".join(EXCERPT).splitlines()
    if line.strip().startswith((">>", "=", "ok"))
]


def test_the_tour_ends_well_twice_in_a_row_on_the_same_data(tmp_path: Path) -> None:
    system = System(tmp_path)
    system.environment["LOG_LEVEL"] = "warning"  # nobody reads on once it is ready
    with system.running() as running:
        for _ in range(2):
            tour = system.run("tour")
            assert tour.returncode == 0, tour.stdout + tour.stderr
            assert "and all of them so." in tour.stdout
            found = [tour.stdout.find(text) for text in TOLD]
            assert found == sorted(found)
            assert found[0] >= 0
            assert "\x1b" not in tour.stdout
            assert [line for line in TOLD_IN_THE_README if line not in tour.stdout] == []
        running.end(signal.SIGINT)
    assert len(TOLD_IN_THE_README) == 6
