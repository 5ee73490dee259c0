"""Files of stock as clients see them."""

from datetime import datetime

import strawberry

from inventory_svc.api.enums import STOCK_FEED_MODE
from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.stock.commands import FeedMode


@strawberry.type(description="A file of stock, and how far it has been applied.")
class StockFile:
    """Its refused lines are kept under its id."""

    id: strawberry.ID = strawberry.field(
        description="Names the file, and the feed under which its refused lines are kept."
    )
    name: str = strawberry.field(description="The name for people.")
    source: str | None = strawberry.field(description="The code of the source that tells.")
    mode: FeedMode = strawberry.field(
        graphql_type=STOCK_FEED_MODE, description="What the quantities mean."
    )
    format: FileFormat = strawberry.field(description="How its lines are written.")
    compression: Compression = strawberry.field(description="How it is packed.")
    state: FileState = strawberry.field(description="Where it stands.")
    reading: FilePass = strawberry.field(description="For which lines it is being read.")
    next_line: int = strawberry.field(
        description="The first line that the reading has not come to, from 0."
    )
    applied: int = strawberry.field(description="Lines that were written.")
    unchanged: int = strawberry.field(description="Lines that said what was known.")
    rejected: int = strawberry.field(description="Lines that were refused.")
    counted_at: datetime | None = strawberry.field(
        description="When it was counted, for lines that do not say it."
    )
    opened_at: datetime = strawberry.field(description="When it began to arrive.")
    closed_at: datetime | None = strawberry.field(description="When all of it had arrived.")
    ended_at: datetime | None = strawberry.field(description="When it was done, or failed.")
    failure: str | None = strawberry.field(description="Why it could not be read on.")
    version: int = strawberry.field(description="Counts the changes of the file.")

    @staticmethod
    def of(file: FeedFile) -> "StockFile":
        """Show a file."""
        return StockFile(
            id=strawberry.ID(file.identifier),
            name=file.name,
            source=file.source,
            mode=file.mode,
            format=file.format,
            compression=file.compression,
            state=file.state,
            reading=file.reading,
            next_line=file.next_line,
            applied=file.applied,
            unchanged=file.unchanged,
            rejected=file.rejected,
            counted_at=file.counted_at,
            opened_at=file.opened_at,
            closed_at=file.closed_at,
            ended_at=file.ended_at,
            failure=file.failure,
            version=file.version,
        )
