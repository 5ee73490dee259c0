"""Files that are the whole truth, on a real MongoDB: what they leave out is not there."""

import asyncio
import sys
from collections.abc import Iterable
from datetime import datetime, timedelta
from random import Random

import pytest

from inventory_svc.domain.feeds.feed_file import FeedFile, FilePass, FileState
from inventory_svc.domain.feeds.file_lines import FileFormat
from inventory_svc.domain.feeds.whole_file import HoldReason, Wholeness, WholeOf
from inventory_svc.domain.stock.commands import FeedMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import ALERTS, FEED_PARTS, UNNAMED_POSITIONS
from inventory_svc.mongo.feed_rejections import MongoFeedRejections
from inventory_svc.use_cases.feeds import zero_unnamed
from inventory_svc.use_cases.feeds.apply_file import apply_file
from inventory_svc.use_cases.feeds.receive_file import WantedFile, close_file, open_file
from inventory_svc.use_cases.feeds.zero_unnamed import POSITIONS_OF_A_STEP
from service_kit.commands.refusal import Refusal, RefusedAll, refusals_in
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build
from tests.support.applying import DyingCommits, Killed, a_worker, send_parts
from tests.support.file_process import NoTopSellers, OneShop, tools_of

SHIRT, HAT, BOOT = (PositionKey(sku, "S1") for sku in ("shirt", "hat", "boot"))
ELSEWHERE = PositionKey("shirt", "S2")
HEADING = "sku,locationCode,quantity"
HOUR = timedelta(hours=1)
ALL = Wholeness(WholeOf.SOURCE, 100)


async def has(process: Process, *stock: tuple[PositionKey, int]) -> None:
    """Have units in stock, some time before the count."""
    for start in range(0, len(stock), 250):
        command = build.a_feed(FeedMode.DELTA, *stock[start : start + 250])
        await process.commits.submit(command)
    process.clock.advance(HOUR)


async def sent(
    process: Process,
    *rows: str,
    whole: Wholeness = ALL,
    lines: int | None = None,
    counted_at: datetime | None = None,
) -> FeedFile:
    """Send a file of all stock of the tills, as counted now."""
    files, now = tools_of(process.database, process.clock).files, process.clock.now()
    wanted = WantedFile(
        "night",
        FeedMode.SNAPSHOT,
        FileFormat.CSV,
        source="tills",
        counted_at=counted_at or now,
        whole=whole,
    )
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)
    content = "\n".join((HEADING, *rows)).encode()
    await send_parts(file, content, files, parts=2)
    request, top = build.a_request(), NoTopSellers()
    return await close_file(request, file.identifier, 2, files, top, process.clock, lines)


async def applied(process: Process, file: FeedFile) -> FeedFile:
    """Have everything done that is to be done about files, and give the file."""
    await a_worker(process).run_due_once()
    return await found(process, file)


async def found(process: Process, file: FeedFile) -> FeedFile:
    seen = await tools_of(process.database, process.clock).files.look_up(file.identifier)
    assert seen is not None
    return seen


async def alerts_of(process: Process) -> list[tuple[str, str, int]]:
    """Give the state of each alert about a file, which file, and how often it was raised."""
    documents = await process.database.collection(ALERTS.name).find({"kind": "HELD_FILE"})
    return [(each["state"], each["code"], each["times"]) for each in documents]


async def on_hand(process: Process, keys: Iterable[PositionKey]) -> list[int]:
    """Give what is on hand, checked against the ledger."""
    units = []
    for key in keys:
        counters = await process.counters(key)
        assert counters == await process.folded(key)
        units.append(counters.on_hand)
    return units


async def test_what_a_whole_file_leaves_out_is_zero_as_of_its_count(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7), (ELSEWHERE, 9))
    file = await sent(process, "shirt,S1,4")

    done = await applied(process, file)

    assert done.state is FileState.DONE
    assert await on_hand(process, (SHIRT, HAT, ELSEWHERE)) == [4, 0, 9]
    hat = await process.position(HAT)
    assert hat.counted_at == done.as_of
    assert done.unnamed is not None
    assert (done.lines, done.applied, done.rejected) == (1, 1, 0)
    found = done.unnamed
    assert (found.positions, found.in_stock, found.zeroed, found.kept) == (1, 2, 1, 0)
    for collection in (FEED_PARTS, UNNAMED_POSITIONS):
        assert await process.database.collection(collection.name).find({}) == []


async def test_a_file_that_is_not_whole_leaves_the_rest_as_it_is(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7))
    files = tools_of(process.database, process.clock).files
    wanted = WantedFile("night", FeedMode.SNAPSHOT, FileFormat.CSV, source="tills")
    file = await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)
    await send_parts(file, f"{HEADING}\nshirt,S1,4".encode(), files, parts=1)
    closing = (build.a_request(), file.identifier, 1, files, NoTopSellers(), process.clock)
    with pytest.raises(Refusal) as refused:
        await close_file(*closing, lines=1)
    assert refused.value.path == ("input", "lines")
    await close_file(*closing)

    done = await applied(process, file)

    assert (done.state, done.unnamed) == (FileState.DONE, None)
    assert await on_hand(process, (SHIRT, HAT)) == [4, 7]


async def test_only_locations_that_a_file_names_are_whole_if_it_says_so(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7), (ELSEWHERE, 9))

    file = await sent(process, "shirt,S1,4", whole=Wholeness(WholeOf.NAMED_LOCATIONS, 100))
    await applied(process, file)
    assert await on_hand(process, (SHIRT, HAT, ELSEWHERE)) == [4, 0, 9]

    process.clock.advance(HOUR)
    nowhere = await sent(process, whole=Wholeness(WholeOf.NAMED_LOCATIONS, 100))
    await applied(process, nowhere)
    assert await on_hand(process, (SHIRT, HAT, ELSEWHERE)) == [4, 0, 9]


async def test_a_location_that_the_source_does_not_tell_of_stays_whatever_lines_name_it(
    process: Process,
) -> None:
    await has(process, (SHIRT, 5), (HAT, 7), (ELSEWHERE, 9))

    named = Wholeness(WholeOf.NAMED_LOCATIONS, 100)
    file = await sent(process, "shirt,S1,4", "hat,S2,1", whole=named)
    done = await applied(process, file)

    assert (done.state, done.rejected) == (FileState.DONE, 1)
    assert await on_hand(process, (SHIRT, HAT, ELSEWHERE)) == [4, 0, 9]


async def test_of_a_file_whose_parts_are_lost_nothing_counts_as_left_out(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7))
    file = await sent(process, "shirt,S1,4", "hat,S1,6")
    tools = tools_of(process.database, process.clock, process.commits)
    await apply_file(file.identifier, FilePass.OTHERS, tools)
    await process.database.collection(FEED_PARTS.name).delete_many({"_id": {"$regex": "1$"}})

    failed = await applied(process, file)

    assert (failed.state, failed.failure) == (FileState.FAILED, "Its part 1 is missing.")
    assert await on_hand(process, (SHIRT, HAT)) == [4, 6]


async def test_what_was_counted_or_moved_since_is_not_lost(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7), (BOOT, 3))
    counted_at = process.clock.now()
    process.clock.advance(HOUR)
    await process.commits.submit(build.an_adjustment(SHIRT, 2))
    await process.commits.submit(build.a_count(HAT, 6, process.clock.now()))
    await process.commits.submit(build.an_adjustment(BOOT, -1))

    file = await sent(process, counted_at=counted_at)
    done = await applied(process, file)

    assert await on_hand(process, (SHIRT, HAT, BOOT)) == [2, 6, 0]
    assert done.unnamed is not None
    assert (done.unnamed.positions, done.unnamed.zeroed) == (2, 2)


async def test_of_a_refused_line_the_position_is_unknown_and_not_zero(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7), (BOOT, 3))

    file = await sent(process, "shirt,S1,many", "boot,S1,1")
    done = await applied(process, file)

    assert done.rejected == 2
    assert await on_hand(process, (SHIRT, HAT, BOOT)) == [5, 0, 3]


async def test_a_position_with_pieces_is_refused_and_can_be_sent_again(process: Process) -> None:
    await process.commits.submit(build.a_registration(("hat-1", HAT)))
    process.clock.advance(HOUR)

    file = await sent(process, "shirt,S1,4")
    done = await applied(process, file)

    assert (done.state, done.rejected) == (FileState.DONE, 1)
    assert await on_hand(process, (HAT,)) == [1]
    kept = await MongoFeedRejections(process.database).named(done.identifier, [2])
    assert [each.code for each in kept[2].refusals] == ["PIECES_ON_HAND"]
    assert (kept[2].told["sku"], kept[2].told["quantity"]) == ("hat", 0)


@pytest.mark.parametrize("is_whole", [True, False])
@pytest.mark.parametrize(
    ("rows", "lines", "percent", "reason"),
    [
        (("shirt,S1,4",), 2, 100, HoldReason.OTHER_LINES),
        (("shirt,S1,4", "whatever"), None, 100, HoldReason.UNPLACED_LINES),
        (("shirt,S1,4",), 1, 95, HoldReason.MUCH_UNNAMED),
    ],
)
async def test_a_file_that_may_not_be_whole_is_held_until_somebody_decides(
    process: Process,
    rows: tuple[str, ...],
    lines: int | None,
    percent: int,
    reason: HoldReason,
    *,
    is_whole: bool,
) -> None:
    others = [PositionKey(f"sku-{at:02}", "S1") for at in range(21)]
    await has(process, (SHIRT, 5), *((key, 3) for key in others))
    files = tools_of(process.database, process.clock).files
    file = await sent(process, *rows, whole=Wholeness(WholeOf.SOURCE, percent), lines=lines)
    now = process.clock.now()
    with pytest.raises(Refusal):
        await files.decide(build.a_request(), file.identifier, now, is_whole=is_whole)

    held = await applied(process, file)

    assert held.state is FileState.HELD
    assert held.unnamed is not None
    assert held.unnamed.held_for == (reason,)
    assert (held.unnamed.positions, held.unnamed.zeroed) == (21, 0)
    assert await on_hand(process, (SHIRT, *others)) == [4, *[3] * 21]
    assert await alerts_of(process) == [("RAISED", file.identifier, 1)]
    request = build.a_request()
    for _ in range(2):
        await files.decide(request, file.identifier, now, is_whole=is_whole)
    assert await alerts_of(process) == [("CLEARED", file.identifier, 1)]
    done = await applied(process, file)
    assert (done.state, done.failure) == (FileState.DONE, None)
    assert await on_hand(process, (SHIRT, *others)) == [4, *[0 if is_whole else 3] * 21]


async def test_what_was_counted_while_a_file_was_held_stays(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7), (BOOT, 3))
    file = await sent(process, "shirt,S1,4", lines=2)
    await applied(process, file)
    await process.commits.submit(build.a_count(HAT, 6, file.as_of))

    now, files = process.clock.now(), tools_of(process.database, process.clock).files
    await files.decide(build.a_request(), file.identifier, now, is_whole=True)
    done = await applied(process, file)

    assert await on_hand(process, (SHIRT, HAT, BOOT)) == [4, 6, 0]
    assert done.unnamed is not None
    assert (done.unnamed.zeroed, done.unnamed.kept) == (1, 1)


async def test_a_file_that_nobody_decides_about_ends_after_a_week(process: Process) -> None:
    await has(process, (SHIRT, 5), (HAT, 7))
    file = await sent(process, "shirt,S1,4", lines=2)
    assert (await applied(process, file)).state is FileState.HELD

    process.clock.advance(timedelta(days=7))
    failed = await applied(process, file)

    assert failed.state is FileState.FAILED
    assert failed.failure == "Nobody decided within 7 days whether it is whole."
    assert await alerts_of(process) == [("CLEARED", file.identifier, 1)]
    assert await on_hand(process, (SHIRT, HAT)) == [4, 7]
    assert await process.database.collection(FEED_PARTS.name).find({}) == []


async def test_a_file_cannot_claim_to_be_whole_without_saying_of_what_and_as_of_when(
    process: Process,
) -> None:
    files = tools_of(process.database, process.clock).files
    wanted = WantedFile("n", FeedMode.DELTA, FileFormat.CSV, whole=Wholeness(WholeOf.SOURCE, 101))

    with pytest.raises(RefusedAll) as refused:
        await open_file(build.a_request(), "erp", wanted, files, OneShop(), process.clock)

    assert [each.path[-1] for each in refusals_in(refused.value)] == [
        "wholeOf",
        "countedAt",
        "source",
        "mostUnnamedPercent",
    ]


@pytest.mark.parametrize("names_at_once", [zero_unnamed.NAMES_AT_ONCE, 100])
@pytest.mark.parametrize("seed", range(3))
async def test_whoever_dies_and_whatever_moves_meanwhile_the_books_end_as_they_should(
    open_process: OpenProcess, monkeypatch: pytest.MonkeyPatch, seed: int, names_at_once: int
) -> None:
    monkeypatch.setattr(zero_unnamed, "NAMES_AT_ONCE", names_at_once)
    random, process = Random(seed), await open_process()  # noqa: S311  # a script, no secret
    keys = [PositionKey(f"sku-{at:03}", "S1") for at in range(3 * POSITIONS_OF_A_STEP)]
    await has(process, *((key, 10) for key in (SHIRT, HAT, *keys)))
    # Nobody knows these items any more: each line is refused, and its position is unknown.
    refused = set(random.sample(keys, 150))
    rows = [f"{key.sku},S1,1" for key in refused]
    file = await sent(process, "shirt,S1,4", *rows)
    process.clock.advance(HOUR)
    moved = {key: random.choice((-1, 3)) for key in random.sample(keys, 60)}
    counted = random.sample(keys, 30)

    async def trade(*, first: bool) -> None:
        for at, key in enumerate(moved):
            if (at % 2 == 0) == first:
                await process.commits.submit(build.an_adjustment(key, moved[key]))
        for at, key in enumerate(counted):
            if (at % 2 == 0) == first:
                await process.commits.submit(build.a_count(key, 8, process.clock.now()))

    await trade(first=True)
    for deaths in range(6):
        dying = DyingCommits(process, deaths % 3, written=bool(deaths % 2))
        tools = tools_of(process.database, process.clock, dying)
        for reading in FilePass:
            try:
                await apply_file(file.identifier, reading, tools)
            except Killed:
                break
    both = [process, await open_process()]

    async def go_on(each: Process) -> None:
        tools = tools_of(each.database, each.clock, each.commits)
        for reading in FilePass:
            await apply_file(file.identifier, reading, tools)

    await asyncio.gather(trade(first=False), *(go_on(each) for each in both))

    done = await found(process, file)
    assert (done.state, done.rejected) == (FileState.DONE, len(refused))
    assert done.unnamed is not None
    assert done.unnamed.zeroed + done.unnamed.kept == done.unnamed.positions
    for key, units in zip(keys, await on_hand(process, keys), strict=True):
        since = moved.get(key, 0)
        expected = 10 + since if key in refused else max(0, since)
        assert units in ({8, 8 + since} if key in counted else {expected}), key
    assert await on_hand(process, (SHIRT, HAT)) == [4, 0]


async def test_a_process_killed_while_it_sets_to_zero_leaves_the_rest_to_another(
    open_process: OpenProcess, mongodb_url: str, database_name: str
) -> None:
    process = await open_process()
    keys = [PositionKey(f"sku-{at:05}", "S1") for at in range(60 * POSITIONS_OF_A_STEP)]
    await has(process, *((key, 2) for key in keys))
    file = await sent(process, "shirt,S1,4")
    tools = tools_of(process.database, process.clock, process.commits)
    await apply_file(file.identifier, FilePass.OTHERS, tools)
    command = ("tests.support.file_process", mongodb_url, database_name, file.identifier, "UNNAMED")
    worker = await asyncio.create_subprocess_exec(sys.executable, "-m", *command)
    try:
        while (await found(process, file)).next_line < POSITIONS_OF_A_STEP:
            assert worker.returncode is None
    finally:
        worker.kill()
        await worker.wait()
    stopped = await found(process, file)
    assert stopped.state is FileState.APPLYING
    assert stopped.next_line < len(keys)

    await apply_file(file.identifier, FilePass.UNNAMED, tools)

    done = await found(process, file)
    assert done.state is FileState.DONE
    assert done.unnamed is not None
    assert (done.unnamed.positions, done.unnamed.zeroed) == (len(keys), len(keys))
    assert sum(await on_hand(process, keys[:: POSITIONS_OF_A_STEP // 2])) == 0
    stocked = await process.database.collection("stock_positions").count({"onHand": {"$gt": 0}})
    assert stocked == 1
