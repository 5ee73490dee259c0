"""Commits that touch watched items are looked at together, and none of them is passed over."""

import asyncio
from collections.abc import Sequence

import pytest

from inventory_svc.use_cases.alerts import watching
from inventory_svc.use_cases.alerts.assess_stock import AlertTools
from inventory_svc.use_cases.alerts.watching import NotLooked, StockWatch


class Looks:
    """Looks at items when it is told to, and remembers at which together."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.may_end = asyncio.Event()
        self.problem: Exception | None = None

    async def __call__(self, skus: Sequence[str], tools: AlertTools) -> None:
        del tools
        self.seen.append(list(skus))
        await self.may_end.wait()
        if self.problem is not None:
            raise self.problem


@pytest.fixture
def looks(monkeypatch: pytest.MonkeyPatch) -> Looks:
    looks = Looks()
    monkeypatch.setattr(watching, "assess_stock", looks)
    return looks


def a_watch() -> StockWatch:
    tools: AlertTools = object.__new__(AlertTools)
    return StockWatch(tools)


async def turns() -> None:
    """Let everybody come as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_touched_during_a_look_is_looked_at_together_afterwards(
    looks: Looks,
) -> None:
    watch = a_watch()
    first = asyncio.create_task(watch.look(["hat"]))
    await turns()
    later = [asyncio.create_task(watch.look(skus)) for skus in (["shirt"], ["hat", "boot"])]
    await turns()
    assert looks.seen == [["hat"]]

    looks.may_end.set()
    await asyncio.gather(first, *later)

    assert looks.seen == [["hat"], ["boot", "hat", "shirt"]]


async def test_who_waited_for_a_look_that_failed_hears_of_it_and_the_next_one_is_made(
    looks: Looks,
) -> None:
    watch = a_watch()
    first = asyncio.create_task(watch.look(["hat"]))
    await turns()
    later = [asyncio.create_task(watch.look([sku])) for sku in ("shirt", "boot")]
    await turns()
    looks.problem = ConnectionError("gone")
    looks.may_end.set()

    ended = await asyncio.gather(first, *later, return_exceptions=True)

    assert [type(each) for each in ended] == [ConnectionError, ConnectionError, NotLooked]
    looks.problem = None
    await watch.look(["shirt"])
    assert looks.seen[-1] == ["shirt"]


async def test_who_is_cancelled_before_its_turn_leaves_the_others_to_look_again(
    looks: Looks,
) -> None:
    watch = a_watch()
    first = asyncio.create_task(watch.look(["hat"]))
    await turns()
    leader = asyncio.create_task(watch.look(["shirt"]))
    await turns()
    follower = asyncio.create_task(watch.look(["boot"]))
    await turns()

    leader.cancel()
    with pytest.raises(NotLooked):
        await follower
    looks.may_end.set()
    await first
    await watch.look(["boot"])

    assert looks.seen == [["hat"], ["boot"]]
