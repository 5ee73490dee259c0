"""The port of documents that people fetch by an address that is good for a while; plain Python."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final, Protocol

LIFETIME: Final = timedelta(minutes=15)
"""How long the address of a document is good, unless somebody says otherwise."""

LONGEST_LIFETIME: Final = timedelta(days=7)
"""The longest that a bucket of S3 signs an address for: for those that are sent in a letter."""


class ObjectsUnavailable(Exception):
    """The store did not answer: try again later."""


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A document and the type that a browser should take it for."""

    content: bytes
    content_type: str


class ObjectStore(Protocol):
    """Keeps documents by key: parts of letters, digits, `.`, `_` and `-`, joined by `/`."""

    async def put(self, key: str, stored: StoredObject) -> None:
        """Keep a document, in place of an earlier one; raises ObjectsUnavailable."""

    async def get(self, key: str) -> StoredObject | None:
        """Give a document back; raises ObjectsUnavailable."""

    async def url(self, key: str, lifetime: timedelta = LIFETIME) -> str:
        """Give an address by which anybody can fetch the document until its lifetime is over."""
