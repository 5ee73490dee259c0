"""What stands in the way of a composition, with the codes of the Federation specification."""

from collections.abc import Iterable
from dataclasses import dataclass

from gateway.errors import CompositionFailed


@dataclass(frozen=True, slots=True)
class Problem:
    """One reason why the subgraphs do not compose; `subgraphs` are those to look at."""

    code: str
    message: str
    subgraphs: tuple[str, ...] = ()

    def __str__(self) -> str:
        where = f"[{', '.join(self.subgraphs)}] " if self.subgraphs else ""
        return f"{self.code}: {where}{self.message}"


class DoesNotCompose(CompositionFailed):
    """Every problem found, all at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
