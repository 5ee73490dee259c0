"""The port of messages to people, and what a message is; plain Python."""

from dataclasses import dataclass
from typing import Protocol


class MessageNotSent(Exception):
    """Whoever carries messages did not take it: try again later."""


@dataclass(frozen=True, slots=True)
class Message:
    """An e-mail in plain text; `key` names it, so that a repeated one can be told from a new."""

    key: str
    to: str
    subject: str
    text: str


class MessageSender(Protocol):
    """Carries messages; one that was taken may arrive twice if its sender died meanwhile."""

    async def send(self, message: Message) -> None:
        """Hand the message over; raises MessageNotSent if that has to be tried again."""
