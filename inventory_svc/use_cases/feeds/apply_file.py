"""Apply a file of stock: piece by piece, resumed where it stopped, best sellers first."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState, LineCounts
from inventory_svc.domain.feeds.file_lines import FileLine, UnreadableFile
from inventory_svc.domain.stock.commands import FeedMode, FeedStock, RejectedLine
from inventory_svc.domain.stock.file_step import FileStep
from inventory_svc.use_cases.feeds.correct_lines import line_of
from inventory_svc.use_cases.feeds.feed_lines import (
    NumberedLine,
    StockLine,
    scope_of,
    sorted_lines,
)
from inventory_svc.use_cases.feeds.file_content import FileContent
from inventory_svc.use_cases.feeds.file_steps import FileTools, counted_lines, fail_file
from inventory_svc.use_cases.feeds.zero_unnamed import zero_unnamed
from service_kit.commands.idempotency import IdempotentRequest
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from service_kit.messaging.envelope import text_of
from service_kit.runtime.json_values import JSON

LINES_OF_A_STEP: Final = 250
"""Lines of one commit: whoever makes a step again, by whatever process, makes the same."""


async def apply_file(identifier: str, reading: FilePass, tools: FileTools) -> None:
    """Apply what is left of one reading of a file; at once nothing, when that is over.

    Whoever runs it, however often and however late, each line counts once: the commit of a step
    writes down that it is done, and does nothing if it was. How far the file has come as people
    see it is written only by whoever found it there. Who finds that another
    one was faster goes on behind that one, since it may die.
    """
    go_on = zero_unnamed if reading is FilePass.UNNAMED else _apply_lines
    while True:
        file = await tools.files.find(identifier)
        if file is None or file.state is not FileState.APPLYING or file.reading is not reading:
            return
        await go_on(file, tools)


async def _apply_lines(file: FeedFile, tools: FileTools) -> None:
    """Apply lines to the end of the file, or until somebody else does."""
    content = FileContent(file, tools.files)
    at = file
    try:
        async for step in _steps(file, content):
            moved = await _applied(at, step, tools)
            if moved is None:
                return
            at = moved
    except UnreadableFile as error:
        await fail_file(at, error, tools)
        return
    await _end(at, content.count, tools)


async def _steps(file: FeedFile, content: FileContent) -> AsyncIterator[list[FileLine]]:
    """Give the lines that this reading has not applied yet, so many at a time.

    Raises UnreadableFile after the last line that can be read.
    """
    step: list[FileLine] = []
    best = frozenset(file.top_sellers)
    try:
        async for line in content.lines():
            if line.number >= file.next_line and _is_of(line, file, best):
                step.append(line)
            if len(step) == LINES_OF_A_STEP:
                yield step
                step = []
    except UnreadableFile:
        if step:
            yield step
        raise
    if step:
        yield step


async def _end(file: FeedFile, lines: int, tools: FileTools) -> None:
    """End a reading; after all lines their source is as fresh as the youngest good one."""
    if file.reading is FilePass.OTHERS and file.source is not None:
        source = (await tools.network.directory(sources=[file.source])).sources.get(file.source)
        if source is not None and file.told_at is not None:
            await tools.freshness.told(source, min(file.told_at, tools.clock.now()))
    await tools.files.save(file, file.read_through(lines, tools.clock.now()))


def _is_of(line: FileLine, file: FeedFile, best: frozenset[str]) -> bool:
    """Whether the current reading is for a line; illegible ones are for the last."""
    is_top = line.problem is None and str(line.told.get("sku")) in best
    return is_top == (file.reading is FilePass.TOP_SELLERS)


async def _applied(file: FeedFile, lines: Sequence[FileLine], tools: FileTools) -> FeedFile | None:
    """Apply one step and write how far the file has come; None when somebody else did."""
    command = await _command(file, lines, tools)
    counts = await counted_lines(command, tools.commits)
    told_at = _told_at(file, command, counts)
    return await tools.files.save(file, file.advanced(lines[-1].number + 1, counts, told_at))


def _told_at(file: FeedFile, command: FeedStock, counts: LineCounts) -> datetime | None:
    """Give the moment of which a step speaks: its youngest count; None when none was good."""
    if not counts.applied + counts.unchanged:
        return None
    return max((line.counted_at or file.as_of for line in command.lines), default=None)


async def _command(file: FeedFile, lines: Sequence[FileLine], tools: FileTools) -> FeedStock:
    readable: list[NumberedLine] = []
    illegible: list[RejectedLine] = []
    for line in lines:
        try:
            readable.append(NumberedLine(line.number, _read(line, file)))
        except (Refusal, RefusedAll) as refused:
            place = ("input", "lines", str(line.number))
            reasons = tuple(each.under(*place) for each in refusals_in(refused))
            ref = str(line.told.get("sku") or line.number)
            illegible.append(RejectedLine(line.number, ref, reasons, _kept(line, file)))
    scope = await scope_of(
        [each.line for each in readable],
        file.mode,
        file.source,
        tools.catalogue,
        tools.network,
        tools.clock.now(),
    )
    good, bad = sorted_lines(readable, scope)
    first, last = lines[0].number, lines[-1].number
    name = f"{file.identifier}/{first}-{last}"
    request = IdempotentRequest("stock-file", file.reading.value, name, file.identifier)
    return FeedStock(
        request,
        file.actor,
        file.mode,
        good,
        (*illegible, *bad),
        file.identifier,
        file.source,
        summarised=True,
        as_of=file.as_of if file.mode is FeedMode.DELTA else None,
        step=FileStep(file.identifier, file.reading.number, first, last + 1),
    )


def _kept(line: FileLine, file: FeedFile) -> Mapping[str, JSON]:
    """Give the words that are kept of a line: whenever it is corrected, it was counted then."""
    if file.mode is FeedMode.DELTA or line.told.get("snapshotAt"):
        return line.told
    return {**line.told, "snapshotAt": text_of(file.as_of)}


def _read(line: FileLine, file: FeedFile) -> StockLine:
    """Read a line; a snapshot that does not say when it was counted was counted with the file."""
    if line.problem is not None:
        raise line.problem
    read = line_of(line.told)
    if file.mode is FeedMode.SNAPSHOT and read.snapshot_at is None:
        return read._replace(snapshot_at=file.as_of)
    return read
