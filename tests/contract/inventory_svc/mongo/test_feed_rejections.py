"""Refused lines of feeds on a real MongoDB: kept with the commit, and settled once."""

import asyncio
from dataclasses import replace
from datetime import timedelta

from inventory_svc.domain.stock.commands import (
    CorrectFeedLines,
    FeedLine,
    FeedMode,
    FeedStock,
    RejectedLine,
)
from inventory_svc.domain.stock.feed_rejection import FeedRejection, RejectionState
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.collections import FEED_REJECTIONS
from inventory_svc.mongo.feed_rejections import MongoFeedRejections
from inventory_svc.ports.feeds import RejectionsWanted
from service_kit.commands.line_results import LineStatus, results_from_json
from service_kit.commands.refusal import INVALID_INPUT, Refusal
from tests.contract.inventory_svc.conftest import OpenProcess, Process
from tests.support import stock as build

S1 = PositionKey("shirt", "S1")
WHY = Refusal(INVALID_INPUT, "No.", path=("input", "lines", "7", "quantity"))


def a_feed_with_a_bad_line(number: int = 7) -> FeedStock:
    bad = RejectedLine(number, "shirt|S1|NEW", (WHY,), {"sku": "shirt", "quantity": "many"})
    good = FeedLine(8, S1, 3)
    request = build.a_request()
    return FeedStock(request, "erp", FeedMode.DELTA, (good,), (bad,), "night", "erp")


def a_correction(*lines: FeedLine, discarded: tuple[int, ...] = ()) -> CorrectFeedLines:
    return CorrectFeedLines(build.a_request(), "ann", "night", lines, discarded=discarded)


async def kept(process: Process, number: int = 7) -> FeedRejection:
    return (await MongoFeedRejections(process.database).named("night", [number]))[number]


async def test_a_refused_line_is_kept_with_its_feed_and_read_back(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    command = a_feed_with_a_bad_line()

    await process.commits.submit(command)
    await process.commits.submit(command)

    found = await kept(process)
    assert (found.mode, found.source, found.state) == (FeedMode.DELTA, "erp", RejectionState.OPEN)
    assert found.told == {"sku": "shirt", "quantity": "many"}
    assert found.refusals == (WHY,)
    assert found.version == 1
    assert await process.counters(S1) == (3, 0, 0)
    reads = MongoFeedRejections(process.database)
    assert await reads.page(RejectionsWanted(5, feed="night", source="erp")) == [found]
    assert await reads.page(RejectionsWanted(5, feed="day")) == []
    assert await reads.page(RejectionsWanted(5, after=found.key)) == []


async def test_of_many_who_correct_one_line_at_once_one_does(open_process: OpenProcess) -> None:
    one, other = await open_process(), await open_process()
    await one.commits.submit(a_feed_with_a_bad_line())

    decided = await asyncio.gather(
        *(each.commits.submit(a_correction(FeedLine(7, S1, 5))) for each in (one, other) * 5)
    )

    results = [results_from_json(each.outcome.values["results"])[0] for each in decided]
    statuses = [result.status for result in results]
    assert sorted(statuses) == [LineStatus.APPLIED, *[LineStatus.REJECTED] * 9]
    codes = {refusal.code for result in results for refusal in result.refusals}
    assert codes == {"FEED_LINE_SETTLED"}
    assert await one.counters(S1) == await one.folded(S1) == (8, 0, 0)
    found = await kept(one)
    assert (found.state, found.settled_by) == (RejectionState.CORRECTED, "ann")


async def test_a_line_that_is_refused_again_says_the_new_reason(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    await process.commits.submit(a_feed_with_a_bad_line())

    await process.commits.submit(a_correction(FeedLine(7, S1, -9)))

    found = await kept(process)
    assert found.state is RejectionState.OPEN
    assert [refusal.code for refusal in found.refusals] == ["NEGATIVE_STOCK"]
    assert found.told["quantity"] == -9
    await process.commits.submit(a_correction(discarded=(7,)))
    assert (await kept(process)).state is RejectionState.DISCARDED
    assert await process.counters(S1) == (3, 0, 0)


async def test_movements_that_an_earlier_release_refused_happened_before_that(
    open_process: OpenProcess,
) -> None:
    process = await open_process()
    moved_by = process.clock.now() - timedelta(days=1)
    await process.commits.submit(replace(a_feed_with_a_bad_line(), as_of=moved_by))
    assert (await kept(process)).as_of == moved_by
    refused_at = (await kept(process)).rejected_at
    documents = process.database.collection(FEED_REJECTIONS.name)
    await documents.update_one({}, {"$unset": {"asOf": ""}})
    process.clock.advance(timedelta(hours=1))
    await process.commits.submit(build.a_shelf_count(S1, 4))

    (result,) = results_from_json(
        (await process.commits.submit(a_correction(FeedLine(7, S1, 5)))).outcome.values["results"]
    )

    found = await kept(process)
    assert (result.status, found.state) == (LineStatus.UNCHANGED, RejectionState.CORRECTED)
    assert found.as_of == refused_at
    assert await process.counters(S1) == await process.folded(S1) == (4, 0, 0)
