"""How much one person may have kept for a time, over all their reservations."""

from typing import NamedTuple


class Allowance(NamedTuple):
    """The most units that are kept for an owner at any moment: of one item, and in all."""

    of_item: int
    in_all: int
