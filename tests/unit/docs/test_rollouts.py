"""The page about rollouts knows of every stored format that an earlier process cannot read."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
PAGE = (ROOT / "docs" / "rollouts.md").read_text(encoding="utf-8")
SERVICES = ("inventory_svc", "order_svc", "returns_svc", "appointments_svc", "service_kit")
LATER = re.compile(r"^(\w+)(?:: Final)? = Upcasts\(current=(\d+), steps", re.MULTILINE)
SAID = {
    ("inventory_svc/mongo/stock_documents.py", "POSITION_UPCASTS"): "| position | 3 |",
    ("inventory_svc/mongo/stock_documents.py", "MOVEMENT_UPCASTS"): "| movement | 2 |",
    ("inventory_svc/mongo/unit_documents.py", "UNIT_UPCASTS"): "its history | 3, 2 |",
    ("inventory_svc/mongo/unit_documents.py", "STEP_UPCASTS"): "its history | 3, 2 |",
    ("inventory_svc/mongo/reference_documents.py", "LOCATION_UPCASTS"): "| location | 3 |",
    ("inventory_svc/mongo/reference_documents.py", "CHANNEL_UPCASTS"): "| channel | 2 |",
    ("inventory_svc/mongo/feed_file_documents.py", "FILE_UPCASTS"): "| file of stock | 2 |",
    ("order_svc/mongo/order_documents.py", "UPCASTS"): "| order | 3 |",
    ("order_svc/mongo/orders.py", "CLAIMS"): "| placement of an order | 2 |",
}
"""The row of each format that has changed, with its current version."""


def formats() -> dict[tuple[str, str], int]:
    """Give the current version of every format that has changed, as the code has it."""
    return {
        (str(path.relative_to(ROOT)), name): int(current)
        for service in SERVICES
        for path in sorted((ROOT / service).rglob("*.py"))
        for name, current in LATER.findall(path.read_text(encoding="utf-8"))
    }


def test_every_format_that_has_changed_is_known_here() -> None:
    assert formats().keys() == SAID.keys()


@pytest.mark.parametrize(("place", "row"), SAID.items())
def test_the_page_names_the_current_version(place: tuple[str, str], row: str) -> None:
    assert row in PAGE
    assert str(formats()[place]) in re.findall(r"\d+", row)


def test_services_roll_out_before_those_that_ask_them() -> None:
    loop = re.search(r"for service in ([\w -]+);", PAGE)

    assert loop is not None
    order = loop[1].split()
    askers = {"order": ["inventory"], "returns": ["order"], "appointments": ["order"]}
    for asker, asked in askers.items():
        clients = {path.stem.removesuffix("s") for path in clients_of(asker)}
        assert clients >= set(asked)
        for each in clients:
            assert order.index(f"{each}-svc") < order.index(f"{asker}-svc")
    assert order[-1] == "gateway"


def clients_of(service: str) -> list[Path]:
    """Give the modules by which a service asks others."""
    found = (ROOT / f"{service}_svc" / "clients").glob("*.py")
    return [path for path in found if path.stem != "__init__"]
