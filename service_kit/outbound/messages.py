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


@dataclass(frozen=True, slots=True)
class TextMessage:
    """A text message (SMS) to a telephone number; `key` names it as that of a `Message` does."""

    key: str
    to: str
    text: str


class TextSender(Protocol):
    """Carries text messages; one that was taken may arrive twice if its sender died meanwhile."""

    async def send(self, message: TextMessage) -> None:
        """Hand the message over; raises MessageNotSent if that has to be tried again."""


class MessageSender(Protocol):
    """Carries messages; one that was taken may arrive twice if its sender died meanwhile."""

    async def send(self, message: Message) -> None:
        """Hand the message over; raises MessageNotSent if that has to be tried again."""
