"""Files of stock: received in parts, applied by themselves, followed while they are."""

from datetime import datetime
from typing import Annotated

import strawberry

from inventory_svc.api import payloads
from inventory_svc.api.access import BACK_OFFICE, FEEDERS
from inventory_svc.api.context import Info
from inventory_svc.api.feed_enums import COMPRESSION_INPUT, FILE_FORMAT_INPUT, WHOLE_OF_INPUT
from inventory_svc.api.file_types import StockFile
from inventory_svc.domain.feeds.feed_file import LARGEST_PART, FeedFile
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.feeds.whole_file import MOST_UNNAMED, Wholeness, WholeOf
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.use_cases.feeds.receive_file import (
    WantedFile,
    add_part,
    close_file,
    open_file,
)
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
from service_kit.graphql.idempotency import KEY, idempotent_request

_KIND = "stockFiles"
_FILE = "The file."


@strawberry.input(description="A file of stock that is to be sent.")
class StockFileOpenInput:
    """What the file is; its parts follow."""

    idempotency_key: str = strawberry.field(description=KEY)
    name: str = strawberry.field(description="The name for people.")
    mode: FeedMode = strawberry.field(description="What the quantities mean.")
    format: FileFormat = strawberry.field(
        graphql_type=FILE_FORMAT_INPUT, description="How its lines are written."
    )
    compression: Compression = strawberry.field(
        default=Compression.NONE, graphql_type=COMPRESSION_INPUT, description="How it is packed."
    )
    source: str | None = strawberry.field(
        default=None, description="The code of the source that tells."
    )
    counted_at: datetime | None = strawberry.field(
        default=None,
        description="When it was counted, for lines that do not say it; else when it has arrived.",
    )
    whole_of: WholeOf | None = strawberry.field(
        default=None,
        graphql_type=optional(WHOLE_OF_INPUT),
        description="Of what it is the whole truth: what it does not name there counts as 0 as of "
        "`countedAt`, once all lines are applied. If not given, that stays as it is.",
    )
    most_unnamed_percent: int = strawberry.field(
        default=MOST_UNNAMED,
        description="If more than so many percent of the positions in stock (of all, or of any one "
        "location) would be set to 0, and more than 20, the file is held until somebody decides.",
    )

    def to_file(self) -> WantedFile:
        """Give the file as it is wanted, unchecked."""
        whole_of = self.whole_of
        return WantedFile(
            self.name,
            self.mode,
            self.format,
            self.compression,
            self.source,
            self.counted_at,
            None if whole_of is None else Wholeness(whole_of, self.most_unnamed_percent),
        )


@strawberry.input(description="A part of a file of stock.")
class StockFileAddPartInput:
    """Parts may come in any order, and more than once."""

    idempotency_key: str = strawberry.field(description=KEY)
    feed_id: strawberry.ID = strawberry.field(description=_FILE)
    part: int = strawberry.field(description="The place of the part in the file, from 0.")
    content: str = strawberry.field(
        description=f"Its bytes in base64, up to {LARGEST_PART:,} of them."
    )


@strawberry.input(description="A file of stock of which all has been sent.")
class StockFileCloseInput:
    """It is applied from now on."""

    idempotency_key: str = strawberry.field(description=KEY)
    feed_id: strawberry.ID = strawberry.field(description=_FILE)
    parts: int = strawberry.field(description="How many parts it has.")
    lines: int | None = strawberry.field(
        default=None,
        description="How many lines it has, heading and blank ones aside. A file that is the whole "
        "truth and turns out to have others is held.",
    )


@strawberry.input(description="What somebody knows of a file that is held.")
class StockFileDecideInput:
    """Whether what it does not name is set to zero."""

    idempotency_key: str = strawberry.field(description=KEY)
    feed_id: strawberry.ID = strawberry.field(description=_FILE)
    is_whole: bool = strawberry.field(
        description="It is the whole truth: what it does not name is set to 0. If not, that stays."
    )


@strawberry.input(description="A file of stock that has failed.")
class StockFileResumeInput:
    """It goes on where it stopped."""

    idempotency_key: str = strawberry.field(description=KEY)
    feed_id: strawberry.ID = strawberry.field(description=_FILE)


@strawberry.type
class FileQueries:
    """What can be read of files."""

    @query_field(*BACK_OFFICE, description="A file of stock, and how far it has been applied.")
    async def stock_file(
        self, info: Info, id: Annotated[strawberry.ID, strawberry.argument(description=_FILE)]
    ) -> StockFile | None:
        """Find one file."""
        found = await info.context.inventory.files.look_up(str(id))
        return None if found is None else StockFile.of(found)

    @query_field(*BACK_OFFICE, description="Files of stock, the latest first.")
    async def stock_files(
        self, info: Info, first: First = None, after: After = None
    ) -> Connection[StockFile] | None:
        """Page through the files."""
        page = PageArguments.of(_KIND, first, after)
        before = None if page.after is None else page.after.moment_and_name
        found = await info.context.inventory.files.page(before, page.fetch)
        return connection_of(found, page, cursor_of=_cursor, node_of=StockFile.of)


@strawberry.type
class FileMutations:
    """How a file of stock is sent."""

    @mutation_field(
        *FEEDERS,
        description="Begin to send a file of stock.",
        refused=payloads.refused(payloads.StockFileOpenPayload),
    )
    async def stock_file_open(
        self,
        info: Info,
        input: Annotated[StockFileOpenInput, strawberry.argument(description="What it is.")],
    ) -> payloads.StockFileOpenPayload | None:
        """Begin a file."""
        context, inventory = info.context, info.context.inventory
        wanted = input.to_file()
        request = idempotent_request(info, "stockFileOpen", input)
        subject, clock = context.caller.subject, context.clock
        file = await open_file(request, subject, wanted, inventory.files, inventory.network, clock)
        return payloads.StockFileOpenPayload(file=StockFile.of(file), user_errors=[])

    @mutation_field(
        *FEEDERS,
        description="Send a part of a file of stock.",
        refused=payloads.refused(payloads.StockFileAddPartPayload),
    )
    async def stock_file_add_part(
        self,
        info: Info,
        input: Annotated[StockFileAddPartInput, strawberry.argument(description="The part.")],
    ) -> payloads.StockFileAddPartPayload | None:
        """Keep a part."""
        file = await add_part(
            idempotent_request(info, "stockFileAddPart", input),
            str(input.feed_id),
            input.part,
            input.content,
            info.context.inventory.files,
        )
        return payloads.StockFileAddPartPayload(file=StockFile.of(file), user_errors=[])

    @mutation_field(
        *FEEDERS,
        description="Say that all of a file of stock has been sent: it is applied by itself, top "
        "sellers first.",
        refused=payloads.refused(payloads.StockFileClosePayload),
    )
    async def stock_file_close(
        self,
        info: Info,
        input: Annotated[StockFileCloseInput, strawberry.argument(description="Which one.")],
    ) -> payloads.StockFileClosePayload | None:
        """Have a file applied."""
        inventory = info.context.inventory
        file = await close_file(
            idempotent_request(info, "stockFileClose", input),
            str(input.feed_id),
            input.parts,
            inventory.files,
            inventory.top_sellers,
            info.context.clock,
            input.lines,
        )
        return payloads.StockFileClosePayload(file=StockFile.of(file), user_errors=[])

    @mutation_field(
        *FEEDERS,
        description="Say whether a file that is held is the whole truth.",
        refused=payloads.refused(payloads.StockFileDecidePayload),
    )
    async def stock_file_decide(
        self,
        info: Info,
        input: Annotated[StockFileDecideInput, strawberry.argument(description="What is known.")],
    ) -> payloads.StockFileDecidePayload | None:
        """Go on with a file, or end it."""
        file = await info.context.inventory.files.decide(
            idempotent_request(info, "stockFileDecide", input),
            str(input.feed_id),
            info.context.clock.now(),
            is_whole=input.is_whole,
        )
        return payloads.StockFileDecidePayload(file=StockFile.of(file), user_errors=[])

    @mutation_field(
        *FEEDERS,
        description="Have a file that has failed tried again from where it stopped, as long as "
        "its parts are kept.",
        refused=payloads.refused(payloads.StockFileResumePayload),
    )
    async def stock_file_resume(
        self,
        info: Info,
        input: Annotated[StockFileResumeInput, strawberry.argument(description="Which one.")],
    ) -> payloads.StockFileResumePayload | None:
        """Go on with a file."""
        request = idempotent_request(info, "stockFileResume", input)
        file = await info.context.inventory.files.resume(request, str(input.feed_id))
        return payloads.StockFileResumePayload(file=StockFile.of(file), user_errors=[])


def _cursor(file: FeedFile) -> Cursor:
    return Cursor.timed(_KIND, file.opened_at, file.identifier)
