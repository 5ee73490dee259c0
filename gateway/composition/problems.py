"""What composition has to say: problems that prevent it, hints that do not.

Codes are those of the Federation specification; a place is a node of a subgraph's text.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import Protocol

from gateway.errors import CompositionFailed


@dataclass(frozen=True, slots=True)
class Place:
    """Where something stands: in which file of which subgraph; line and column count from 1."""

    subgraph: str
    file: str
    line: int
    column: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}"


class Placed(Protocol):
    """Whatever knows where it was written."""

    @property
    def places(self) -> tuple[Place, ...]: ...


def places_of(*elements: Placed | None) -> tuple[Place, ...]:
    """Where these were written, each place once."""
    every = chain.from_iterable(each.places for each in elements if each is not None)
    return tuple(dict.fromkeys(every))


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why the subgraphs do not compose.

    `subgraphs` are those to look at, `places` the nodes involved, the one to change first.
    """

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    def __str__(self) -> str:
        return _line(self.code, self)


class Level(StrEnum):
    """How much a hint matters: something was left out, or it is good to know."""

    WARN = "warn"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class Hint:
    """Something an author should know although the subgraphs compose."""

    code: str
    message: str
    level: Level
    subgraphs: tuple[str, ...] = ()
    places: tuple[Place, ...] = ()

    def __str__(self) -> str:
        return _line(f"{self.level} {self.code}", self)


class DoesNotCompose(CompositionFailed):
    """Every problem found, all at once, and hints that may explain them."""

    def __init__(self, problems: Iterable[Problem], hints: Iterable[Hint] = ()) -> None:
        self.problems = tuple(problems)
        self.hints = tuple(hints)
        super().__init__("\n".join(str(problem) for problem in self.problems))


def _line(head: str, told: Problem | Hint) -> str:
    """`file:line:column: CODE [subgraph] message`, then further places, one a line."""
    first = f"{told.places[0]}: " if told.places else ""
    where = f" [{', '.join(told.subgraphs)}]" if told.subgraphs else ""
    more = "".join(f"\n  {place}: in {place.subgraph}" for place in told.places[1:])
    return f"{first}{head}{where} {told.message}{more}"
