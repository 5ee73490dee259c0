"""What many commits touch is looked at together, and none of them is passed over."""

import asyncio
from collections.abc import Sequence

import pytest

from inventory_svc.use_cases.looking_together import LookingTogether, NotLooked


class Looks:
    """Looks at items when it is told to, and remembers at which together."""

    def __init__(self) -> None:
        self.seen: list[list[str]] = []
        self.may_end = asyncio.Event()
        self.problem: Exception | None = None

    async def __call__(self, skus: Sequence[str]) -> None:
        self.seen.append(list(skus))
        await self.may_end.wait()
        if self.problem is not None:
            raise self.problem


async def turns() -> None:
    """Let everybody come as far as they can."""
    for _ in range(5):
        await asyncio.sleep(0)


async def test_what_is_touched_during_a_look_is_looked_at_together_afterwards() -> None:
    looks = Looks()
    together = LookingTogether(looks)
    first = asyncio.create_task(together.look(["hat"]))
    await turns()
    later = [asyncio.create_task(together.look(skus)) for skus in (["shirt"], ["hat", "boot"])]
    await turns()
    assert looks.seen == [["hat"]]

    looks.may_end.set()
    await asyncio.gather(first, *later)

    assert looks.seen == [["hat"], ["boot", "hat", "shirt"]]


async def test_who_waited_for_a_look_that_failed_hears_of_it_and_the_next_one_is_made() -> None:
    looks = Looks()
    together = LookingTogether(looks)
    first = asyncio.create_task(together.look(["hat"]))
    await turns()
    later = [asyncio.create_task(together.look([sku])) for sku in ("shirt", "boot")]
    await turns()
    looks.problem = ConnectionError("gone")
    looks.may_end.set()

    ended = await asyncio.gather(first, *later, return_exceptions=True)

    assert [type(each) for each in ended] == [ConnectionError, ConnectionError, NotLooked]
    looks.problem = None
    await together.look(["shirt"])
    assert looks.seen[-1] == ["shirt"]


async def test_who_is_cancelled_before_its_turn_leaves_the_others_to_look_again() -> None:
    looks = Looks()
    together = LookingTogether(looks)
    first = asyncio.create_task(together.look(["hat"]))
    await turns()
    leader = asyncio.create_task(together.look(["shirt"]))
    await turns()
    follower = asyncio.create_task(together.look(["boot"]))
    await turns()

    leader.cancel()
    with pytest.raises(NotLooked):
        await follower
    looks.may_end.set()
    await first
    await together.look(["boot"])

    assert looks.seen == [["hat"], ["boot"]]
