"""The pytest plugin behind `@pytest.mark.capability("A1")`: it stores what became of each row."""

from typing import Any

import pytest

from tests.support.capabilities import TestResult, merged, read_results, write_results

MARK = "capability"
COLLECTED = "capability_tests"


class CapabilityResults:
    """Gathers the marked tests' results where the run is controlled, and writes them at its end.

    xdist workers only collect and run: their marks travel as properties of the reports.
    """

    def __init__(self, config: pytest.Config) -> None:
        self._config = config
        self._found: dict[str, TestResult] = {}
        self._collected: set[str] = set()

    @pytest.hookimpl(tryfirst=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Write the rows of each test into its properties, before any test is deselected."""
        for item in items:
            rows = rows_of(item)
            if rows:
                item.user_properties.append((MARK, list(rows)))
                self._collected.add(item.nodeid)
        if any("::" in argument for argument in self._config.args):
            self._collected.clear()
        worker = getattr(self._config, "workeroutput", None)
        if worker is not None:
            worker[COLLECTED] = sorted(self._collected)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test of a row; a failure in any of its phases stands."""
        marks: dict[str, Any] = dict(report.user_properties)
        rows = tuple(marks.get(MARK, ()))
        if not rows or (report.when != "call" and report.passed):
            return
        before = self._found.get(report.nodeid)
        passed = report.passed and (before is None or before.passed)
        if not report.skipped:
            self._found[report.nodeid] = TestResult(report.nodeid, rows, passed)

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Take over which tests a worker has collected."""
        self._collected.update(getattr(node, "workeroutput", {}).get(COLLECTED, ()))

    @pytest.hookimpl(trylast=True)
    def pytest_sessionfinish(self) -> None:
        """Write the results, unless this process is a worker or ran nothing of the kind."""
        if hasattr(self._config, "workerinput") or not (self._found or self._collected):
            return
        root = self._config.rootpath
        write_results(merged(read_results(root), self._found, self._collected, root), root)


def rows_of(item: pytest.Item) -> tuple[str, ...]:
    """Return the rows that a test is marked with, in the order of its marks."""
    return tuple(str(row) for mark in item.iter_markers(MARK) for row in mark.args)
