"""How far a file of stock has been committed, as the commits themselves write it down."""

from collections.abc import Mapping
from typing import NamedTuple

from service_kit.runtime.json_values import JSON


class FileStep(NamedTuple):
    """Lines of one reading of a file, from `first` up to but without `following`.

    Readings are numbered in their order, and so are the steps of a reading.
    """

    file: str
    reading: int
    first: int
    following: int

    def is_within(self, done: "FileStep") -> bool:
        """Whether its lines were committed by the time that another step was."""
        return (self.reading, self.first) < (done.reading, done.following)


class CommittedStep(NamedTuple):
    """The last step of a file that was committed, and how many of its lines ended how."""

    step: FileStep
    counts: Mapping[str, JSON]
