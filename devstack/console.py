"""What the person at the terminal sees: progress, the children's lines by colour, the end."""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.style import Style
from rich.text import Text

from devstack.supervisor import StackFailed

COLOURS = ("cyan", "green", "magenta", "yellow", "blue", "bright_cyan", "bright_magenta")
NAME_WIDTH = 13


class OutputClosed(StackFailed):
    """Nobody reads what we print any more."""

    def __init__(self) -> None:
        super().__init__("the output was closed")


class ConsoleReport:
    """Reports to a terminal, or in plain lines to anything else."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._colours: dict[str, str] = {}
        self._waiting: dict[str, None] = {}
        self._status = console.status("starting")
        self._quiet = False

    def starting(self, name: str) -> None:
        self._waiting[name] = None
        self._show_waiting()

    def ready(self, name: str, seconds: float) -> None:
        self._waiting.pop(name, None)
        self._line(name, Text(f"ready after {seconds:.1f} s", style="bold"))
        self._show_waiting()

    def printed(self, name: str, line: str) -> None:
        if not self._quiet:
            self._line(name, Text.from_ansi(line))

    def working(self, what: str) -> None:
        """Name a piece of work that takes a moment; an empty text says that it is over."""
        self._waiting = dict.fromkeys([what] if what else [])
        self._show_waiting()

    @contextmanager
    def loading(self, url: str) -> Iterator["SampleProgress"]:
        """Show how the sample is loaded; what children print meanwhile is in their logs only."""
        progress = SampleProgress(self, self._console, url)
        self._quiet = True
        try:
            yield progress
        finally:
            progress.end()
            self._quiet = False

    def say(self, text: Text | str = "") -> None:
        """Print a line of our own; it is never cut, so that a token can be pasted."""
        self._print(Text(text) if isinstance(text, str) else text)

    def failed(self, reason: str) -> None:
        self._status.stop()
        self._print(Text(reason, style="bold red"))

    def stopping(self, names: Sequence[str]) -> None:
        self._status.stop()
        if names:
            self._print(Text(f"Stopping {', '.join(names)}"))

    def stopped(self, cause: str) -> None:
        self._print(Text("Stopped; nothing is left running. The data are kept."))
        if cause:
            self._print(Text(f"The cause: {cause}", style="bold red"))

    def _show_waiting(self) -> None:
        if self._waiting:
            self._status.update(f"waiting for {', '.join(self._waiting)}")
            self._status.start()
        else:
            self._status.stop()

    def _line(self, name: str, text: Text) -> None:
        colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
        self._print(Text(f"{name:<{NAME_WIDTH}} ", style=Style(color=colour)) + text)

    def _print(self, text: Text) -> None:
        try:
            self._console.print(text, soft_wrap=True, highlight=False)
        except OSError as error:
            self._console.file = open(os.devnull, "w")  # noqa: PTH123, SIM115  (for good)
            raise OutputClosed from error


class SampleProgress:
    """The progress bar of the load; it appears with the first lines that were loaded."""

    def __init__(self, report: ConsoleReport, console: Console, url: str) -> None:
        self._report = report
        self._url = url
        self._bar = Progress(
            TextColumn("loading the sample"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("records"),
            TimeElapsedColumn(),
            console=console,
            disable=not console.is_terminal,
            transient=True,
        )
        self._task = self._bar.add_task("", total=None)

    def usable(self) -> None:
        """Say that the graph can be used already."""
        self._report.say(f"{self._url} can be used already; the sample is still being loaded")

    def loaded(self, records: int, of: int) -> None:
        """Move the bar on."""
        self._bar.start()
        self._bar.update(self._task, completed=records, total=of)

    def end(self) -> None:
        """Take the bar away."""
        self._bar.stop()
