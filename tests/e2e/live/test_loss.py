"""Whatever dies or is cut: every subscriber hears each event once, each entity in order."""

from pathlib import Path

import pytest

from tests.support.loss.plan import FULL, POLITE, SMALL, Plan, plan_of
from tests.support.loss.run import Outcome, Run

SEEDS = (1, 2)


async def carried_out(plan: Plan, folder: Path) -> Outcome:
    outcome = await Run(plan, folder, print).carry_out()
    print(outcome)  # noqa: T201  # shown when it fails, and with -s
    return outcome


@pytest.mark.timeout(400)
async def test_nothing_is_lost_nor_doubled_whatever_is_killed(tmp_path: Path) -> None:
    outcome = await carried_out(plan_of(1, SMALL), tmp_path)

    assert outcome.account.tally["cut"] > 0
    assert outcome.account.tally["closed: 1006"] > 0
    assert outcome.account.items > SMALL.events * 3


@pytest.mark.timeout(400)
async def test_clients_come_back_from_a_gateway_that_ends_and_from_being_too_slow(
    tmp_path: Path,
) -> None:
    outcome = await carried_out(plan_of(1, POLITE), tmp_path)

    ends = outcome.account.tally
    assert ends["closed: 1012"] > 0
    assert ends["ended"] > 0
    assert ends["closed: 1006"] == 0
    assert ends["error: SUBSCRIPTION_TOO_SLOW"] > 0


@pytest.mark.long
@pytest.mark.timeout(3_000)
@pytest.mark.parametrize("seed", SEEDS)
async def test_nothing_is_lost_nor_doubled_among_a_thousand_subscribers(
    tmp_path: Path, seed: int
) -> None:
    outcome = await carried_out(plan_of(seed, FULL), tmp_path)

    assert outcome.account.items > FULL.events * 3
