"""What is claimed must be so, and what is waited for must come."""

import asyncio
import io
from typing import Any

import pytest

from devstack.tour.failures import AnswerLost, ClaimBroken, PushMissing
from devstack.tour.live import Feed, Heard
from devstack.tour.narrator import Narrator, console_of
from devstack.tour.people import Person
from devstack.tour.stage import Stage
from retail_kit.roles import Role


def feed() -> Feed:
    who = Person("Camille", Role.CUSTOMER)
    return Feed(who, "Camille's phone", "her orders", "subscription { a }", {}, str)


@pytest.fixture
def file() -> io.StringIO:
    return io.StringIO()


@pytest.fixture
def stage(file: io.StringIO) -> Stage:
    unused: Any = None
    return Stage(unused, Narrator(console_of(file)), unused, "m4rk", unused)


def test_a_claim_that_holds_is_shown(stage: Stage, file: io.StringIO) -> None:
    stage.claims("the order is shipped", {}, holds=True)
    assert "ok  the order is shipped" in file.getvalue()


def test_a_claim_that_does_not_hold_ends_the_tour_with_what_was_seen(stage: Stage) -> None:
    with pytest.raises(ClaimBroken, match=r"Not so: it is shipped. Seen instead: .*'OPEN'"):
        stage.claims("it is shipped", {"status": "OPEN"}, holds=False)


def test_no_key_is_given_twice_and_each_bears_the_mark(stage: Stage) -> None:
    keys = [stage.new_key() for _ in range(3)]
    assert len(set(keys)) == 3
    assert all("m4rk" in key for key in keys)


async def test_what_came_before_somebody_waited_counts_and_others_are_passed_over(
    stage: Stage,
) -> None:
    heard = Heard(feed())
    for status in ("OPEN", "SHIPPED", "DELIVERED"):
        heard.put({"status": status})
    found = await stage.hears(heard, "it is shipped", lambda item: item["status"] == "SHIPPED")
    assert found == {"status": "SHIPPED"}
    assert await heard.next("the next one", lambda _: True) == {"status": "DELIVERED"}


async def test_what_comes_while_somebody_waits_is_found(stage: Stage) -> None:
    heard = Heard(feed())
    waiting = asyncio.create_task(stage.hears(heard, "it is shipped", bool))
    await asyncio.sleep(0)
    heard.put({"status": "SHIPPED"})
    assert await waiting == {"status": "SHIPPED"}


async def test_what_does_not_come_is_named_with_who_should_have_been_told(stage: Stage) -> None:
    heard = Heard(feed(), seconds=0)
    heard.put({"status": "OPEN"})
    with pytest.raises(PushMissing, match=r"Camille's phone was not told .*: it is shipped"):
        await stage.hears(heard, "it is shipped", lambda item: item["status"] == "SHIPPED")


async def test_a_connection_that_was_lost_is_told_to_whoever_waits(stage: Stage) -> None:
    heard = Heard(feed())
    heard.put(AnswerLost("cut off"))
    with pytest.raises(AnswerLost, match="cut off"):
        await stage.hears(heard, "it is shipped", lambda _: True)
