"""Chance that falls the same way each time: every use of it has a name of its own."""

from random import Random

SEED = "tutti"


def draws(*names: str) -> Random:
    """Give a source of chance for what is named; ask it for `random()` alone.

    That one method is promised to give the same numbers in every version of Python.
    """
    return Random("/".join((SEED, *names)))
