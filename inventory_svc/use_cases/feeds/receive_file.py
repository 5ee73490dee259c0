"""Receive a file of stock in parts, and have it applied once it is whole."""

import base64
import binascii
from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.feeds.feed_file import (
    LARGEST_PART,
    MOST_PARTS,
    MOST_TOP_SELLERS,
    FeedFile,
)
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.ports import FeedFiles, Network, TopSellers
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class WantedFile:
    """What a file is, before any of it has arrived."""

    name: str
    mode: FeedMode
    format: FileFormat
    compression: Compression = Compression.NONE
    source: str | None = None
    counted_at: datetime | None = None


async def open_file(
    request: IdempotentRequest,
    actor: str,
    wanted: WantedFile,
    files: FeedFiles,
    network: Network,
    clock: Clock,
) -> FeedFile:
    """Begin a file."""
    now = clock.now()
    if not wanted.name.strip() or len(wanted.name) > LONGEST_NAME:
        raise invalid(f"A name has between 1 and {LONGEST_NAME} characters.", "input", "name")
    if wanted.counted_at is not None and wanted.counted_at > now:
        raise invalid("Nothing can be counted in the future.", "input", "countedAt")
    if wanted.source is not None:
        directory = await network.directory(sources=[wanted.source])
        directory.source(wanted.source, "input", "source")
    file = FeedFile(
        identifier=derived_identifier("stock-file", request.identifier),
        name=wanted.name.strip(),
        mode=wanted.mode,
        format=wanted.format,
        compression=wanted.compression,
        actor=actor,
        opened_at=now,
        source=wanted.source,
        counted_at=wanted.counted_at,
    )
    return await files.open(request, file)


async def add_part(
    request: IdempotentRequest, identifier: str, number: int, content: str, files: FeedFiles
) -> FeedFile:
    """Keep a part, in whatever order the parts arrive."""
    if not 0 <= number < MOST_PARTS:
        raise invalid(f"A file has at most {MOST_PARTS} parts.", "input", "part")
    try:
        packed = base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        raise invalid("The content is not base64.", "input", "content") from None
    if not 1 <= len(packed) <= LARGEST_PART:
        raise invalid(f"A part has between 1 and {LARGEST_PART} bytes.", "input", "content")
    return await files.add_part(request, identifier, number, packed)


async def close_file(
    request: IdempotentRequest,
    identifier: str,
    parts: int,
    files: FeedFiles,
    top_sellers: TopSellers,
    clock: Clock,
) -> FeedFile:
    """Have the file applied, now that all of it has arrived."""
    if not 1 <= parts <= MOST_PARTS:
        raise invalid(f"A file has between 1 and {MOST_PARTS} parts.", "input", "parts")
    best = await top_sellers.top_sellers(MOST_TOP_SELLERS)
    return await files.close(request, identifier, parts, best, clock.now())
