"""The sample is loaded once, goes on after a break, and stops at the first no."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import pytest
from pymongo import AsyncMongoClient

from devstack.sample.feeds import SampleSize
from devstack.sample.graph import SampleGraph, SampleRefused
from devstack.sample.loading import load_sample_once
from devstack.tokens import User
from retail_kit.roles import Role

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class RecordingGraph(SampleGraph):
    """Takes everything and remembers it; breaks at one mutation, or refuses lines of one."""

    def __init__(self, *, breaks_at: str = "", refuses: str = "") -> None:
        self.given: list[Mapping[str, Any]] = []
        self.mutations: list[str] = []
        self.selections: list[str] = []
        self._breaks_at = breaks_at
        self._refuses = refuses

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing is open."""

    async def does(
        self, user: User, mutation: str, selection: str, given: Mapping[str, Any]
    ) -> Mapping[str, Any]:
        assert user.role is Role.INTEGRATION
        if mutation == self._breaks_at:
            raise ConnectionError
        self.selections.append(selection)
        self.mutations.append(mutation)
        self.given.append(given)
        status = "REJECTED" if mutation == self._refuses else "APPLIED"
        return {"results": [{"status": status, "ref": "one"} for _ in given["lines"]]}


class Told:
    """What the load told."""

    def __init__(self) -> None:
        self.records: list[int] = []
        self.was_usable = False

    def usable(self) -> None:
        self.was_usable = True

    def loaded(self, records: int, of: int) -> None:
        self.records.append(records)
        assert records <= of


class Marks:
    """The notes of the loads of one test."""

    def __init__(self, mongodb_url: str, database_name: str) -> None:
        self._url = mongodb_url
        self._database = database_name

    async def load(self, graph: SampleGraph, *, after: int = 0, told: Told | None = None) -> int:
        async with AsyncMongoClient[dict[str, Any]](self._url, tz_aware=True) as client:
            marks = client[self._database]["marks"]
            now = NOW + timedelta(hours=after)
            return await load_sample_once(marks, graph, SampleSize.SMALL, now, told or Told())


@pytest.fixture
def marks(mongodb_url: str, database_name: str) -> Marks:
    return Marks(mongodb_url, database_name)


async def test_a_sample_is_loaded_once(marks: Marks) -> None:
    first, second, told = RecordingGraph(), RecordingGraph(), Told()
    assert await marks.load(first, told=told) == 1026
    assert told.was_usable
    assert told.records[-1] == 1026
    assert await marks.load(second, after=1) == 0
    assert second.mutations == []


async def test_a_load_that_broke_off_goes_on_where_it_stopped(marks: Marks) -> None:
    broken, second = RecordingGraph(breaks_at="pricesImport"), RecordingGraph()
    with pytest.raises(ConnectionError):
        await marks.load(broken)
    assert broken.mutations == [
        "locationsImport",
        "channelsImport",
        "customersImport",
        "returnPoliciesImport",
        "appointmentTypesImport",
        "advisorsImport",
        "appointmentCapacitiesImport",
        "itemsImport",
    ]
    assert await marks.load(second, after=1) == 1026
    assert second.mutations == ["pricesImport", "stockImport"]
    counted = {line["snapshotAt"] for line in second.given[-1]["lines"]}
    assert counted == {NOW.isoformat()}


async def test_every_call_has_a_key_of_its_own(marks: Marks) -> None:
    graph = RecordingGraph()
    await marks.load(graph)
    assert len({given["idempotencyKey"] for given in graph.given}) == len(graph.given) == 10


async def test_a_refused_line_ends_the_load_and_is_asked_for_at_length(marks: Marks) -> None:
    graph = RecordingGraph(refuses="itemsImport")
    with pytest.raises(SampleRefused, match="REJECTED"):
        await marks.load(graph)
    assert graph.mutations[-2:] == ["itemsImport", "itemsImport"]
    assert graph.given[-1] == graph.given[-2]
    assert "userErrors" in graph.selections[-1]
