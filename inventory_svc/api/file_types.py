"""Files of stock as clients see them."""

from datetime import datetime

import strawberry

from inventory_svc.api.feed_enums import STOCK_FEED_MODE
from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.feeds.whole_file import HoldReason, Unnamed, WholeOf
from inventory_svc.domain.stock.commands import FeedMode


@strawberry.type(description="The positions in stock that a file does not name.")
class StockFileUnnamed:
    """Found once all lines have been applied; from then on the list stays as it is."""

    positions: int = strawberry.field(description="How many there are.")
    in_stock: int = strawberry.field(
        description="Positions in stock of all that the file is the whole truth of."
    )
    unplaced: int = strawberry.field(
        description="Lines of which it cannot be read which positions they name."
    )
    held_for: list[HoldReason] = strawberry.field(
        description="Why somebody had to decide; none if nobody had to."
    )
    zeroed: int = strawberry.field(
        description="Positions set to zero so far, and to what has moved since the count."
    )
    kept: int = strawberry.field(
        description="Positions left as they are, since they were counted later."
    )

    @staticmethod
    def of(unnamed: Unnamed) -> "StockFileUnnamed":
        """Show them."""
        return StockFileUnnamed(
            positions=unnamed.positions,
            in_stock=unnamed.in_stock,
            unplaced=unnamed.unplaced,
            held_for=list(unnamed.held_for),
            zeroed=unnamed.zeroed,
            kept=unnamed.kept,
        )


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
    reading: FilePass = strawberry.field(description="What it is being read for.")
    next_line: int = strawberry.field(
        description="The first line that the reading has not come to, from 0; in the last reading "
        "the first position."
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
    whole_of: WholeOf | None = strawberry.field(
        description="Of what it is the whole truth; null if what it does not name stays."
    )
    most_unnamed_percent: int | None = strawberry.field(
        description="How many of the positions in stock it may leave out unasked."
    )
    lines: int | None = strawberry.field(
        description="How many lines it has, heading and blank ones aside; null until it is read."
    )
    unnamed: StockFileUnnamed | None = strawberry.field(
        description="What it does not name; null unless it is the whole truth, and until then."
    )
    held_at: datetime | None = strawberry.field(
        description="When it was held; null if it never was."
    )
    version: int = strawberry.field(description="Counts the changes of the file.")

    @staticmethod
    def of(file: FeedFile) -> "StockFile":
        """Show a file."""
        whole, unnamed = file.whole, file.unnamed
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
            whole_of=None if whole is None else whole.of,
            most_unnamed_percent=None if whole is None else whole.most_unnamed,
            lines=file.lines,
            unnamed=None if unnamed is None else StockFileUnnamed.of(unnamed),
            held_at=file.held_at,
            version=file.version,
        )
