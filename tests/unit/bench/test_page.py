from pathlib import Path

import pytest

from bench.__main__ import GATEWAY, INVENTORY, LIVE, NAMES
from bench.gateway.planning import PLANNING
from bench.gateway.speed import PLACES as GATEWAY_PLACES
from bench.inventory.inventory import PLACES as INVENTORY_PLACES
from bench.live.live import PLACES
from bench.page import NoPlace, refilled

PROJECT = Path(__file__).resolve().parents[3]
PAGE = "# Title\n\n<!-- one -->\nold\n<!-- /one -->\n\ntext\n\n<!-- two -->\nkept\n<!-- /two -->\n"


def test_figures_replace_what_stood_in_their_place_and_nothing_else() -> None:
    page = refilled(PAGE, {"one": "| new |"})
    assert page == PAGE.replace("\nold\n", "\n\n| new |\n\n")
    assert refilled(page, {"one": "| new |"}) == page


def test_figures_without_a_place_are_refused() -> None:
    with pytest.raises(NoPlace, match="three"):
        refilled(PAGE, {"three": "| new |"})


def test_every_bench_has_a_place_in_the_page_of_the_project() -> None:
    page = (PROJECT / "docs" / "performance.md").read_text()
    of_several_tables = {*PLACES, *GATEWAY_PLACES, PLANNING, *INVENTORY_PLACES}
    places = {*NAMES, "machine", *of_several_tables} - {LIVE, GATEWAY, INVENTORY}
    refilled(page, dict.fromkeys(places, "figures"))
