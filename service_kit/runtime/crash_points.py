"""Named places where a process may die; a test stops it at each of them in turn."""

from collections.abc import Callable
from typing import TypeAlias

Reached: TypeAlias = Callable[[str], None]
"""Told the name of each crash point as it is passed; a test's own raises Crashed at one."""


class Crashed(BaseException):
    """The process died here, as far as a test is concerned: nothing may catch it and tidy up."""


def pass_by(point: str) -> None:
    """Pass a crash point unharmed, as production does."""
