"""Set to zero what a file leaves out that is the whole truth, once it can be believed.

First everything that it leaves out is listed, then people are asked if need be, then the list is
worked off: so whoever goes on, after whatever, does what was decided about.
"""

from collections.abc import AsyncIterator, Collection
from typing import Final

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import UnreadableFile
from inventory_svc.domain.feeds.whole_file import (
    NamedPositions,
    Tally,
    Unnamed,
    Wholeness,
    WholeOf,
    doubts,
    total_of,
)
from inventory_svc.domain.stock.commands import FeedLine, FeedMode, FeedStock
from inventory_svc.domain.stock.file_step import FileStep
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.ports.feeds import Listing
from inventory_svc.ports.stock import CountedPosition
from inventory_svc.use_cases.feeds.file_content import FileContent
from inventory_svc.use_cases.feeds.file_steps import FileTools, counted_lines, fail_file
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.runtime.identifiers import new_identifier

POSITIONS_OF_A_STEP: Final = 250
NAMES_AT_ONCE: Final = 500_000
"""Lines of which the positions are remembered at a time; longer files are read several times."""
_LOOKED_AT_ONCE: Final = 1_000


async def zero_unnamed(file: FeedFile, tools: FileTools) -> None:
    """Go on with a whole file that has been applied: until it ends, is held, or another does."""
    at: FeedFile | None = file
    if file.unnamed is None and file.whole is not None:
        try:
            found = await _Survey(file, file.whole, tools).unnamed()
        except UnreadableFile as error:
            await fail_file(file, error, tools)
            return
        at = await tools.files.save(file, file.found_unnamed(found, tools.clock.now()))
    while at is not None and at.state is FileState.APPLYING and at.unnamed is not None:
        if at.next_line >= at.unnamed.positions:
            await tools.files.save(at, at.done(tools.clock.now()))
            return
        at = await _zeroed(at, at.unnamed, tools)


async def _zeroed(file: FeedFile, unnamed: Unnamed, tools: FileTools) -> FeedFile | None:
    """Set a page to zero and write how far that has come; None when somebody else did."""
    page = file.next_line // POSITIONS_OF_A_STEP
    positions = await tools.unnamed.page(Listing(file.identifier, unnamed.listing), page)
    numbered = enumerate(positions, start=unnamed.first + file.next_line)
    name = f"{file.identifier}/{unnamed.listing}/{page}"
    following = (page + 1) * POSITIONS_OF_A_STEP
    command = FeedStock(
        IdempotentRequest("stock-file", FilePass.UNNAMED.value, name, file.identifier),
        file.actor,
        FeedMode.SNAPSHOT,
        tuple(FeedLine(number, key, 0, file.as_of) for number, key in numbered),
        feed=file.identifier,
        source=file.source,
        summarised=True,
        unnamed=True,
        step=FileStep(file.identifier, FilePass.UNNAMED.number, file.next_line, following),
    )
    counts = await counted_lines(command, tools.commits)
    return await tools.files.save(file, file.zeroed(following, counts))


class _Survey:
    """Lists what a file does not name of the stock that it claims to be all of."""

    def __init__(self, file: FeedFile, whole: Wholeness, tools: FileTools) -> None:
        self._file = file
        self._whole = whole
        self._tools = tools
        self._listing = Listing(file.identifier, new_identifier())
        self._tallies: dict[str, Tally] = {}
        self._page: list[PositionKey] = []
        self._pages = 0

    async def unnamed(self) -> Unnamed:
        """Read the file, several times if it is long, and go through the stock each time."""
        lines = self._file.lines or 0
        parts = -(-lines // NAMES_AT_ONCE) or 1
        content, names = FileContent(self._file, self._tools.files), NamedPositions(0, parts)
        for part in range(parts):
            content = FileContent(self._file, self._tools.files)
            names = NamedPositions(part, parts)
            async for line in content.lines():
                names.hear(line)
            async for each in self._in_stock(await self._scope(names)):
                if names.is_asked_of(each.key):
                    await self._count(each, names)
        await self._end_page()
        tallies = self._tallies.values()
        total = total_of(tallies)
        return Unnamed(
            self._listing.name,
            content.beyond,
            total.unnamed,
            total.in_stock,
            names.unplaced,
            tuple(doubts(self._whole, lines, names.unplaced, tallies)),
        )

    async def _scope(self, names: NamedPositions) -> Collection[str]:
        """Give the locations that the file is all of: never one of which others tell."""
        source = self._file.source
        if source is None:
            return names.locations
        told = (await self._tools.network.current()).source(source, "source").locations
        return told if self._whole.of is WholeOf.SOURCE else told & names.locations

    async def _in_stock(self, locations: Collection[str]) -> AsyncIterator[CountedPosition]:
        for location in sorted(locations):
            after: PositionKey | None = None
            while page := await self._tools.stock.in_stock_at(location, after, _LOOKED_AT_ONCE):
                for each in page:
                    yield each
                after = page[-1].key

    async def _count(self, position: CountedPosition, names: NamedPositions) -> None:
        key, counted_at = position
        is_older = counted_at is None or counted_at < self._file.as_of
        is_unnamed = is_older and key not in names
        tally = self._tallies.get(key.location, Tally())
        self._tallies[key.location] = tally.with_one(unnamed=is_unnamed)
        if is_unnamed:
            self._page.append(key)
        if len(self._page) == POSITIONS_OF_A_STEP:
            await self._end_page()

    async def _end_page(self) -> None:
        if self._page:
            await self._tools.unnamed.keep(self._listing, self._pages, self._page)
            self._pages, self._page = self._pages + 1, []
