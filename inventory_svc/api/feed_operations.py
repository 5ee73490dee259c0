"""Sources of stock, how fresh they are, and the lines of their feeds that were refused."""

from datetime import datetime, timedelta
from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import BACK_OFFICE, FEEDERS
from inventory_svc.api.context import Info
from inventory_svc.api.enums import (
    STOCK_CONDITION_INPUT,
    UNIT_OF_MEASURE_INPUT,
    ErrorCode,
)
from inventory_svc.api.feed_enums import REJECTION_STATE_INPUT, STOCK_FEED_MODE
from inventory_svc.api.stock_inputs import UNIT
from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.network.source import StockSource as Source
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.feed_rejection import (
    FeedRejection,
    RejectionKey,
    RejectionState,
)
from inventory_svc.ports.feeds import RejectionsWanted
from inventory_svc.use_cases.feeds.correct_lines import (
    Correction,
    CorrectionSources,
    WantedCorrections,
    correct_feed_lines,
)
from inventory_svc.use_cases.feeds.import_sources import SentSource, import_sources
from retail_kit.quantities import Unit
from service_kit.graphql.connections import (
    After,
    Connection,
    Cursor,
    First,
    PageArguments,
    connection_of,
)
from service_kit.graphql.enums import optional
from service_kit.graphql.fields import mutation_field, query_field
from service_kit.graphql.global_ids import to_global_id
from service_kit.graphql.idempotency import KEY, idempotent_request
from service_kit.graphql.imports import LINES
from service_kit.graphql.payloads import UserError, user_errors_of

_KIND = "stockFeedRejections"


@strawberry.input(description="A source of stock as it is imported.")
class StockSourcesImportLineInput:
    """Replaces the source of the same code."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    location_codes: list[str] = strawberry.field(
        description="The locations of whose stock it tells."
    )
    fresh_for_seconds: int | None = strawberry.field(
        default=None,
        description="How long what it told counts. When it is silent for longer, no channel sells "
        "from its locations. For ever if not given.",
    )

    def to_source(self) -> SentSource:
        """Give the source as it was sent, unchecked."""
        seconds, codes = self.fresh_for_seconds, tuple(code.strip() for code in self.location_codes)
        fresh_for = None if seconds is None else timedelta(seconds=seconds)
        return SentSource(Source(self.code, self.name, frozenset(codes), fresh_for), codes)


@strawberry.input(description="Sources of stock to import.")
class StockSourcesImportInput:
    """Up to 1,000 lines."""

    idempotency_key: str = strawberry.field(description=KEY)
    lines: list[StockSourcesImportLineInput] = strawberry.field(description=LINES)


@strawberry.input(description="What is to be different in a refused line.")
class StockFeedLineCorrectionInput:
    """What is not given stays as it was sent."""

    number: int = strawberry.field(description="The place of the line in its feed, from 0.")
    sku: str | None = strawberry.field(default=None, description="The item.")
    location_code: str | None = strawberry.field(default=None, description="The location.")
    quantity: int | None = strawberry.field(default=None, description="Units.")
    condition: Condition | None = strawberry.field(
        default=None,
        graphql_type=optional(STOCK_CONDITION_INPUT),
        description="The state of the goods.",
    )
    snapshot_at: datetime | None = strawberry.field(
        default=None, description="When a snapshot was counted."
    )
    unit: Unit | None = strawberry.field(
        default=None, graphql_type=optional(UNIT_OF_MEASURE_INPUT), description=UNIT
    )

    def to_correction(self) -> Correction:
        """Give the correction in the domain's words."""
        return Correction(
            self.number,
            self.sku,
            self.location_code,
            self.quantity,
            self.condition,
            self.snapshot_at,
            self.unit,
        )


@strawberry.input(description="Refused lines of one feed that are settled.")
class StockFeedLinesCorrectInput:
    """Up to 1,000 lines, each for itself."""

    idempotency_key: str = strawberry.field(description=KEY)
    feed_id: strawberry.ID = strawberry.field(description="The feed.")
    lines: list[StockFeedLineCorrectionInput] | None = strawberry.field(
        default=None, description="Lines to be sent again, corrected or as they were."
    )
    discard: list[int] | None = strawberry.field(
        default=None, description="Numbers of lines to be given up."
    )


@strawberry.type(description="A system that feeds the stock of its locations.")
class StockSource:
    """What it told counts for a time."""

    code: str = strawberry.field(description="The retailer's own code.")
    name: str = strawberry.field(description="The name for people.")
    location_codes: list[str] = strawberry.field(
        description="The locations of whose stock it tells."
    )
    fresh_for_seconds: int | None = strawberry.field(
        description="How long what it told counts; null for ever."
    )
    told_at: datetime | None = strawberry.field(
        description="The moment as of which it told last; null if it never did."
    )
    stale_since: datetime | None = strawberry.field(
        description="Since when what it told no longer counts; null while it does."
    )
    version: int = strawberry.field(description="Counts the changes of the source.")

    @staticmethod
    def of(source: Source, told_at: datetime | None, now: datetime) -> "StockSource":
        """Show a source."""
        fresh_for = source.fresh_for
        return StockSource(
            code=source.code,
            name=source.name,
            location_codes=sorted(source.locations),
            fresh_for_seconds=None if fresh_for is None else int(fresh_for.total_seconds()),
            told_at=told_at,
            stale_since=source.stale_since(told_at, now),
            version=source.version,
        )


@strawberry.type(description="A line of a feed that was refused.")
class StockFeedRejection:
    """The line as it was sent last, and why it was refused then."""

    id: strawberry.ID = strawberry.field(description="The global id.")
    feed_id: strawberry.ID = strawberry.field(description="The feed.")
    number: int = strawberry.field(description="The place of the line in its feed, from 0.")
    source: str | None = strawberry.field(description="The code of the source that told it.")
    mode: FeedMode = strawberry.field(
        graphql_type=STOCK_FEED_MODE, description="What its quantity means."
    )
    sku: str | None = strawberry.field(description="The item, as it was sent.")
    location_code: str | None = strawberry.field(description="The location, as it was sent.")
    quantity: str | None = strawberry.field(description="The quantity, as it was sent.")
    condition: str | None = strawberry.field(description="The condition, as it was sent.")
    snapshot_at: str | None = strawberry.field(description="The time of the count, as it was sent.")
    unit: str | None = strawberry.field(description="The unit, if one was sent.")
    text: str | None = strawberry.field(
        description="The whole line, if it could not be read; its beginning if it is long."
    )
    state: RejectionState = strawberry.field(description="What has become of it.")
    rejected_at: datetime = strawberry.field(description="When it was refused first.")
    settled_at: datetime | None = strawberry.field(
        description="When it was corrected or discarded."
    )
    settled_by: str | None = strawberry.field(description="Who corrected or discarded it.")
    user_errors: list[UserError[ErrorCode]] = strawberry.field(description="Why it was refused.")

    @staticmethod
    def of(rejection: FeedRejection) -> "StockFeedRejection":
        """Show a line."""
        told = {
            name: None if value is None else str(value) for name, value in rejection.told.items()
        }
        return StockFeedRejection(
            id=strawberry.ID(to_global_id("StockFeedRejection", rejection.key.identifier)),
            feed_id=strawberry.ID(rejection.key.feed),
            number=rejection.key.number,
            source=rejection.source,
            mode=rejection.mode,
            sku=told.get("sku"),
            location_code=told.get("locationCode"),
            quantity=told.get("quantity"),
            condition=told.get("condition"),
            snapshot_at=told.get("snapshotAt"),
            unit=told.get("unit"),
            text=told.get("text"),
            state=rejection.state,
            rejected_at=rejection.rejected_at,
            settled_at=rejection.settled_at,
            settled_by=rejection.settled_by,
            user_errors=user_errors_of(ErrorCode, rejection.refusals),
        )


@strawberry.type
class FeedQueries:
    """What can be read of feeds."""

    @query_field(*BACK_OFFICE, description="The sources of stock by their code; there are few.")
    async def stock_sources(self, info: Info) -> list[StockSource] | None:
        """List the sources, with what they told last."""
        inventory = info.context.inventory
        sources = (await inventory.network.directory()).sources
        told_at = await inventory.freshness.told_at(sources)
        now = info.context.clock.now()
        return [StockSource.of(sources[code], told_at.get(code), now) for code in sorted(sources)]

    @query_field(*BACK_OFFICE, description="A source of stock by its code.")
    async def stock_source(
        self,
        info: Info,
        code: Annotated[str, strawberry.argument(description="The source's code.")],
    ) -> StockSource | None:
        """Find one source."""
        inventory = info.context.inventory
        found = (await inventory.network.directory(sources=[code])).sources.get(code)
        if found is None:
            return None
        told_at = await inventory.freshness.told_at([code])
        return StockSource.of(found, told_at.get(code), info.context.clock.now())

    @query_field(
        *BACK_OFFICE,
        description="Lines of feeds that were refused, feed by feed in the order of the lines.",
    )
    async def stock_feed_rejections(
        self,
        info: Info,
        feed_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only of this feed.")
        ] = None,
        source_code: Annotated[
            str | None,
            strawberry.argument(name="source", description="Only of feeds of this source."),
        ] = None,
        state: Annotated[
            RejectionState,
            strawberry.argument(
                graphql_type=REJECTION_STATE_INPUT, description="Only in this state."
            ),
        ] = RejectionState.OPEN,
        first: First = None,
        after: After = None,
    ) -> Connection[StockFeedRejection] | None:
        """Page through the lines."""
        page = PageArguments.of(_KIND, first, after)
        wanted = RejectionsWanted(
            page.fetch,
            None if feed_id is None else str(feed_id),
            source_code,
            state,
            None if page.after is None else _key(page.after),
        )
        found = await info.context.inventory.rejections.page(wanted)
        return connection_of(found, page, cursor_of=_cursor, node_of=StockFeedRejection.of)


@strawberry.type
class FeedMutations:
    """What can be changed of feeds."""

    @mutation_field(
        *FEEDERS,
        description="Import sources of stock, each line for itself.",
        refused=payloads.refused(payloads.StockSourcesImportPayload),
    )
    async def stock_sources_import(
        self,
        info: Info,
        input: Annotated[StockSourcesImportInput, strawberry.argument(description="The sources.")],
    ) -> payloads.StockSourcesImportPayload | None:
        """Replace or add sources."""
        inventory = info.context.inventory
        results = await import_sources(
            idempotent_request(info, "stockSourcesImport", input),
            info.context.caller.subject,
            [line.to_source() for line in input.lines],
            inventory.network,
            inventory.sources_of_stock,
        )
        return payloads.imported(payloads.StockSourcesImportPayload, results)

    @mutation_field(
        *FEEDERS,
        description="Send refused lines of a feed again, corrected or as they were, or give them "
        "up. Each line is written once, whoever corrects it.",
        refused=payloads.refused(payloads.StockFeedLinesCorrectPayload),
    )
    async def stock_feed_lines_correct(
        self,
        info: Info,
        input: Annotated[StockFeedLinesCorrectInput, strawberry.argument(description="The lines.")],
    ) -> payloads.StockFeedLinesCorrectPayload | None:
        """Settle refused lines, each for itself."""
        inventory = info.context.inventory
        results = await correct_feed_lines(
            idempotent_request(info, "stockFeedLinesCorrect", input),
            info.context.caller.subject,
            WantedCorrections(
                str(input.feed_id),
                tuple(line.to_correction() for line in input.lines or ()),
                tuple(input.discard or ()),
            ),
            CorrectionSources(
                inventory.rejections,
                inventory.catalogue,
                inventory.network,
                inventory.commits,
                info.context.clock,
            ),
        )
        return payloads.imported(payloads.StockFeedLinesCorrectPayload, results)


def _key(cursor: Cursor) -> RejectionKey:
    feed, number = cursor.text_and_number
    return RejectionKey(feed, number)


def _cursor(rejection: FeedRejection) -> Cursor:
    return Cursor(_KIND, tuple(rejection.key))
