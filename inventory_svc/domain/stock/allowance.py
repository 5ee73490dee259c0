"""How much one person may have kept for a time, over all their reservations."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import NamedTuple

from retail_kit.quantities import Unit


class Allowance(NamedTuple):
    """The most that is kept for an owner at any moment: pieces of one item, and things in all.

    A thing is a piece, or a line of an item that is measured, however much of it. `measured` bounds
    what is kept of such items together, by their unit; a unit that it does not name is unbounded.
    """

    of_item: int
    in_all: int
    measured: Mapping[Unit, int] = MappingProxyType({})
