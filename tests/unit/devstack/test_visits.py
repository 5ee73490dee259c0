"""A visit of the sample is booked once, into a slot that is free, and led to where it got."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from devstack.sample.graph import SampleGraph, SampleRefused
from devstack.sample.visits import OWN, Visit, VisitFate, receive, visits
from devstack.tokens import User
from retail_kit.roles import Role

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
STARTS = tuple((NOW + timedelta(hours=hour)).isoformat() for hour in range(10))


class Reception(SampleGraph):
    """Offers the slots, and remembers what it is asked to do; `booked` is what there is already."""

    def __init__(self, starts: tuple[str, ...] = STARTS, booked: tuple[str, ...] = ()) -> None:
        self._starts = starts
        self._booked = booked
        self.window: tuple[str, str] = ("", "")
        self.done: list[tuple[User, str, Mapping[str, Any]]] = []

    async def asks(
        self, user: User, operation: str, variables: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        assert user.role is Role.CUSTOMER_SERVICE
        if operation == OWN:
            nodes = [{"id": each} for each in self._booked]
            return {"customer": {"appointments": {"nodes": nodes}}}
        self.window = (variables["from"], variables["to"])
        return {"location": {"slots": [{"start": start} for start in self._starts]}}

    async def does(
        self, user: User, mutation: str, selection: str, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        assert selection == "appointment { id }"
        self.done.append((user, mutation, given))
        return {"appointment": {"id": "new"}}


def one(fate: VisitFate) -> Visit:
    return next(visit for visit in visits() if visit.fate is fate and visit.skus)


async def test_a_visit_is_booked_into_a_free_slot_with_what_shall_lie_ready() -> None:
    graph, visit = Reception(), one(VisitFate.BOOKED)

    await receive(graph, "run", visit, NOW)

    ((user, mutation, given),) = graph.done
    assert (user.role, mutation) == (Role.CUSTOMER_SERVICE, "appointmentBook")
    assert graph.window[0] == (NOW + timedelta(days=visit.days)).isoformat()
    assert given["slot"]["start"] == STARTS[int(visit.place * len(STARTS))]
    assert given["slot"]["locationCode"] == visit.shop.code
    assert given["customer"] == {"ref": visit.person.ref}
    assert {line["sku"] for line in given["products"]} == set(visit.skus)


async def test_a_visit_that_is_booked_already_is_only_led_on() -> None:
    graph, visit = Reception(booked=("old",)), one(VisitFate.OVER)

    await receive(graph, "run", visit, NOW)

    assert [(mutation, given["appointmentId"]) for _, mutation, given in graph.done] == [
        ("appointmentCheckIn", "old"),
        ("appointmentComplete", "old"),
    ]
    assert {user.role for user, _, _ in graph.done} == {Role.ASSISTANT}
    assert all(f"location:{visit.shop.code}" in user.grants for user, _, _ in graph.done)


async def test_the_same_step_has_the_same_key_and_another_step_another() -> None:
    first, second, visit = Reception(), Reception(), one(VisitFate.OVER)

    await receive(first, "run", visit, NOW)
    await receive(second, "run", visit, NOW)

    keys = [given["idempotencyKey"] for _, _, given in first.done]
    assert keys == [given["idempotencyKey"] for _, _, given in second.done]
    assert len(set(keys)) == len(keys) == 3


async def test_without_a_slot_the_load_says_so() -> None:
    with pytest.raises(SampleRefused, match="no slot"):
        await receive(Reception(starts=()), "run", one(VisitFate.BOOKED), NOW)
