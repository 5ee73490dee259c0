"""The list of capabilities, its report, and the plugin that remembers results."""

import ast
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.capabilities import (
    ROOT,
    Capability,
    TestResult,
    declared,
    merged,
    read_results,
    report,
    write_results,
)

pytest_plugins = ["pytester"]

COUNTS = "A14 B12 C10 D20 E20 F7 G15 H15 I16 J11 K6 L19 M10 N8 O4 P6 Q10 R5 S9 T6"
GROUPS = {count[0]: int(count[1:]) for count in COUNTS.split()}
PASSED = TestResult("tests/acceptance/test_a.py::test_one_order[web]", ("A1",), passed=True)
FAILED = TestResult("tests/acceptance/test_a.py::test_two_orders", ("A1", "A2"), passed=False)


def test_the_list_holds_every_row_of_every_group_in_order() -> None:
    rows = [capability.row for capability in declared()]
    assert rows == [
        f"{group}{number}" for group in GROUPS for number in range(1, GROUPS[group] + 1)
    ]
    assert len(rows) == 223


def test_every_row_has_a_title_of_its_own() -> None:
    titles = Counter(capability.title for capability in declared())
    assert [title for title, times in titles.items() if times > 1 or not title.strip()] == []


def test_a_row_that_waits_for_nothing_has_an_acceptance_test() -> None:
    marked = set(_rows_marked_in_acceptance_tests())
    assert {row.row for row in declared() if row.waits is None} - marked == set()
    assert marked - {row.row for row in declared()} == set()


@pytest.mark.parametrize(
    ("waits", "results", "line"),
    [
        (None, [], "A1 missing"),
        ("a thing", [], "A1 waiting a thing"),
        (None, [PASSED], "A1 pass test_one_order"),
        (None, [PASSED, FAILED], "A1 fail test_two_orders"),
        ("a thing", [PASSED], "A1 waiting a thing (so far: test_one_order)"),
        ("a thing", [FAILED], "A1 fail test_two_orders"),
    ],
)
def test_a_row_is_reported_in_a_line(
    waits: str | None, results: list[TestResult], line: str
) -> None:
    assert list(report([Capability("A1", "title", waits)], results)) == [line]


def test_a_later_run_replaces_what_it_has_run_and_forgets_what_is_gone(tmp_path: Path) -> None:
    for name in ("test_a.py", "test_b.py"):
        (tmp_path / name).touch()
    kept = TestResult("test_b.py::test_kept", ("B1",), passed=True)
    renamed = TestResult("test_a.py::test_old_name", ("A1",), passed=True)
    moved = TestResult("test_gone.py::test_moved", ("C1",), passed=True)
    found = TestResult("test_a.py::test_new_name", ("A1",), passed=False)
    write_results(
        merged([kept, renamed, moved], {found.test: found}, [found.test], tmp_path), tmp_path
    )
    assert read_results(tmp_path) == (found, kept)


@pytest.mark.parametrize("workers", [(), ("-n", "1")])
def test_the_plugin_writes_what_became_of_each_row(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, workers: tuple[str, ...]
) -> None:
    pytester.makeconftest("""
        from tests.support.capability_results import CapabilityResults

        def pytest_configure(config):
            config.addinivalue_line("markers", "capability(row): a row")
            config.pluginmanager.register(CapabilityResults(config))
    """)
    pytester.makepyfile(
        test_rows="""
        import pytest

        @pytest.fixture
        def broken():
            yield
            raise AssertionError

        @pytest.mark.capability("A1")
        def test_good(): pass

        @pytest.mark.capability("A2")
        @pytest.mark.capability("A3")
        def test_bad(): assert False

        @pytest.mark.capability("A4")
        def test_broken_afterwards(broken): pass

        @pytest.mark.capability("A5")
        def test_skipped(): pytest.skip()

        def test_unmarked(): pass
    """
    )
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.runpytest_subprocess("-p", "no:cacheprovider", "-p", "no:valkey", *workers)
    found = {result.name: (result.rows, result.passed) for result in read_results(pytester.path)}
    assert found == {
        "test_good": (("A1",), True),
        "test_bad": (("A3", "A2"), False),
        "test_broken_afterwards": (("A4",), False),
    }
    pytester.runpytest_subprocess("-p", "no:valkey", "-k", "good")
    assert len(read_results(pytester.path)) == 3


def _rows_marked_in_acceptance_tests() -> Iterator[str]:
    for path in sorted((ROOT / "tests" / "acceptance").rglob("test_*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("mark.capability"):
                yield from (str(ast.literal_eval(argument)) for argument in node.args)
