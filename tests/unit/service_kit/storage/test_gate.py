"""The gate: never more than its permits, strictly in the order of arrival."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service_kit.storage.gate import FairGate

Step = tuple[str, int]


async def settle() -> None:
    """Let every task that can go on go on."""
    for _ in range(4):
        await asyncio.sleep(0)


class Visitors:
    """Tasks that enter the gate and stay until they are told to leave."""

    def __init__(self, permits: int) -> None:
        self.gate = FairGate(permits)
        self.arrived: list[int] = []
        self.entered: list[int] = []
        self.inside: set[int] = set()
        self.most_inside = 0
        self.tasks: dict[int, asyncio.Task[None]] = {}
        self.doors: dict[int, asyncio.Event] = {}

    def arrive(self) -> None:
        number = len(self.tasks)
        self.arrived.append(number)
        self.doors[number] = asyncio.Event()
        self.tasks[number] = asyncio.create_task(self._visit(number))

    async def _visit(self, number: int) -> None:
        async with self.gate:
            self.entered.append(number)
            self.inside.add(number)
            self.most_inside = max(self.most_inside, len(self.inside))
            try:
                await self.doors[number].wait()
            finally:
                self.inside.discard(number)

    def leave(self, choice: int) -> None:
        if self.inside:
            self.doors[sorted(self.inside)[choice % len(self.inside)]].set()

    def give_up(self, choice: int) -> None:
        waiting = [n for n, task in self.tasks.items() if not task.done()]
        if waiting:
            self.tasks[waiting[choice % len(waiting)]].cancel()


async def test_a_late_caller_does_not_overtake_one_who_waits() -> None:
    visitors = Visitors(permits=1)
    for _ in range(3):
        visitors.arrive()
    await settle()
    assert (visitors.entered, visitors.gate.waiting) == ([0], 2)
    visitors.leave(0)
    visitors.arrive()
    await settle()
    assert visitors.entered == [0, 1]
    for _ in range(3):
        visitors.leave(0)
        await settle()
    assert (visitors.entered, visitors.gate.waiting) == ([0, 1, 2, 3], 0)


async def test_a_permit_that_reaches_a_cancelled_caller_goes_to_the_next() -> None:
    visitors = Visitors(permits=1)
    for _ in range(3):
        visitors.arrive()
    await settle()
    visitors.doors[0].set()
    await asyncio.sleep(0)  # 0 leaves and hands its permit to 1, which has not woken yet
    visitors.tasks[1].cancel()
    await settle()
    assert visitors.entered == [0, 2]
    visitors.leave(0)
    await visitors.tasks[2]


@given(
    permits=st.integers(1, 3),
    steps=st.lists(
        st.tuples(st.sampled_from(["arrive", "leave", "give_up", "settle"]), st.integers(0, 20)),
        max_size=60,
    ),
)
def test_no_order_of_arriving_leaving_and_giving_up_breaks_the_gate(
    permits: int, steps: list[Step]
) -> None:
    async def play() -> None:
        visitors = Visitors(permits)
        acts: dict[str, Callable[[int], None]] = {
            "arrive": lambda _: visitors.arrive(),
            "leave": visitors.leave,
            "give_up": visitors.give_up,
        }
        for name, choice in steps:
            if name == "settle":
                await settle()
            else:
                acts[name](choice)
        while any(not task.done() for task in visitors.tasks.values()):
            await settle()
            visitors.leave(0)
        assert visitors.most_inside <= permits
        assert visitors.entered == sorted(visitors.entered)
        assert visitors.gate.waiting == 0
        for _ in range(permits):
            visitors.arrive()
        await settle()
        assert len(visitors.inside) == permits, "a permit was lost"
        for door in visitors.doors.values():
            door.set()
        await asyncio.gather(*visitors.tasks.values(), return_exceptions=True)

    asyncio.run(play())


def test_a_gate_without_a_permit_is_refused() -> None:
    with pytest.raises(ValueError, match="permit"):
        FairGate(0)
