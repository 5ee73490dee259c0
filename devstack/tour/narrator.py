"""What the person at the terminal reads: acts, who does what, answers, and pushes as they arrive.

Two voices: what is done stands at the left; what is pushed to people by itself stands at the right.
Nothing is told by colour alone, so that it reads as well in a file.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, TextIO

from rich.console import Console, RenderableType
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from devstack.tour.people import Person

WIDTH: Final = 100
STEP: Final = 2
DETAIL: Final = 4
PUSHES: Final = 26
"""Columns from the left at which a step, its details and a push begin."""

BAR: Final = "| "
COLOURS_OF_CODE: Final = (
    (r"[{}()\[\],…]", "dim"),
    (r"\b[A-Z][A-Z_]+\b|\b\d[\d.]*\b", "cyan"),
    (r"^(query|mutation)\b", "bold"),
    (r'"[^"]*"', "not dim yellow"),
)
"""What of an operation is to be seen first: its values, not its braces."""

Fact = tuple[str, str]


@dataclass(slots=True)
class Tally:
    """How much was shown."""

    operations: int = 0
    pushes: int = 0
    claims: int = 0


def console_of(file: TextIO) -> Console:
    """Return a console that is wide enough where there is no terminal to fit into."""
    console = Console(file=file)
    return console if console.is_terminal else Console(file=file, width=WIDTH)


class Narrator:
    """Writes to a terminal, or plain text to anything else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self.width = min(console.width, WIDTH)
        self.tally = Tally()
        self._acts = 0
        self._last_operation = ""

    @property
    def width_of_code(self) -> int:
        """How many columns an operation may take."""
        return self.width - DETAIL - len(BAR)

    def opens(self, title: str, lines: Iterable[str]) -> None:
        """Say what is to be seen, and how to read it."""
        self._print(Text(), Text(title, style="bold"))
        for line in lines:
            self._print(Text.from_markup(line))

    def act(self, title: str, intro: str) -> None:
        """Begin the next act."""
        self._acts += 1
        heading = Text(f"{self._acts}. {title}", style="bold")
        self._print(Text(), Rule(heading, align="left", style="bold"), Text(intro, style="italic"))

    def does(self, who: Person, says: str, operation: str) -> None:
        """Tell who does what, and the operation that does it."""
        self.tally.operations += 1
        named = Text.assemble(
            (who.name, f"bold {who.colour}"), (f" ({who.rights}) ", who.colour), says
        )
        again = operation == self._last_operation
        self._last_operation = operation
        shown = "the same operation, word for word" if again else operation
        self._print(Text(), _in(STEP, named), _in(DETAIL, _quoted(shown)))

    def answered(self, facts: Iterable[Fact]) -> None:
        """Show what matters of the answer."""
        grid = Table.grid(padding=(0, 2))
        grid.add_column(style="bold", no_wrap=True)
        grid.add_column()
        for label, value in facts:
            grid.add_row(f"= {label}" if label else "", Text(value))
        if grid.row_count:
            self._print(_in(DETAIL, grid))

    def claims(self, text: str) -> None:
        """Say what was found to be so."""
        self.tally.claims += 1
        self._print(_in(STEP, Text.assemble(("ok  ", "bold green"), (text, "green"))))

    def listens(self, who: Person, voice: str, topic: str) -> None:
        """Say that somebody hears from now on."""
        self._aside(who, voice, Text(f"(listens from now on to {topic})", style="dim"))

    def pushed(self, who: Person, voice: str, text: str) -> None:
        """Tell what has just arrived at somebody who listens."""
        self.tally.pushes += 1
        self._aside(who, voice, Text(text))

    def closes(self, lines: Iterable[str]) -> None:
        """Say how it ended."""
        self._print(Text(), Rule(style="bold"))
        for line in lines:
            self._print(Text(line, style="bold"))

    def fails(self, reason: str) -> None:
        """Say why it ended before its end."""
        self._print(Text(), Text(reason, style="bold red"))

    def _aside(self, who: Person, voice: str, text: Text) -> None:
        grid = Table.grid(padding=(0, 1))
        grid.add_column(no_wrap=True, style=f"bold {who.colour}")
        grid.add_column()
        grid.add_row(f">> {voice}:", text)
        self._print(_in(PUSHES, grid))

    def _print(self, *renderables: RenderableType) -> None:
        for each in renderables:
            self._console.print(each, width=self.width, highlight=False)


def _quoted(operation: str) -> Text:
    """Set an operation apart from what is said, its values before its grammar."""
    lines = []
    for line in operation.splitlines():
        text = Text(line)
        for pattern, style in COLOURS_OF_CODE:
            text.highlight_regex(pattern, style)
        lines.append(Text.assemble((BAR, "dim"), text))
    return Text("\n").join(lines)


def _in(columns: int, what: RenderableType) -> Padding:
    return Padding.indent(what, columns)
