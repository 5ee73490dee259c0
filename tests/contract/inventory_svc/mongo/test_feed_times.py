"""A line counts as of when it was counted, however late it is corrected, on a real MongoDB."""

import base64
from datetime import datetime, timedelta

import pytest

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import FileFormat
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.feed_rejection import RejectionState
from inventory_svc.domain.stock.movement import MovementKind
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.feed_rejections import MongoFeedRejections
from inventory_svc.use_cases.feeds.apply_file import apply_file
from inventory_svc.use_cases.feeds.correct_lines import (
    Correction,
    CorrectionSources,
    WantedCorrections,
    correct_feed_lines,
)
from inventory_svc.use_cases.feeds.feed_lines import StockLine
from inventory_svc.use_cases.feeds.receive_file import (
    WantedFile,
    add_part,
    close_file,
    open_file,
)
from inventory_svc.use_cases.stock.import_stock import StockFeed, import_stock
from service_kit.commands.line_results import LineStatus
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build
from tests.support.applying import HEADING
from tests.support.file_process import NoTopSellers, OneShop, TwoItems, tools_of

SHIRT = PositionKey("shirt", "S1")
GOOD = '{"sku": "shirt", "locationCode": "S1", "quantity": 1}'


async def applied(
    process: Process,
    content: str,
    mode: FeedMode = FeedMode.SNAPSHOT,
    format_: FileFormat = FileFormat.CSV,
    counted_at: datetime | None = None,
) -> FeedFile:
    """Send a file of the tills, and apply it."""
    file = await arrived(process, content, mode, format_, counted_at)
    return await applied_now(process, file)


async def arrived(
    process: Process,
    content: str,
    mode: FeedMode,
    format_: FileFormat = FileFormat.CSV,
    counted_at: datetime | None = None,
    best: tuple[str, ...] = (),
) -> FeedFile:
    """Send a file of the tills, and close it."""
    files, clock = tools_of(process.database, process.clock).files, process.clock
    wanted = WantedFile("night", mode, format_, source="tills", counted_at=counted_at)
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), clock)
    part = base64.b64encode(content.encode()).decode()
    await add_part(build.a_request(), file.identifier, 0, part, files)
    top = NoTopSellers(*best)
    return await close_file(build.a_request(), file.identifier, 1, files, top, clock)


async def applied_now(process: Process, file: FeedFile) -> FeedFile:
    """Apply a file that has arrived."""
    tools = tools_of(process.database, process.clock, process.commits)
    for reading in (FilePass.TOP_SELLERS, FilePass.OTHERS):
        await apply_file(file.identifier, reading, tools)
    found = await tools.files.find(file.identifier)
    assert found is not None
    return found


async def corrected(process: Process, feed: str, correction: Correction) -> LineStatus:
    sources = CorrectionSources(
        MongoFeedRejections(process.database), TwoItems(), OneShop(), process.commits, process.clock
    )
    wanted = WantedCorrections(feed, (correction,))
    (result,) = await correct_feed_lines(build.a_request(), "ann", wanted, sources)
    return result.status


async def sold(process: Process, units: int) -> None:
    """Let so many units leave, hours after whatever was before and hours before what follows."""
    process.clock.advance(timedelta(hours=6))
    await process.commits.submit(build.an_adjustment(SHIRT, -units))
    process.clock.advance(timedelta(hours=1))


@pytest.mark.parametrize(
    ("mode", "name", "value"),
    [
        (FeedMode.DELTA, "quantity", "99999999999999999999"),
        (FeedMode.DELTA, "quantity", "NaN"),
        (FeedMode.DELTA, "sku", '"\\ud800"'),
        (FeedMode.SNAPSHOT, "snapshotAt", '"9999-12-31T23:59:59-14:00"'),
        (FeedMode.SNAPSHOT, "snapshotAt", '"0001-01-01T00:00:00+14:00"'),
    ],
)
async def test_no_line_whatever_it_says_keeps_a_file_from_its_end(
    open_process: OpenProcess, mode: FeedMode, name: str, value: str
) -> None:
    process = await open_process()
    bad = f'{GOOD[:-1]}, "{name}": {value}}}'

    done = await applied(process, f"{GOOD}\n{bad}\n{GOOD}", mode, FileFormat.JSONL)

    assert done.state is FileState.DONE
    assert (done.applied + done.unchanged, done.rejected) == (2, 1)
    kept = await MongoFeedRejections(process.database).named(done.identifier, [1])
    assert name in str(kept[1].told)


@pytest.mark.parametrize(
    ("row", "correction"),
    [
        ("shirt,S1,x", Correction(1, quantity=10)),
        ("shrt,S1,10", Correction(1, sku="shirt")),
        ("shirt;S1;10", Correction(1, sku="shirt", location="S1", quantity=10)),
    ],
)
async def test_a_line_of_a_file_counts_as_of_when_it_was_counted_however_late_it_is_corrected(
    open_process: OpenProcess, row: str, correction: Correction
) -> None:
    process = await open_process()
    await process.commits.submit(build.a_feed(FeedMode.DELTA, (SHIRT, 12)))
    counted_at = process.clock.advance(timedelta(hours=1))
    process.clock.advance(timedelta(hours=1))
    content = f"sku,locationCode,quantity\n{row}\n"
    file = await applied(process, content, counted_at=counted_at)
    await sold(process, 4)

    assert await corrected(process, file.identifier, correction) is LineStatus.APPLIED

    assert await process.counters(SHIRT) == await process.folded(SHIRT) == (6, 0, 0)
    assert (await process.position(SHIRT)).counted_at == counted_at


async def test_a_line_of_a_call_counts_as_of_when_it_was_sent_however_late_it_is_corrected(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.commits.submit(build.a_feed(FeedMode.DELTA, (SHIRT, 12)))
    process.clock.advance(timedelta(hours=1))
    lines = [StockLine("shrt", "S1", 10)]
    feed = StockFeed(build.a_request(), "erp", FeedMode.SNAPSHOT, lines, "tills")
    freshness = tools_of(process.database, process.clock).freshness
    await import_stock(feed, TwoItems(), OneShop(), process.commits, freshness, process.clock)
    await sold(process, 4)

    status = await corrected(process, feed.name, Correction(0, sku="shirt"))

    assert status is LineStatus.APPLIED
    assert await process.counters(SHIRT) == await process.folded(SHIRT) == (6, 0, 0)


async def test_a_line_of_movements_still_has_no_time_when_it_is_corrected(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    file = await applied(process, "sku,locationCode,quantity\nshirt,S1,x\n", FeedMode.DELTA)

    status = await corrected(process, file.identifier, Correction(1, quantity=3))

    assert status is LineStatus.APPLIED
    assert await process.counters(SHIRT) == (3, 0, 0)


@pytest.mark.parametrize("best", [(), ("shirt",)])
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
@pytest.mark.parametrize(("minutes", "on_hand"), [(-1, 20), (0, 15), (1, 15)])
async def test_a_count_knows_of_what_had_arrived_before_it_whichever_file_is_applied_first(
    open_process: OpenProcess,
    minutes: int,
    on_hand: int,
    order: tuple[int, int],
    best: tuple[str, ...],
) -> None:
    process = await open_process()
    await process.commits.submit(build.a_feed(FeedMode.DELTA, (SHIRT, 10)))
    process.clock.advance(timedelta(hours=1))
    came_in = await arrived(
        process, f"{HEADING}\nhat,S1,1\nshirt,S1,5\n", FeedMode.DELTA, best=best
    )
    counted_at = process.clock.now() + timedelta(minutes=minutes)
    process.clock.advance(timedelta(minutes=5))
    counted = f"{HEADING}\nshirt,S1,15\n"
    count = await arrived(process, counted, FeedMode.SNAPSHOT, counted_at=counted_at)
    process.clock.advance(timedelta(minutes=5))

    files = (came_in, count)
    done = [await applied_now(process, files[at]) for at in order]

    assert [file.rejected for file in done] == [0, 0]
    assert await process.counters(SHIRT) == await process.folded(SHIRT) == (on_hand, 0, 0)
    assert (await process.position(SHIRT)).counted_at == counted_at


async def test_what_came_in_by_a_file_after_a_count_of_the_shelf_is_added(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    early = await arrived(process, f"{HEADING}\nshirt,S1,5\n", FeedMode.DELTA)
    process.clock.advance(timedelta(minutes=1))
    await process.commits.submit(build.a_shelf_count(SHIRT, 15))
    process.clock.advance(timedelta(minutes=1))
    late = await arrived(process, f"{HEADING}\nshirt,S1,-2\n", FeedMode.DELTA)
    process.clock.advance(timedelta(minutes=1))

    done = [await applied_now(process, file) for file in (late, early)]

    assert [(file.applied, file.unchanged) for file in done] == [(1, 0), (0, 1)]
    assert await process.counters(SHIRT) == await process.folded(SHIRT) == (13, 0, 0)
    ledger = await process.reads.movements(SHIRT, None, 9)
    moved_at = [each.effective_at for each in ledger if each.kind is MovementKind.DELTA]
    assert moved_at == [late.closed_at]


@pytest.mark.parametrize(
    ("row", "correction"),
    [
        ("shirt,S1,-6", Correction(1)),
        ("shrt,S1,-6", Correction(1, sku="shirt")),
        ("shirt,S1,x", Correction(1, quantity=-6)),
    ],
)
@pytest.mark.parametrize(("minutes", "on_hand"), [(-1, 7), (1, 13)])
async def test_a_line_of_movements_moved_before_its_file_arrived_however_late_it_is_corrected(
    open_process: OpenProcess, minutes: int, on_hand: int, row: str, correction: Correction
) -> None:
    process = await open_process()
    process.clock.advance(timedelta(hours=1))
    file = await arrived(process, f"{HEADING}\n{row}\n", FeedMode.DELTA)
    counted_at = process.clock.now() + timedelta(minutes=minutes)
    process.clock.advance(timedelta(hours=1))
    assert (await applied_now(process, file)).rejected == 1
    await process.commits.submit(build.a_count(SHIRT, 13, counted_at))
    process.clock.advance(timedelta(hours=1))

    status = await corrected(process, file.identifier, correction)

    assert status is (LineStatus.UNCHANGED if minutes > 0 else LineStatus.APPLIED)
    assert await process.counters(SHIRT) == await process.folded(SHIRT) == (on_hand, 0, 0)
    kept = await MongoFeedRejections(process.database).named(file.identifier, [1])
    assert kept[1].state is RejectionState.CORRECTED


async def test_a_file_makes_its_source_as_fresh_as_its_youngest_good_line(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    old = process.clock.now()
    younger = process.clock.advance(timedelta(hours=2))
    process.clock.advance(timedelta(hours=24))
    rows = (("shirt", younger), ("hat", old), ("shrt", process.clock.now()))
    lines = (f"{sku},S1,5,{at.isoformat()}" for sku, at in rows)

    done = await applied(process, "\n".join(("sku,locationCode,quantity,snapshotAt", *lines)))

    assert (done.applied, done.rejected) == (2, 1)
    tools = tools_of(process.database, process.clock)
    assert await tools.freshness.told_at(["tills"]) == {"tills": younger}


@pytest.mark.parametrize("mode", FeedMode)
async def test_a_file_that_does_not_say_when_it_was_counted_was_when_it_had_arrived(
    open_process: OpenProcess, mode: FeedMode
) -> None:
    process = await open_process()

    await applied(process, "sku,locationCode,quantity\nshirt,S1,5\n", mode)

    tools = tools_of(process.database, process.clock)
    assert await tools.freshness.told_at(["tills"]) == {"tills": process.clock.now()}


async def test_a_file_of_which_no_line_was_good_makes_nothing_fresh(
    open_process: OpenProcess,
) -> None:
    process = await open_process()

    await applied(process, "sku,locationCode,quantity\nshrt,S1,5\nshirt,S1,x\n")

    tools = tools_of(process.database, process.clock)
    assert await tools.freshness.told_at(["tills"]) == {}
