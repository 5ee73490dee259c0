"""What a source told counts for a time."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.directory import NOWHERE, NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from inventory_svc.domain.network.source import StockSource, checked_source, stale_locations
from service_kit.commands.refusal import RefusedAll
from tests.support.stock import NOW

DAY = timedelta(days=1)


def a_source(code: str, *locations: str, fresh_for: timedelta | None = DAY) -> StockSource:
    return StockSource(code, code, frozenset(locations), fresh_for)


def test_it_is_stale_from_the_end_of_its_time_on() -> None:
    source = a_source("d1", "D1")

    assert source.stale_since(NOW, NOW + DAY - timedelta(milliseconds=1)) is None
    assert source.stale_since(NOW, NOW + DAY) == NOW + DAY
    assert source.stale_since(None, NOW) is None
    assert a_source("d1", fresh_for=None).stale_since(NOW, NOW + 1000 * DAY) is None


@given(
    st.dictionaries(st.sampled_from("abc"), st.integers(0, 100)),
    st.lists(
        st.tuples(
            st.sampled_from("abc"), st.sets(st.sampled_from("WSD")), st.none() | st.integers(1, 50)
        ),
        unique_by=lambda source: source[0],
    ),
)
def test_a_location_is_stale_exactly_if_one_of_its_sources_is(
    told: dict[str, int], drawn: list[tuple[str, set[str], int | None]]
) -> None:
    def hours(number: int) -> timedelta:
        return timedelta(hours=number)

    sources = [
        a_source(code, *places, fresh_for=None if limit is None else hours(limit))
        for code, places, limit in drawn
    ]
    told_at: dict[str, datetime] = {code: NOW - hours(ago) for code, ago in told.items()}

    stale = stale_locations(sources, told_at, NOW)

    for place in "WSD":
        ends = [
            told_at[source.code] + source.fresh_for
            for source in sources
            if place in source.locations and source.code in told_at and source.fresh_for
        ]
        over = [end for end in ends if end <= NOW]
        assert stale.get(place) == min(over, default=None)


def test_no_channel_sells_from_a_stale_location_although_it_is_active() -> None:
    places = {code: Location(code, code, LocationType.STORE, "FR") for code in ("S1", "D1")}
    web = Channel("web", "Web", "EUR", "FR")
    directory = NetworkDirectory(places, {"web": web})

    shown = directory.with_stale({"D1": NOW, "gone": NOW})

    assert shown.candidates(web, NOWHERE) == ("S1",)
    assert shown.channels_of("D1") == ()
    assert shown.locations["D1"].active
    assert directory.candidates(web, NOWHERE) == ("D1", "S1")
    assert directory.with_stale({}) is directory


@pytest.mark.parametrize(
    ("source", "path"),
    [
        (StockSource(" ", "d1"), "code"),
        (StockSource("d1", " "), "name"),
        (a_source("d1", fresh_for=timedelta(0)), "freshForSeconds"),
        (a_source("d1", fresh_for=timedelta(days=1000)), "freshForSeconds"),
    ],
)
def test_a_source_that_cannot_be_is_refused_with_the_place(source: StockSource, path: str) -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_source(source)
    assert [refusal.path for refusal in refused.value.refusals] == [(path,)]
