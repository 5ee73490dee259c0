"""Whatever dies or is cut: every subscriber hears each event once, each entity in order."""

from pathlib import Path

import pytest

from tests.support.loss.forms import system_of
from tests.support.loss.plan import FULL, ORDERS, SMALL
from tests.support.loss.run import Outcome, Run


async def carried_out(form: str, folder: Path, seed: int = 1) -> Outcome:
    outcome = await Run(system_of(form, seed, folder), print).carry_out()
    print(outcome)  # noqa: T201  # shown when it fails, and with -s
    return outcome


@pytest.mark.timeout(400)
async def test_nothing_is_lost_nor_doubled_whatever_is_killed(tmp_path: Path) -> None:
    outcome = await carried_out("small", tmp_path)

    assert outcome.account.tally["cut"] > 0
    assert outcome.account.tally["closed: 1006"] > 0
    assert outcome.account.items > SMALL.events * 3


@pytest.mark.timeout(400)
async def test_clients_come_back_from_a_gateway_that_ends_and_a_mongod_that_is_killed(
    tmp_path: Path,
) -> None:
    outcome = await carried_out("polite", tmp_path)

    ends = outcome.account.tally
    assert ends["closed: 1012"] > 0
    assert ends["ended"] > 0
    assert ends["closed: 1006"] == 0


@pytest.mark.timeout(400)
async def test_a_subscriber_that_is_too_slow_is_cut_off_and_goes_on_from_its_cursor(
    tmp_path: Path,
) -> None:
    outcome = await carried_out("slow", tmp_path)

    assert outcome.account.tally["error: SUBSCRIPTION_TOO_SLOW"] > 0


@pytest.mark.long
@pytest.mark.timeout(900)
async def test_subscribers_to_real_orders_hear_every_version_whatever_is_killed(
    tmp_path: Path,
) -> None:
    outcome = await carried_out("orders", tmp_path)

    assert outcome.events >= ORDERS.events
    assert outcome.account.items > ORDERS.events * 3


@pytest.mark.long
@pytest.mark.timeout(3_000)
async def test_nothing_is_lost_nor_doubled_among_a_thousand_subscribers(tmp_path: Path) -> None:
    outcome = await carried_out("full", tmp_path)

    assert outcome.events == FULL.events
    assert outcome.account.items > FULL.events * 3
