"""Whoever wants the gateway alone installs the group `gateway`, and no database comes with it."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from importlib.metadata import packages_distributions
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
OURS = {"gateway", "service_kit", "retail_kit"}
ONLY_WITH_EVENTS = {"redis"}
STATED = tomllib.loads((PROJECT / "pyproject.toml").read_text())
GROUPS = STATED["dependency-groups"]


def distribution(requirement: str) -> str:
    return re.split(r"[\[<>=,; ]", requirement, maxsplit=1)[0]


def file_of(module: str) -> Path | None:
    path = PROJECT.joinpath(*module.split("."))
    found = (each for each in (path.with_suffix(".py"), path / "__init__.py") if each.exists())
    return next(found, None)


def imported_by(module: str) -> Iterator[str]:
    file = file_of(module)
    for node in ast.walk(ast.parse(file.read_text())) if file else ():
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module


def others_imports() -> dict[str, set[str]]:
    """Top-level names of other people's that the gateway imports, however far, and where."""
    found: dict[str, set[str]] = {}
    seen: set[str] = set()
    waiting = [
        ".".join(path.relative_to(PROJECT).with_suffix("").parts)
        for path in (PROJECT / "gateway").rglob("*.py")
    ]
    while waiting:
        module = waiting.pop()
        if module in seen:
            continue
        seen.add(module)
        for name in imported_by(module):
            top = name.partition(".")[0]
            if top in OURS:
                waiting.append(name)
            elif top not in sys.stdlib_module_names:
                found.setdefault(top, set()).add(module)
    return found


def test_the_group_has_all_that_the_gateway_imports() -> None:
    distributions = packages_distributions()
    stated = {distribution(each) for each in GROUPS["gateway"]}
    # What comes with strawberry, as its HTTP layer stands on it.
    stated |= {"cross-web"}
    missing = {
        top: where
        for top, where in others_imports().items()
        if top not in ONLY_WITH_EVENTS
        and stated.isdisjoint(each.lower().replace("_", "-") for each in distributions[top])
    }

    assert not missing


def test_only_the_store_of_events_needs_a_client_of_redis() -> None:
    others = others_imports()

    assert others["redis"] == {"service_kit.messaging.bus"}
    assert not {"pymongo", "bson", "motor", "valkey"} & set(others)
    assert [distribution(each) for each in GROUPS["events"]] == ["redis"]


def test_the_groups_ask_for_the_same_versions_as_the_whole() -> None:
    whole = set(STATED["project"]["dependencies"])

    assert {*GROUPS["gateway"], *GROUPS["events"]} <= whole
