"""What the linters do not see: how the house is laid out."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "appointments_svc",
    "bench",
    "devstack",
    "gateway",
    "inventory_svc",
    "order_svc",
    "retail_kit",
    "returns_svc",
    "service_kit",
)
VAGUE = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "data", "info"}
IGNORED = {".venv", ".tutti", ".git", "__pycache__", "node_modules"}


def modules_in(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from (PROJECT / folder).rglob("*.py")


def named(path: Path) -> str:
    return str(path.relative_to(PROJECT))


def packages() -> list[Path]:
    """Every folder that holds Python, or holds one that does."""
    modules = list(modules_in(*PACKAGES))
    inside = {parent for module in modules for parent in module.parents}
    return sorted(folder for folder in inside if PROJECT in folder.parents)


@pytest.mark.parametrize("folder", packages(), ids=named)
def test_a_package_says_in_one_docstring_what_it_is_and_holds_nothing_else(folder: Path) -> None:
    tree = ast.parse((folder / "__init__.py").read_text())
    assert ast.get_docstring(tree), "a package opens with a docstring"
    assert len(tree.body) == 1, "a package's __init__ holds its docstring only"


def test_no_file_or_folder_has_a_name_that_says_nothing() -> None:
    paths = [*modules_in(*PACKAGES, "tests")]
    vague = {named(path) for path in paths if VAGUE & {path.stem, path.parent.name}}
    assert vague == set()


def test_no_folder_of_tests_is_a_package_but_support() -> None:
    found = {named(path.parent) for path in modules_in("tests") if path.name == "__init__.py"}
    support = PROJECT / "tests" / "support"
    nested = {named(path.parent) for path in support.rglob("__init__.py")}
    assert found == nested


def test_the_test_of_a_capability_sees_only_what_supports_tests() -> None:
    """It proves public behaviour: no product code but the names of roles, no database driver."""
    for path in sorted((PROJECT / "tests" / "acceptance").glob("test_[a-z]_*.py")):
        for imported in set(imports_of(path)) - {"retail_kit.roles"}:
            top = imported.split(".")[0]
            assert top not in {*PACKAGES, "pymongo", "redis", "bson"}, f"{named(path)}: {imported}"
            assert top != "tests" or imported.startswith("tests.support"), named(path)


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
