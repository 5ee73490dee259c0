"""Why a tour ends before its end; each message is for the person at the terminal."""

from typing import Final

HOW_TO_START: Final = (
    "Start it with `make up` in another window, wait until it says that Tutti is ready,"
    " and run `make tour` again."
)


class TourStopped(Exception):
    """The tour cannot go on; the message says why."""


class NobodyAnswers(TourStopped):
    """No stack is running."""

    def __init__(self, url: str) -> None:
        super().__init__(f"Nothing answers at {url}. {HOW_TO_START}")


class AnswerLost(TourStopped):
    """The stack went away, or answered what is no answer, in the middle of the tour."""


class OperationRefused(TourStopped):
    """The graph said no to what the story needs."""


class ClaimBroken(TourStopped):
    """The graph answered something else than the story tells."""


class PushMissing(TourStopped):
    """Somebody was not told what they should have been told, in time."""


class NothingToShow(TourStopped):
    """The retailer has not enough shops or channels for the story."""
