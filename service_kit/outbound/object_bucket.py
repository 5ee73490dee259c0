"""Documents in a bucket of S3, or of anything that speaks as S3 does."""

from datetime import timedelta
from typing import TypeAlias

import obstore
from obstore.exceptions import BaseError
from obstore.store import MemoryStore, S3Store

from service_kit.outbound.objects import LIFETIME, ObjectsUnavailable, StoredObject

Bucket: TypeAlias = S3Store | MemoryStore
"""What keeps the documents; the one in memory gives no addresses and is for tests."""


class BucketObjects:
    """Each document under its key, with its type; addresses are signed by the bucket's keys."""

    def __init__(self, bucket: Bucket) -> None:
        self._bucket = bucket

    async def put(self, key: str, stored: StoredObject) -> None:
        """Keep a document, in place of an earlier one; raises ObjectsUnavailable."""
        attributes = {"Content-Type": stored.content_type}
        try:
            await obstore.put_async(self._bucket, key, stored.content, attributes=attributes)
        except (BaseError, OSError) as error:
            raise ObjectsUnavailable(str(error)) from error

    async def get(self, key: str) -> StoredObject | None:
        """Give a document back; raises ObjectsUnavailable."""
        try:
            found = await obstore.get_async(self._bucket, key)
            content = bytes(await found.bytes_async())
        except FileNotFoundError:
            return None
        except (BaseError, OSError) as error:
            raise ObjectsUnavailable(str(error)) from error
        return StoredObject(content, str(found.attributes.get("Content-Type", "")))

    async def url(self, key: str, lifetime: timedelta = LIFETIME) -> str:
        """Give an address by which anybody can fetch the document until its lifetime is over."""
        if isinstance(self._bucket, MemoryStore):
            raise ObjectsUnavailable("Documents in memory have no address.")
        return await obstore.sign_async(self._bucket, "GET", key, lifetime)
