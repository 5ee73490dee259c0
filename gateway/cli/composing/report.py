"""What composing has to tell, for people or for programs."""

import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from enum import StrEnum

import orjson

from gateway.composition.problems import Hint, Level, Problem
from gateway.supergraph.changes import Change, Severity


class Format(StrEnum):
    """Lines for people, or one JSON document on standard output."""

    TEXT = "text"
    JSON = "json"


class Hints(StrEnum):
    """Which hints are told; with ERROR those of level warn are taken for failures."""

    ALL = "all"
    WARN = "warn"
    NONE = "none"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Report:
    """Everything there is to tell; `supergraph` is None if it is not to be printed."""

    supergraph: str | None = None
    failures: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    problems: tuple[Problem, ...] = ()
    hints: tuple[Hint, ...] = ()
    changes: tuple[Change, ...] | None = None
    telling: Hints = Hints.WARN

    @property
    def status(self) -> int:
        """Give 2 if composing could not be tried, 1 if something must be repaired, else 0."""
        if self.failures:
            return 2
        is_breaking = any(one.severity is Severity.BREAKING for one in self.changes or ())
        return int(bool(self.problems) or is_breaking or self._fails_by_hints)

    @property
    def _fails_by_hints(self) -> bool:
        is_strict = self.telling is Hints.ERROR
        return is_strict and any(one.level is Level.WARN for one in self.hints)

    def print(self, form: Format) -> None:
        """Tell it."""
        if form is Format.JSON:
            print(self._json())
        else:
            self._print_text()

    def _print_text(self) -> None:
        _print_lines([*self.failures, *self.problems, *self._told_hints(), *self.notes])
        if self.problems:
            count = len(self.problems)
            _print_lines([f"{count} problem{'s' * (count > 1)}: the subgraphs do not compose."])
        elif self._fails_by_hints:
            _print_lines(["There are warnings, and they were asked to count as failures."])
        if self.changes is not None and not self.problems and not self.failures:
            for change in self.changes:
                print(change)
            if not self.changes:
                print("Nothing that clients of the old graph rely on has changed.")
        if self.supergraph is not None:
            print(self.supergraph, end="")

    def _told_hints(self) -> Iterator[Hint | str]:
        if self.telling is Hints.NONE:
            return
        told = [one for one in self.hints if self.telling is Hints.ALL or one.level is Level.WARN]
        yield from told
        others = len(self.hints) - len(told)
        if others:
            yield f"{others} more hint{'s' * (others > 1)} for information: --hints all"

    def _json(self) -> str:
        document = {
            "success": self.status == 0,
            "failures": self.failures,
            "problems": [asdict(one) for one in self.problems],
            "hints": [asdict(one) for one in self.hints],
            "changes": None if self.changes is None else [asdict(one) for one in self.changes],
            "supergraph": self.supergraph,
        }
        return orjson.dumps(document, option=orjson.OPT_INDENT_2).decode()


def _print_lines(lines: Iterable[object]) -> None:
    for line in lines:
        print(line, file=sys.stderr)
