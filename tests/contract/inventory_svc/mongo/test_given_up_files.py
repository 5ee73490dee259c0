"""Files of stock that are tried too often: given up, discarded, resumed, and tidied in the end."""

from datetime import timedelta

import pytest

from inventory_svc.domain.feeds.feed_file import FeedFile, FileState
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import FEED_PARTS
from inventory_svc.mongo.discarded_files import discarded_files
from inventory_svc.use_cases.feeds.apply_file import LINES_OF_A_STEP
from inventory_svc.use_cases.feeds.tidy_file import tidy_file
from service_kit.commands.refusal import Refusal
from service_kit.messaging.due_work import DueWork
from service_kit.messaging.parked_work import ParkedWork
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build
from tests.support.applying import DyingCommits, a_worker, rows, sent
from tests.support.file_process import tools_of

SHIRT, HAT = PositionKey("shirt", "S1"), PositionKey("hat", "S1")


@pytest.mark.parametrize("best", [(), ("hat",)])
async def test_a_file_that_comes_no_further_is_seen_to_have_failed_until_it_is_released(
    open_process: OpenProcess, best: tuple[str, ...]
) -> None:
    process = await open_process()
    file = await sent(process, rows(10), *best)
    files = tools_of(process.database, process.clock).files
    for _ in range(2):
        before = await files.look_up(file.identifier)
        assert before is not None
        assert before.state is FileState.APPLYING
        dying = DyingCommits(process, 0, written=False)
        await a_worker(process, dying, attempts=2).run_due_once()
        process.clock.advance(timedelta(hours=1))

    seen = await files.look_up(file.identifier)
    assert seen is not None
    assert seen.state is FileState.FAILED
    assert seen.failure
    assert await files.page(None, 5) == [seen]
    due_work = DueWork(process.database, process.clock)
    (parked,) = await due_work.parked()
    assert await due_work.release(parked.item.identifier)
    await a_worker(process).run_due_once()

    done = await files.look_up(file.identifier)
    assert done is not None
    assert (done.state, done.applied, done.failure) == (FileState.DONE, 10, None)


async def given_up(process: Process, *best: str) -> FeedFile:
    """Send a file, have its work fail in its middle until it is parked, and discard that."""
    file = await sent(process, rows(2 * LINES_OF_A_STEP), *best)
    dying = DyingCommits(process, 1, written=False)
    await a_worker(process, dying, attempts=1).run_due_once()
    due_work = DueWork(process.database, process.clock)
    (parked,) = await due_work.parked()
    hears = discarded_files(process.database, process.clock)
    command = ["discard", parked.item.identifier]
    assert (await ParkedWork(process.database, process.clock, hears).run(command))[0] == 0
    return file


@pytest.mark.parametrize("best", [(), ("hat",)])
async def test_a_file_whose_work_is_discarded_has_failed_and_can_be_resumed(
    open_process: OpenProcess, best: tuple[str, ...]
) -> None:
    process = await open_process()
    file = await given_up(process, *best)
    files = tools_of(process.database, process.clock).files
    stopped = await files.find(file.identifier)
    assert stopped is not None
    assert stopped.state is FileState.FAILED
    assert stopped.failure == "Its work was discarded. It can be resumed for a week."
    assert stopped.applied == LINES_OF_A_STEP
    await a_worker(process).run_due_once()
    assert await files.find(file.identifier) == stopped

    request = build.a_request()
    for _ in range(2):
        await files.resume(request, file.identifier)
    await a_worker(process).run_due_once()

    done = await files.find(file.identifier)
    assert done is not None
    assert (done.state, done.failure) == (FileState.DONE, None)
    assert done.applied == 2 * LINES_OF_A_STEP
    assert await process.counters(SHIRT) == (LINES_OF_A_STEP, 0, 0)
    assert await process.counters(HAT) == (LINES_OF_A_STEP, 0, 0)
    with pytest.raises(Refusal) as refused:
        await files.resume(build.a_request(), file.identifier)
    assert refused.value.path == ("input", "feedId")


async def test_what_was_sent_of_a_discarded_file_is_kept_for_a_week(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    file = await given_up(process)
    parts = process.database.collection(FEED_PARTS.name)

    process.clock.advance(timedelta(days=6, hours=23))
    await a_worker(process).run_due_once()
    assert await parts.count({}) == 3
    process.clock.advance(timedelta(hours=1))
    await a_worker(process).run_due_once()

    assert await parts.count({}) == 0
    files = tools_of(process.database, process.clock).files
    with pytest.raises(Refusal) as refused:
        await files.resume(build.a_request(), file.identifier)
    assert refused.value.message == "What was sent of it is deleted."


async def test_a_file_whose_work_is_parked_can_be_resumed(open_process: OpenProcess) -> None:
    process = await open_process()
    file = await sent(process, rows(2 * LINES_OF_A_STEP))
    dying = DyingCommits(process, 1, written=False)
    await a_worker(process, dying, attempts=1).run_due_once()
    files = tools_of(process.database, process.clock).files

    await files.resume(build.a_request(), file.identifier)
    await a_worker(process).run_due_once()

    done = await files.find(file.identifier)
    assert done is not None
    assert (done.state, done.applied) == (FileState.DONE, 2 * LINES_OF_A_STEP)


async def test_what_was_sent_of_a_file_that_was_given_up_is_kept_for_a_week(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    file = await sent(process, rows(2 * LINES_OF_A_STEP))
    due_work = DueWork(process.database, process.clock)
    parts = process.database.collection(FEED_PARTS.name)
    process.clock.advance(timedelta(days=2))
    dying = DyingCommits(process, 1, written=False)
    await a_worker(process, dying, attempts=1).run_due_once()
    given_up_at = process.clock.now()
    files = tools_of(process.database, process.clock).files
    seen = await files.look_up(file.identifier)
    assert seen is not None
    assert seen.ended_at == given_up_at

    process.clock.advance(timedelta(days=6, hours=23))
    await a_worker(process).run_due_once()
    assert await parts.count({}) == 3
    assert len(await due_work.parked()) == 1
    process.clock.advance(timedelta(hours=1))
    await a_worker(process).run_due_once()

    assert await parts.count({}) == 0
    assert await due_work.parked() == []
    ended = await files.find(file.identifier)
    assert ended is not None
    assert (ended.state, ended.applied) == (FileState.FAILED, LINES_OF_A_STEP)
    assert ended.failure == "It was given up, and not resumed within 7 days."


async def test_what_was_sent_of_a_file_that_is_applied_for_long_is_kept_until_it_is_done(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    file = await sent(process, rows(2 * LINES_OF_A_STEP))
    dying = DyingCommits(process, 1, written=False)
    await a_worker(process, dying).run_due_once()
    parts = process.database.collection(FEED_PARTS.name)

    files = tools_of(process.database, process.clock)
    for _ in range(3):
        process.clock.advance(timedelta(days=8))
        await tidy_file(file.identifier, files)
        assert await parts.count({}) == 3
    await a_worker(process).run_due_once()

    done = await files.files.find(file.identifier)
    assert done is not None
    assert (done.state, done.applied) == (FileState.DONE, 2 * LINES_OF_A_STEP)
    assert await parts.count({}) == 0
