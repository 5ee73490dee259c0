"""What a listener to one note must hear: each of its numbers once, in order."""

from collections.abc import Mapping
from typing import Any

from bench.live.listeners import WrongItem
from bench.live.notes import TEXT


class NoteStory:
    """One listener's note; `number` is the last that was heard, 0 before the first."""

    __slots__ = ("number", "topic")

    def __init__(self, note: str) -> None:
        self.topic = note
        self.number = 0

    def follow(self, item: Mapping[str, Any]) -> int:
        """Take the next item; whichever comes first begins the story."""
        number: int = item["seq"]
        if self.number and number != self.number + 1:
            raise WrongItem(f"{self.topic}: {number} came after {self.number}")
        if item["text"] != TEXT:
            raise WrongItem(f"{self.topic}: another text: {item}")
        if "note" in item and not self._is_mine(item["note"], number):
            raise WrongItem(f"{self.topic}: another entity, or from before the event: {item}")
        self.number = number
        return number

    def _is_mine(self, entity: Mapping[str, Any] | None, number: int) -> bool:
        """An entity is as of now: at the event's version, or later."""
        return entity is not None and entity["id"] == self.topic and entity["version"] >= number
