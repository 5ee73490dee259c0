"""Which commands are committed together, and who suffers when a commit fails."""

import asyncio
from collections.abc import Sequence

import pytest
from prometheus_client import CollectorRegistry
from pymongo.errors import AutoReconnect, OperationFailure

from inventory_svc.domain.stock.commands import FeedMode, StockCommand
from inventory_svc.domain.stock.decisions import Decided
from inventory_svc.domain.stock.position import PositionKey
from inventory_svc.mongo.commit_metrics import CommitMetrics
from inventory_svc.mongo.group_commits import (
    ATTEMPTS,
    MOST_COMMANDS,
    MOST_DUPLICATES,
    GroupCommits,
    is_passing,
)
from inventory_svc.mongo.retries import AlwaysDuplicate
from service_kit.commands.idempotency import Outcome
from service_kit.commands.refusal import Refusal
from service_kit.storage.database import Contended
from tests.support import stock as build

S1 = PositionKey("shirt", "S1")


class Recorded:
    """Commits nothing and notes the groups; fails as it is told to."""

    def __init__(self) -> None:
        self.groups: list[list[StockCommand]] = []
        self.wide: list[frozenset[int]] = []
        self.poison: StockCommand | None = None
        self.needs_more: list[StockCommand] = []
        self.error: Exception | None = None
        self.poisoned: Exception = ValueError("this command breaks the commit")

    async def commit(
        self, commands: Sequence[StockCommand], wide: frozenset[int] = frozenset()
    ) -> Sequence[Decided | None]:
        await asyncio.sleep(0)
        self.groups.append(list(commands))
        self.wide.append(wide)
        if self.error is not None:
            raise self.error
        if self.poison in commands:
            raise self.poisoned
        return [
            None if command in self.needs_more and place not in wide else Decided(Outcome())
            for place, command in enumerate(commands)
        ]


@pytest.fixture
def recorded() -> Recorded:
    return Recorded()


def allocations(number: int) -> list[StockCommand]:
    return [build.an_allocation(("shirt", 1)) for _ in range(number)]


async def submit(commits: GroupCommits, commands: Sequence[StockCommand]) -> list[object]:
    return await asyncio.gather(
        *(commits.submit(command) for command in commands), return_exceptions=True
    )


async def test_what_waits_together_is_committed_together_up_to_the_limit(
    recorded: Recorded,
) -> None:
    commands = allocations(MOST_COMMANDS + 3)

    await submit(GroupCommits(recorded), commands)

    assert recorded.groups == [commands[:MOST_COMMANDS], commands[MOST_COMMANDS:]]


async def test_a_long_feed_has_a_commit_for_itself(recorded: Recorded) -> None:
    feeds = [build.a_feed(FeedMode.DELTA, *[(S1, 1)] * 300) for _ in range(2)]
    commands: list[StockCommand] = [*feeds, *allocations(2)]

    await submit(GroupCommits(recorded), commands)

    assert recorded.groups == [commands[:1], commands[1:]]


async def test_a_command_that_breaks_the_commit_suffers_alone(recorded: Recorded) -> None:
    commands = allocations(3)
    recorded.poison = commands[1]

    good, bad, other = await submit(GroupCommits(recorded), commands)

    assert isinstance(good, Decided)
    assert isinstance(bad, ValueError)
    assert isinstance(other, Decided)


async def test_a_command_that_meets_twins_without_end_is_unavailable_alone(
    recorded: Recorded,
) -> None:
    commands = allocations(3)
    recorded.poison, recorded.poisoned = commands[1], AlwaysDuplicate("it is there already")

    good, bad, other = await submit(GroupCommits(recorded), commands)

    assert isinstance(good, Decided)
    assert isinstance(bad, Refusal)
    assert bad.retryable
    assert isinstance(other, Decided)


async def test_where_everything_meets_twins_few_are_tried_alone(recorded: Recorded) -> None:
    registry = CollectorRegistry()
    commands = allocations(MOST_COMMANDS)
    recorded.error = AlwaysDuplicate("it is there already")

    answers = await submit(GroupCommits(recorded, CommitMetrics(registry)), commands)

    assert {type(answer) for answer in answers} == {Refusal}
    assert recorded.groups == [commands, *([each] for each in commands[:MOST_DUPLICATES])]
    assert registry.get_sample_value("inventory_commit_failures_total") == MOST_COMMANDS


async def test_a_command_that_needs_wide_supply_is_asked_again_with_it(
    recorded: Recorded,
) -> None:
    commands = allocations(3)
    recorded.needs_more = commands[1:2]

    answers = await submit(GroupCommits(recorded), commands)

    assert all(isinstance(answer, Decided) for answer in answers)
    assert recorded.groups == [commands, commands[1:2]]
    assert recorded.wide == [frozenset(), frozenset({0})]


async def test_a_commit_without_end_is_unavailable_to_all_and_the_next_one_works(
    recorded: Recorded,
) -> None:
    registry = CollectorRegistry()
    commits = GroupCommits(recorded, CommitMetrics(registry))
    recorded.error = Contended("others were first")

    answers = await submit(commits, allocations(2))
    recorded.error = None
    (later,) = await submit(commits, allocations(1))

    assert [type(answer) for answer in answers] == [Refusal, Refusal]
    assert all(isinstance(answer, Refusal) and answer.retryable for answer in answers)
    assert isinstance(later, Decided)
    assert registry.get_sample_value("inventory_commit_failures_total") == 2
    assert registry.get_sample_value("inventory_commit_commands_sum") == 3


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        (Contended("others were first"), True),
        (AutoReconnect("the server was away"), True),
        (OperationFailure("a rule of the database", 121), False),
        (ValueError("a bug"), False),
    ],
)
def test_only_what_may_pass_is_tried_again(error: Exception, *, passes: bool) -> None:
    assert is_passing(error) is passes


async def test_a_conflict_passes(recorded: Recorded) -> None:
    conflict = OperationFailure("write conflict", 112)
    conflict._add_error_label("TransientTransactionError")
    recorded.error = conflict

    (answer,) = await submit(GroupCommits(recorded), allocations(1))

    assert isinstance(answer, Refusal)
    assert len(recorded.groups) == ATTEMPTS


async def test_who_no_longer_waits_is_not_served(recorded: Recorded) -> None:
    commits = GroupCommits(recorded)
    first, second = allocations(2)
    gone = asyncio.ensure_future(commits.submit(first))
    staying = asyncio.ensure_future(commits.submit(second))
    await asyncio.sleep(0)

    gone.cancel()
    await staying

    assert recorded.groups[-1][-1] == second
    assert first not in recorded.groups[-1]


async def test_closing_waits_for_what_is_under_way(recorded: Recorded) -> None:
    commits = GroupCommits(recorded)
    waiting = asyncio.ensure_future(commits.submit(allocations(1)[0]))
    await asyncio.sleep(0)

    await commits.close()

    assert waiting.done()
    assert commits.waiting == 0
