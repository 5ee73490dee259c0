"""One tour through a running stack."""

from contextlib import AsyncExitStack
from datetime import datetime
from typing import Final

import aiohttp

from devstack.settings import StackSettings
from devstack.tour.failures import TourStopped
from devstack.tour.graph import Graph
from devstack.tour.narrator import Narrator
from devstack.tour.stage import Stage
from devstack.tour.story import play

TITLE: Final = "Tutti: one customer, three shops, one story"
HOW_TO_READ: Final = (
    "At the left, what people do: a sentence, the operation that does it, and the answer.",
    "  [bold]=[/]   what matters of the answer",
    "  [bold green]ok[/]  what this tour checks; it ends at the first thing that is not so",
    "At the right, what people are told without asking, at the moment it happens:",
    "  [bold]>>[/]  a live push; it often comes before the answer to what has caused it",
    "In the operations, … stands for details that are left out here.",
)


async def run_tour(settings: StackSettings, narrator: Narrator, mark: str, now: datetime) -> int:
    """Play the story against the stack of these settings; return the exit code."""
    try:
        async with aiohttp.ClientSession() as session, AsyncExitStack() as listeners:
            graph = Graph(session, settings.gateway_url, settings.issuer_url)
            await graph.require_ready()
            narrator.opens(TITLE, HOW_TO_READ)
            await play(Stage(graph, narrator, listeners, mark, now))
    except TourStopped as stopped:
        narrator.fails(str(stopped))
        return 1
    tally = narrator.tally
    counted = f"{tally.operations} operations, {tally.pushes} live pushes"
    letters = settings.folder / "outbox"
    narrator.closes(
        [
            f"The story is told: {counted}, {tally.claims} things checked and all of them so.",
            *([f"Camille's letters lie in {letters}."] if letters.is_dir() else []),
            f"It can be told again as often as you like; look around at {settings.gateway_url}.",
        ]
    )
    return 0
