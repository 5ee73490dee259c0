"""Files of stock on a real MongoDB: whoever applies one dies, and each line counts once."""

import asyncio
import base64
import contextlib
import gzip
import sys
from datetime import timedelta

import pytest

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import Compression, FileFormat
from inventory_svc.domain.stock.commands import FeedMode, StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import FEED_FILES, FEED_PARTS
from inventory_svc.use_cases.feeds.apply_file import LINES_OF_A_STEP, apply_file
from inventory_svc.use_cases.feeds.file_steps import FileTools
from inventory_svc.use_cases.feeds.receive_file import (
    WantedFile,
    add_part,
    close_file,
    open_file,
)
from service_kit.commands.refusal import UNAVAILABLE, Refusal
from service_kit.runtime.clock import SettableClock
from service_kit.storage.idempotency import MongoOutcomes
from tests.contract.inventory_svc.conftest import OpenProcess
from tests.support import stock as build
from tests.support.applying import HEADING, DyingCommits, Killed, a_worker, rows, send_parts, sent
from tests.support.file_process import NoTopSellers, OneShop, tools_of

SHIRT, HAT = PositionKey("shirt", "S1"), PositionKey("hat", "S1")


async def applied(tools: FileTools, file: FeedFile) -> FeedFile:
    for reading in FilePass:
        await apply_file(file.identifier, reading, tools)
    found = await tools.files.find(file.identifier)
    assert found is not None
    return found


async def applied_at_last(tools: FileTools, file: FeedFile) -> FeedFile:
    """Try again, as due work does, while what a killed process had locked is not free yet."""
    while True:
        try:
            return await applied(tools, file)
        except Refusal as refusal:
            if refusal.code != UNAVAILABLE:
                raise


@pytest.mark.parametrize("written", [False, True])
@pytest.mark.parametrize("best", [(), ("hat",)])
async def test_a_file_is_resumed_where_it_stopped_and_no_line_counts_twice(
    open_process: OpenProcess, best: tuple[str, ...], *, written: bool
) -> None:
    process = await open_process()
    file = await sent(process, rows(4 * LINES_OF_A_STEP + 10), *best)

    for deaths in range(4):
        dying = DyingCommits(process, deaths % 2, written=written)
        with pytest.raises(Killed):
            await applied(tools_of(process.database, process.clock, dying), file)
    survivor = await open_process()
    done = await applied(tools_of(survivor.database, survivor.clock, survivor.commits), file)

    half = 2 * LINES_OF_A_STEP + 5
    assert (done.state, done.applied, done.rejected) == (FileState.DONE, 2 * half, 0)
    assert await survivor.counters(SHIRT) == await survivor.folded(SHIRT) == (half, 0, 0)
    assert await survivor.counters(HAT) == await survivor.folded(HAT) == (half, 0, 0)
    await a_worker(survivor).run_due_once()
    assert await survivor.database.collection(FEED_PARTS.name).find({}) == []
    document = await survivor.database.collection(FEED_FILES.name).find_one({})
    assert document is not None
    assert document["topSellers"] == []


async def test_a_file_that_is_resumed_when_outcomes_are_forgotten_counts_no_line_twice(
    open_process: OpenProcess, clock: SettableClock
) -> None:
    process = await open_process()
    file = await sent(process, rows(4 * LINES_OF_A_STEP + 10), "hat")
    for deaths in range(4):
        dying = DyingCommits(process, deaths % 2, written=True)
        with pytest.raises(Killed):
            await applied(tools_of(process.database, clock, dying), file)
        clock.advance(timedelta(days=8))
        await MongoOutcomes(process.database, clock).purge()

    survivor = await open_process()
    done = await applied(tools_of(survivor.database, clock, survivor.commits), file)

    half = 2 * LINES_OF_A_STEP + 5
    assert (done.state, done.applied, done.rejected) == (FileState.DONE, 2 * half, 0)
    assert await survivor.counters(SHIRT) == await survivor.folded(SHIRT) == (half, 0, 0)
    assert await survivor.counters(HAT) == await survivor.folded(HAT) == (half, 0, 0)


async def test_a_step_by_whoever_is_far_behind_writes_nothing_though_its_outcome_is_forgotten(
    open_process: OpenProcess, clock: SettableClock
) -> None:
    slow, fast = await open_process(), await open_process()
    file = await sent(slow, rows(3 * LINES_OF_A_STEP))
    late: list[StockCommand] = []

    class Stuck:
        async def submit(self, command: StockCommand) -> Decided:
            late.append(command)
            raise Killed

    with pytest.raises(Killed):
        await applied(tools_of(slow.database, clock, Stuck()), file)
    done = await applied(tools_of(fast.database, clock, fast.commits), file)
    clock.advance(timedelta(days=8))
    await MongoOutcomes(fast.database, clock).purge()

    for command in late:
        await slow.commits.submit(command)

    assert done.applied == 3 * LINES_OF_A_STEP
    units = [(await fast.counters(each)).on_hand for each in (SHIRT, HAT)]
    assert sum(units) == 3 * LINES_OF_A_STEP


async def test_two_processes_that_apply_one_file_at_once_count_each_line_once(
    open_process: OpenProcess,
) -> None:
    both = [await open_process(), await open_process()]
    file = await sent(both[0], rows(6 * LINES_OF_A_STEP))

    await asyncio.gather(
        *(applied(tools_of(each.database, each.clock, each.commits), file) for each in both)
    )

    done = await applied(tools_of(both[0].database, both[0].clock, both[0].commits), file)
    assert (done.state, done.applied) == (FileState.DONE, 6 * LINES_OF_A_STEP)
    assert await both[0].counters(SHIRT) == (3 * LINES_OF_A_STEP, 0, 0)


async def test_a_process_killed_in_the_middle_of_a_file_leaves_the_rest_to_another(
    open_process: OpenProcess, mongodb_url: str, database_name: str
) -> None:
    process = await open_process()
    lines = 120 * LINES_OF_A_STEP
    file = await sent(process, rows(lines))
    tools = tools_of(process.database, process.clock, process.commits)
    command = ("tests.support.file_process", mongodb_url, database_name, file.identifier, "OTHERS")
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", *command)
    try:
        at = file
        while at.next_line < LINES_OF_A_STEP:
            assert worker.returncode is None
            found = await tools.files.find(file.identifier)
            assert found is not None
            at = found
    finally:
        worker.kill()
        await worker.wait()
    stopped = await tools.files.find(file.identifier)
    assert stopped is not None
    assert stopped.state is FileState.APPLYING
    assert stopped.applied < lines

    done = await applied_at_last(tools, file)

    assert (done.state, done.applied, done.rejected) == (FileState.DONE, lines, 0)
    assert await process.counters(SHIRT) == (lines // 2, 0, 0)
    assert await process.counters(HAT) == (lines // 2, 0, 0)


async def test_a_file_that_lacks_a_part_is_not_applied(open_process: OpenProcess) -> None:
    process = await open_process()
    files = tools_of(process.database, process.clock).files
    wanted = WantedFile("night", FeedMode.DELTA, FileFormat.CSV)
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)
    await add_part(build.a_request(), file.identifier, 1, "eA==", files)

    with pytest.raises(Refusal) as refused:
        await close_file(
            build.a_request(), file.identifier, 2, files, NoTopSellers(), process.clock
        )
    assert refused.value.path == ("input", "parts")
    with pytest.raises(Refusal) as unknown:
        await add_part(build.a_request(), "none", 0, "eA==", files)
    assert unknown.value.code == "NOT_FOUND"


@pytest.mark.parametrize(
    ("content", "failure"),
    [
        ("sku;quantity\nshirt;1\n", "Its heading lacks locationCode."),
        (
            f"{HEADING}\rshirt,S1,1\r",
            "Its heading cannot be read as CSV: lines end with LF, or with CR and LF.",
        ),
    ],
)
async def test_a_file_that_cannot_be_read_on_fails_and_what_was_applied_stands(
    open_process: OpenProcess, content: str, failure: str
) -> None:
    process = await open_process()
    file = await sent(process, content, parts=1)

    done = await applied(tools_of(process.database, process.clock, process.commits), file)

    assert done.state is FileState.FAILED
    assert done.failure == failure
    assert await process.counters(SHIRT) == (0, 0, 0)


async def test_lines_before_the_place_where_a_file_cannot_be_read_on_are_applied(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    tools = tools_of(process.database, process.clock, process.commits)
    packed = gzip.compress(f"{rows(300)}\n".encode())[:-8]
    wanted = WantedFile("night", FeedMode.DELTA, FileFormat.CSV, Compression.GZIP)
    file = await open_file(build.a_request(), "erp", wanted, tools.files, OneShop(), process.clock)
    await send_parts(file, packed, tools.files, 1)
    top = NoTopSellers()
    await close_file(build.a_request(), file.identifier, 1, tools.files, top, process.clock)

    done = await applied(tools, file)

    assert (done.state, done.failure) == (FileState.FAILED, "The gzip file ends too soon.")
    assert done.applied == 300
    assert await process.counters(SHIRT) == (150, 0, 0)


async def test_a_file_is_closed_with_all_the_parts_that_were_sent_or_not_at_all(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    files = tools_of(process.database, process.clock).files
    wanted = WantedFile("night", FeedMode.DELTA, FileFormat.CSV)
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)
    for number, content in enumerate((f"{HEADING}\nshirt,S1,2", "5\n")):
        part = base64.b64encode(content.encode()).decode()
        await add_part(build.a_request(), file.identifier, number, part, files)

    for wrong in (1, 3):
        with pytest.raises(Refusal) as refused:
            await close_file(
                build.a_request(), file.identifier, wrong, files, NoTopSellers(), process.clock
            )
        assert refused.value.path == ("input", "parts")
    await close_file(build.a_request(), file.identifier, 2, files, NoTopSellers(), process.clock)
    await a_worker(process).run_due_once()

    assert await process.counters(SHIRT) == (25, 0, 0)
    assert await process.database.collection(FEED_PARTS.name).find({}) == []


async def test_a_file_that_is_never_closed_keeps_its_parts_for_a_week(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    files = tools_of(process.database, process.clock).files
    wanted = WantedFile("night", FeedMode.DELTA, FileFormat.CSV)
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)
    await add_part(build.a_request(), file.identifier, 3, "eA==", files)
    parts = process.database.collection(FEED_PARTS.name)

    process.clock.advance(timedelta(days=6, hours=23))
    await a_worker(process).run_due_once()
    assert await parts.count({}) == 1
    process.clock.advance(timedelta(hours=1))
    await a_worker(process).run_due_once()

    assert await parts.count({}) == 0
    found = await files.find(file.identifier)
    assert found is not None
    assert (found.state, found.failure) == (FileState.FAILED, "It was not closed within 7 days.")


async def test_a_file_that_comes_further_is_tried_however_often_it_stopped(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    file = await sent(process, rows(6 * LINES_OF_A_STEP))

    for _ in range(6):
        dying = DyingCommits(process, 1, written=False)
        await a_worker(process, dying, attempts=2).run_due_once()
        process.clock.advance(timedelta(hours=1))
    await a_worker(process, attempts=2).run_due_once()

    done = await tools_of(process.database, process.clock).files.find(file.identifier)
    assert done is not None
    assert (done.state, done.applied) == (FileState.DONE, 6 * LINES_OF_A_STEP)


async def test_a_step_writes_only_how_far_the_file_has_come(open_process: OpenProcess) -> None:
    process = await open_process()
    await sent(process, rows(2 * LINES_OF_A_STEP), "hat")
    documents = process.database.collection(FEED_FILES.name)
    await documents.update_one({}, {"$set": {"untouched": True}})

    await a_worker(process).run_due_once()

    document = await documents.find_one({})
    assert document is not None
    assert (document["state"], document["untouched"]) == ("DONE", True)


async def test_who_finds_that_another_was_faster_goes_on_behind_that_one(
    open_process: OpenProcess,
) -> None:
    process, zombie = await open_process(), await open_process()
    file = await sent(process, rows(4 * LINES_OF_A_STEP))

    class Overtaken(DyingCommits):
        """Sees another process, that has lost its claim, take two steps before its own first."""

        async def submit(self, command: StockCommand) -> Decided:
            dying = DyingCommits(zombie, 2, written=False)
            with contextlib.suppress(Killed):
                await applied(tools_of(zombie.database, zombie.clock, dying), file)
            return await process.commits.submit(command)

    overtaken = Overtaken(process, 0, written=False)
    await a_worker(process, overtaken).run_due_once()

    done = await tools_of(process.database, process.clock).files.find(file.identifier)
    assert done is not None
    assert (done.state, done.applied) == (FileState.DONE, 4 * LINES_OF_A_STEP)
    assert await process.counters(SHIRT) == (2 * LINES_OF_A_STEP, 0, 0)
