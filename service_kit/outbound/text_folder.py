"""Text messages (SMS) written to a folder: the sandbox, one `.sms.txt` file each."""

import asyncio
from pathlib import Path

from service_kit.outbound.messages import TextMessage
from service_kit.runtime.identifiers import derived_identifier


class FolderTexts:
    """Writes each text message once: the same key is the same file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, message: TextMessage) -> None:
        """Write the number in the first line, and the text below it."""
        await asyncio.to_thread(self._write, message)

    def _write(self, message: TextMessage) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        path = self._folder / f"{derived_identifier(message.key)}.sms.txt"
        draft = path.with_suffix(".tmp")
        to = " ".join(message.to.split())
        draft.write_text(f"{to}\n{message.text}\n", encoding="utf-8")
        draft.replace(path)
