"""Receive a file of stock in parts, and have it applied once it is whole."""

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from inventory_svc.domain.feeds.feed_file import (
    LARGEST_PART,
    MOST_PARTS,
    MOST_TOP_SELLERS,
    Closing,
    FeedFile,
)
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.feeds.whole_file import Wholeness, WholeOf
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.ports.catalogue import TopSellers
from inventory_svc.ports.feeds import FeedFiles
from inventory_svc.ports.network import Network
from service_kit.commands.denials import invalid
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal, RefusedAll
from service_kit.runtime.clock import Clock
from service_kit.runtime.identifiers import derived_identifier

LONGEST_NAME = 200
_ALL = 100


@dataclass(frozen=True, slots=True)
class WantedFile:
    """What a file is, before any of it has arrived."""

    name: str
    mode: FeedMode
    format: FileFormat
    compression: Compression = Compression.NONE
    source: str | None = None
    counted_at: datetime | None = None
    whole: Wholeness | None = None

    def problems(self, now: datetime) -> Iterator[Refusal]:
        """Say what cannot be so."""
        if not self.name.strip() or len(self.name) > LONGEST_NAME:
            yield invalid(f"A name has between 1 and {LONGEST_NAME} characters.", "input", "name")
        if self.counted_at is not None and self.counted_at > now:
            yield invalid("Nothing can be counted in the future.", "input", "countedAt")
        if self.whole is not None:
            yield from self._problems_of_whole(self.whole)

    def _problems_of_whole(self, whole: Wholeness) -> Iterator[Refusal]:
        if self.mode is not FeedMode.SNAPSHOT:
            yield invalid("Only a snapshot can be the whole truth.", "input", "wholeOf")
        if self.counted_at is None:
            yield invalid("The whole truth was counted at some time.", "input", "countedAt")
        if whole.of is WholeOf.SOURCE and self.source is None:
            yield invalid("The whole truth of which source?", "input", "source")
        if not 0 <= whole.most_unnamed <= _ALL:
            yield invalid("It is between 0 and 100.", "input", "mostUnnamedPercent")


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
    problems = tuple(wanted.problems(now))
    if problems:
        raise RefusedAll(problems)
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
        whole=wanted.whole,
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
    lines: int | None = None,
) -> FeedFile:
    """Have the file applied, now that all of it has arrived."""
    if not 1 <= parts <= MOST_PARTS:
        raise invalid(f"A file has between 1 and {MOST_PARTS} parts.", "input", "parts")
    if lines is not None and lines < 0:
        raise invalid("A file has no fewer lines than none.", "input", "lines")
    best = await top_sellers.top_sellers(MOST_TOP_SELLERS)
    return await files.close(request, identifier, Closing(parts, tuple(best), clock.now(), lines))
