"""Messages written to a folder, for development: one `.eml` file each, which mail programs open."""

import asyncio
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path

from service_kit.outbound.email import email_of
from service_kit.outbound.messages import Message
from service_kit.runtime.identifiers import derived_identifier


class FolderMessages:
    """Writes each message once: the same key is the same file."""

    def __init__(self, folder: Path, sender: str) -> None:
        self._folder = folder
        self._sender = sender

    async def send(self, message: Message) -> None:
        """Write the message."""
        await asyncio.to_thread(self._write, message.key, email_of(message, self._sender))

    def _write(self, key: str, email: EmailMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{derived_identifier(key)}.eml"
        draft = path.with_suffix(".tmp")
        draft.write_bytes(email.as_bytes(policy=SMTP))
        draft.replace(path)
