"""Distances on the globe and the place of a postcode."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retail_kit.geography import EARTH_RADIUS_KM, GeoPoint, InvalidPoint, PostalIndex, distance_km

PARIS, TOULOUSE = GeoPoint(48.8566, 2.3522), GeoPoint(43.6047, 1.4442)
LILLE, MARSEILLE = GeoPoint(50.6292, 3.0573), GeoPoint(43.2965, 5.3698)
POINTS = st.builds(GeoPoint, st.floats(-90, 90), st.floats(-180, 180))


def test_paris_lies_588_km_from_toulouse() -> None:
    assert distance_km(PARIS, TOULOUSE) == pytest.approx(588, abs=1)


def test_the_date_line_is_no_wall() -> None:
    assert distance_km(GeoPoint(0, 179.9), GeoPoint(0, -179.9)) == pytest.approx(22.24, abs=0.01)


@given(POINTS, POINTS)
def test_a_distance_is_the_same_both_ways_and_at_most_half_way_round(
    one: GeoPoint, other: GeoPoint
) -> None:
    assert distance_km(one, other) == pytest.approx(distance_km(other, one), abs=1e-6)
    assert 0 <= distance_km(one, other) <= EARTH_RADIUS_KM * 3.1416


@pytest.mark.parametrize(("latitude", "longitude"), [(90.1, 0), (0, -180.1), (float("nan"), 0)])
def test_a_point_off_the_globe_is_refused(latitude: float, longitude: float) -> None:
    with pytest.raises(InvalidPoint):
        GeoPoint(latitude, longitude)


@pytest.fixture
def postcodes() -> PostalIndex:
    return PostalIndex(
        {
            ("FR", "31000"): TOULOUSE,
            ("FR", "75001"): PARIS,
            ("FR", "59000"): LILLE,
            ("FR", "13001"): MARSEILLE,
            ("GB", "SW1A 1AA"): GeoPoint(51.501, -0.1416),
        }
    )


def test_a_known_postcode_is_found_however_it_is_spaced(postcodes: PostalIndex) -> None:
    found = postcodes.locate("gb", "sw1a1aa")
    assert found is not None
    assert (found.latitude, found.longitude) == pytest.approx((51.501, -0.1416))


def test_an_unknown_postcode_lies_where_its_longest_beginning_does(postcodes: PostalIndex) -> None:
    found = postcodes.locate("FR", "31520")
    assert found is not None
    assert distance_km(found, TOULOUSE) < 0.001


def test_several_entries_with_the_same_beginning_give_their_middle() -> None:
    index = PostalIndex({("FR", "7501"): GeoPoint(0, 179), ("FR", "7502"): GeoPoint(0, -179)})
    found = index.locate("FR", "75000")
    assert found is not None
    assert distance_km(found, GeoPoint(0, 180)) < 0.001


@pytest.mark.parametrize(("country", "postcode"), [("FR", "9"), ("DE", "31000"), ("FR", "")])
def test_nothing_is_invented_for_a_postcode_that_shares_no_beginning(
    postcodes: PostalIndex, country: str, postcode: str
) -> None:
    assert postcodes.locate(country, postcode) is None
