"""What the system can do, row by row, as the acceptance tests of the last runs have shown it.

`python -m tests.support.capabilities` prints one line per row of docs/capabilities.toml.
"""

import json
import sys
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parents[2]
DECLARED: Final = ROOT / "docs" / "capabilities.toml"
RESULTS: Final = Path(".tutti") / "capabilities.json"
"""Where the results are kept, under the root of the project."""


@dataclass(frozen=True, slots=True)
class Capability:
    """A row: its id, a short title, and what it still waits for, if anything."""

    row: str
    title: str
    waits: str | None = None


@dataclass(frozen=True, slots=True)
class TestResult:
    """How an acceptance test ended, and the rows that it proves."""

    __test__ = False

    test: str
    rows: tuple[str, ...]
    passed: bool

    @property
    def name(self) -> str:
        """Return the function's name, without folder, file and parameters."""
        return self.test.rsplit("::", 1)[-1].split("[", 1)[0]

    @property
    def file(self) -> str:
        """Return the path of the test's file, from the root of the project."""
        return self.test.split("::", 1)[0]


def declared(path: Path = DECLARED) -> tuple[Capability, ...]:
    """Read the rows in their order."""
    rows = tomllib.loads(path.read_text(encoding="utf-8"))
    return tuple(Capability(row, **columns) for row, columns in rows.items())


def read_results(root: Path = ROOT) -> tuple[TestResult, ...]:
    """Read the results of the last runs; none when no acceptance test was run yet."""
    path = root / RESULTS
    if not path.exists():
        return ()
    stored = json.loads(path.read_text(encoding="utf-8"))
    return tuple(TestResult(each["test"], tuple(each["rows"]), each["passed"]) for each in stored)


def write_results(results: Iterable[TestResult], root: Path = ROOT) -> None:
    """Store the results in the order of their tests."""
    path = root / RESULTS
    rows = [
        {"test": result.test, "rows": list(result.rows), "passed": result.passed}
        for result in sorted(results, key=lambda each: each.test)
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


def report(rows: Iterable[Capability], results: Iterable[TestResult]) -> Iterator[str]:
    """Give a line per row: `A1 pass test`, `A1 fail test`, `A1 waiting for what` or `A1 missing`.

    A row that still waits for something is not green, whatever its tests have shown so far.
    """
    by_row: dict[str, list[TestResult]] = {}
    for result in results:
        for row in result.rows:
            by_row.setdefault(row, []).append(result)
    for capability in rows:
        yield f"{capability.row} {_standing(capability, by_row.get(capability.row, []))}"


def _standing(capability: Capability, results: list[TestResult]) -> str:
    failed = _names(result for result in results if not result.passed)
    passed = _names(result for result in results if result.passed)
    if failed:
        return f"fail {failed}"
    if capability.waits is not None:
        return f"waiting {capability.waits}" + (f" (so far: {passed})" if passed else "")
    return f"pass {passed}" if passed else "missing"


def _names(results: Iterable[TestResult]) -> str:
    return ", ".join(dict.fromkeys(result.name for result in results))


def merged(
    stored: Iterable[TestResult],
    found: Mapping[str, TestResult],
    collected: Iterable[str],
    root: Path = ROOT,
) -> tuple[TestResult, ...]:
    """Put a run's results over the stored ones.

    A stored test that is gone is forgotten: its file is not there any more, or the whole file
    was collected (`collected` names the tests of such files) without it.
    """
    tests = set(collected)
    files = {test.split("::", 1)[0] for test in tests}
    kept = {
        result.test: result
        for result in stored
        if (root / result.file).exists() and (result.file not in files or result.test in tests)
    }
    return tuple({**kept, **found}.values())


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report(declared(), read_results()))
