"""Python written for one plan: functions as text, with the objects that they name.

What is generated does the usual case only, without a step that an operation does not need. At
anything unusual it raises one of `UNUSUAL`, and who called it turns to the interpreted code beside
it, which knows what every oddity means. So a generated function is right whenever it returns.
"""

from collections.abc import Callable, Hashable, Sequence
from typing import Any


class Unusual(Exception):
    """A value that generated code does not know: the interpreted code will."""


UNUSUAL = (Unusual, AttributeError, KeyError, TypeError)
"""What generated code raises, by itself or by the operations it is made of."""


class Source:
    """The text of a module that is being written, and the objects its names stand for."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._names: dict[str, object] = {}
        self._known: dict[Hashable, str] = {}

    @property
    def text(self) -> str:
        """The module so far: the same for the same plan."""
        return "\n\n\n".join(self._parts) + "\n"

    def constant(self, kind: str, value: Hashable) -> str:
        """Give a name for an object; equal objects of a kind have one."""
        known = self._known.get((kind, value))
        if known is None:
            known = self._known[kind, value] = f"{kind}_{len(self._names)}"
            self._names[known] = value
        return known

    def name(self, name: str, value: object) -> str:
        """Let a name of one's own choice stand for an object."""
        self._names[name] = value
        return name

    def function(self, name: str, arguments: str, body: Sequence[str]) -> str:
        """Add a function and give its name: one that is there already may do the same."""
        lines = tuple(body)
        known = self._known.setdefault((arguments, lines), name)
        if known == name:
            self._parts.append(
                "\n".join([f"def {name}({arguments}):", *(f"    {line}" for line in lines)])
            )
        return known

    def table(self, name: str, entries: Sequence[str]) -> None:
        """Add a dictionary, whose entries may be functions that stand above."""
        self._parts.append("\n".join([f"{name} = {{", *(f"    {one}" for one in entries), "}"]))

    def compiled(self, name: str) -> Callable[..., Any]:
        """Give one of the functions, ready to be called."""
        scope: dict[str, Any] = dict(self._names)
        # The text holds nothing of a client's but quoted strings: see `quoted`.
        exec(compile(self.text, "<generated for a plan>", "exec"), scope)  # noqa: S102
        made: Callable[..., Any] = scope[name]
        return made


def quoted(key: str) -> str:
    """Write a string as Python writes it: no string of a client's can end it early."""
    return repr(key)
