"""Documents in a folder, for development; the service that owns them serves them itself.

Their addresses are signed: `/objects/KEY?expires=SECONDS&signature=...`.
"""

import asyncio
import hashlib
import hmac
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import quote, urlencode

from service_kit.outbound.objects import LIFETIME, StoredObject
from service_kit.runtime.clock import Clock
from service_kit.runtime.settings import Secret

PATH: Final = "/objects"
_KEY: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*", re.ASCII)
_TYPE_SUFFIX: Final = ".type"


class FolderObjects:
    """A file for each document and one beside it for its type; `base_url` is the service's."""

    def __init__(self, folder: Path, base_url: str, secret: Secret, clock: Clock) -> None:
        self._folder = folder
        self._base_url = base_url.rstrip("/")
        self._secret = secret
        self._clock = clock

    async def put(self, key: str, stored: StoredObject) -> None:
        """Keep a document, in place of an earlier one."""
        await asyncio.to_thread(self._write, self._path(key), stored)

    async def get(self, key: str) -> StoredObject | None:
        """Give a document back."""
        return await asyncio.to_thread(self._read, self._path(key))

    async def url(self, key: str, lifetime: timedelta = LIFETIME) -> str:
        """Give an address by which anybody can fetch the document until its lifetime is over."""
        self._path(key)
        expires = int((self._clock.now() + lifetime).timestamp())
        signed = urlencode({"expires": expires, "signature": self._signature(key, expires)})
        return f"{self._base_url}{PATH}/{quote(key)}?{signed}"

    def is_signed(self, key: str, expires: str, signature: str) -> bool:
        """Whether this is an address that was given, and is still good."""
        if not expires.isdecimal() or not expires.isascii() or not _KEY.fullmatch(key):
            return False
        good = hmac.compare_digest(
            self._signature(key, int(expires)).encode(), signature.encode("utf-8", "replace")
        )
        return good and self._clock.now().timestamp() <= int(expires)

    def _signature(self, key: str, expires: int) -> str:
        text = json.dumps([key, expires])
        secret = self._secret.reveal().encode()
        return hmac.new(secret, text.encode(), hashlib.sha256).hexdigest()

    def _path(self, key: str) -> Path:
        if not _KEY.fullmatch(key):
            raise ValueError(f"not a key of a document: {key!r}")
        return self._folder / key

    def _write(self, path: Path, stored: StoredObject) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        for name, content in (
            (path.name + _TYPE_SUFFIX, stored.content_type.encode()),
            (path.name, stored.content),
        ):
            draft = path.with_name(f"{name}.tmp")
            draft.write_bytes(content)
            draft.replace(path.with_name(name))

    def _read(self, path: Path) -> StoredObject | None:
        try:
            content_type = path.with_name(path.name + _TYPE_SUFFIX).read_bytes().decode()
            return StoredObject(path.read_bytes(), content_type)
        except FileNotFoundError:
            return None
