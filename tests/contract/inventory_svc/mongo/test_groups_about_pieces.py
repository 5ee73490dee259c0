"""Commands about one piece in one commit: the later one starts where the earlier one has led."""

import asyncio
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from itertools import count, product
from typing import NamedTuple

from inventory_svc.domain.catalogue.condition import Condition
from inventory_svc.domain.stock.commands import FeedMode, StockCommand, UnitExit, UnitsMode
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.domain.stock.units.unit import ReadPoint
from service_kit.commands.refusal import Refusal
from service_kit.runtime.clock import SettableClock
from service_kit.storage.database import Contended
from tests.contract.inventory_svc.conftest import Process
from tests.support import rentals
from tests.support import stock as build
from tests.support.stock import NOW, InMemoryStock

PLACES = ("S1", "S2")
ALL = [
    PositionKey("shoe", place, condition)
    for place in PLACES
    for condition in (Condition.NEW, Condition.USED_A)
]
S1, USED, S2, _ = ALL
CEILING = ReadPoint.CEILING
ELSEWHERE = PositionKey("hat", "S1")
SOON = NOW + timedelta(seconds=2)
"""What a reader may say whose clock is a little fast."""

Step = Callable[[str], StockCommand]
"""Makes a command about the piece of a serial number."""


def steps_at(place: str) -> dict[str, Step]:
    """Give what can be said of a piece at a place that it has come to."""
    steps: dict[str, Step] = {
        "lost": lambda serial: build.a_withdrawal(serial, place, UnitExit.LOSS),
        "sent": lambda serial: build.a_withdrawal(serial, place, UnitExit.TRANSFER),
        "sold": lambda serial: build.a_withdrawal(serial, place, UnitExit.SALE),
        "read": lambda serial: build.some_reads(place, serial, at=SOON),
        "rented": lambda serial: rentals.a_rental(serial, place),
        "taken back": lambda serial: rentals.a_return(serial, place),
        "refurbished": lambda serial: rentals.a_refurbishment(serial, place),
        "restored": lambda serial: rentals.a_restoration(serial, place),
        "given up": lambda serial: rentals.a_write_off(serial, place),
    }
    return {f"{name} at {place}": step for name, step in steps.items()}


STEPS: Mapping[str, Step] = {
    "registered at S1": lambda serial: build.a_registration((serial, S1)),
    "registered at S2": lambda serial: build.a_registration((serial, S2)),
    "registered as used": lambda serial: build.a_registration((serial, USED)),
    "named at S2": lambda serial: build.a_registration((serial, S2), mode=UnitsMode.PRESENT),
    "without a tag": lambda serial: build.a_registration((serial, S2), tagged=False),
    "seen at S2": lambda serial: build.some_reads("S2", serial, at=SOON, point=CEILING),
    "bought new": lambda serial: build.a_purchase(serial, S1, among=PLACES),
    "bought used": lambda serial: build.a_purchase(serial, USED, among=PLACES),
    **steps_at("S1"),
    **steps_at("S2"),
}
_REGISTERED = ("registered at S1",)
_RENTED = (*_REGISTERED, "rented at S1")
_BACK = (*_RENTED, "taken back at S1")
WAYS: tuple[tuple[str, ...], ...] = (
    (),
    _REGISTERED,
    *((*_REGISTERED, step) for step in ("lost at S1", "sent at S1", "sold at S1")),
    _RENTED,
    (*_RENTED, "given up at S1"),
    _BACK,
    (*_BACK, "refurbished at S1"),
)
"""What has become of a piece before the commit."""


class Case(NamedTuple):
    """A piece, what has become of it, and steps more of it that one commit decides."""

    serial: str
    way: tuple[str, ...]
    steps: tuple[str, ...]

    def before(self) -> list[StockCommand]:
        """Give the commands that lead to where the steps start from."""
        return [STEPS[name](self.serial) for name in self.way]

    def group(self) -> list[StockCommand]:
        """Give the commit: the steps, and a delta that has to do with none."""
        innocent = build.a_feed(FeedMode.DELTA, (ELSEWHERE, 1))
        return [*(STEPS[name](self.serial) for name in self.steps), innocent]

    def changes_each_time(self) -> bool:
        """Whether each of the steps is one of the piece's history."""
        stock = a_stock()
        for command in self.before():
            stock.commit(command)
        stock.commit(*self.group())
        return len(stock.history) == len(self.way) + len(self.steps)


def cases() -> Iterator[Case]:
    """Give the pairs of which each step changes the piece, from each start."""
    number = count()
    for way, first in product(WAYS, STEPS):
        if Case("p", way, (first,)).changes_each_time():
            pairs = (Case(f"p{next(number)}", way, (first, second)) for second in STEPS)
            yield from (pair for pair in pairs if pair.changes_each_time())


def a_stock() -> InMemoryStock:
    """Give units without a name at each position, in memory."""
    stock = InMemoryStock(SettableClock(NOW))
    stock.commit(some_units())
    return stock


def some_units() -> StockCommand:
    """Give a feed of units that have no name."""
    return build.a_feed(FeedMode.DELTA, *((key, 3) for key in ALL))


async def test_two_steps_of_a_piece_in_one_commit_are_as_they_are_one_after_the_other(
    process: Process,
) -> None:
    process.clock.set(NOW)
    stock, submit = a_stock(), process.commits.submit
    await submit(some_units())
    broken: list[Case] = []
    told = list(cases())
    for stage in range(max(len(way) for way in WAYS)):
        before = [case.before()[stage] for case in told if len(case.way) > stage]
        await asyncio.gather(*map(submit, before))
        stock.commit(*before)
    for case in told:
        group = case.group()
        expected = [each.outcome for each in stock.commit(*group)]
        try:
            decided = await process.transactions.commit(group)
        except Contended:
            broken.append(case)
            continue
        assert [each and each.outcome for each in decided] == expected, case

    assert broken == []
    assert len({case.steps for case in told}) > 100
    for key in (*ALL, ELSEWHERE):
        assert await process.counters(key) == await process.folded(key) == stock.counters(key)
        assert (await process.position(key)).pieces == stock.positions[key].pieces


async def test_a_command_that_never_can_be_written_is_refused_alone(process: Process) -> None:
    """Here by a tag of a piece that nobody knows, which no command leaves behind."""
    tags = process.database.collection("serial_unit_tags")
    await tags.insert_one({"_id": "tag-p1", "serial": "p0", "schemaVersion": 1})

    told = await asyncio.gather(
        *(
            process.commits.submit(command)
            for command in (
                build.a_feed(FeedMode.DELTA, (S1, 1)),
                build.a_registration(("p1", S1)),
                build.a_feed(FeedMode.DELTA, (S2, 1)),
            )
        ),
        return_exceptions=True,
    )

    assert [isinstance(each, Refusal) and each.retryable for each in told] == [False, True, False]
    assert [(await process.counters(key)).on_hand for key in (S1, S2)] == [1, 1]
