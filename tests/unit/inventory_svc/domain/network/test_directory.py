"""The network: who sells from where, nearest first."""

from dataclasses import replace

import pytest

from inventory_svc.domain.network.channel import Channel
from inventory_svc.domain.network.delivery import (
    Address,
    DeliveryMethod,
    DeliveryZone,
    LocationAbility,
    canonical_zones,
)
from inventory_svc.domain.network.directory import NOWHERE, Destination, NetworkDirectory
from inventory_svc.domain.network.location import Location, LocationType
from retail_kit.geography import GeoPoint
from service_kit.commands.refusal import Refusal

LYON = Location("W1", "Lyon", LocationType.WAREHOUSE, "FR", "69800", point=GeoPoint(45.70, 4.94))
PARIS = Location("S1", "Paris", LocationType.STORE, "FR", "75001", point=GeoPoint(48.86, 2.34))
NICE = Location("S2", "Nice", LocationType.STORE, "FR", "06000", point=GeoPoint(43.70, 7.27))
CLOSED = Location("S3", "Closed", LocationType.STORE, "FR", active=False)
NO_POINT = Location("A1", "Somewhere", LocationType.PARTNER, "FR")
ALL = {each.code: each for each in (LYON, PARIS, NICE, CLOSED, NO_POINT)}


def directory(**rules: frozenset[str] | frozenset[LocationType] | bool) -> NetworkDirectory:
    channel = Channel("web", "Web", "EUR", "FR", **rules)  # type: ignore[arg-type]  # by name
    return NetworkDirectory(ALL, {"web": channel}, 1)


def codes(network: NetworkDirectory, destination: Destination = NOWHERE) -> tuple[str, ...]:
    return network.candidates(network.channel("web"), destination)


def test_without_a_destination_locations_come_by_code() -> None:
    assert codes(directory()) == ("A1", "S1", "S2", "W1")


def test_near_ones_come_first_and_those_without_a_point_last() -> None:
    assert codes(directory(), Destination(GeoPoint(43.3, 5.4))) == ("S2", "W1", "S1", "A1")


def test_a_postcode_stands_for_the_locations_that_share_its_beginning() -> None:
    assert codes(directory(), Destination(country="FR", postcode="75020"))[0] == "S1"
    assert codes(directory(), Destination(country="FR", postcode="69001"))[0] == "W1"


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ({"location_types": frozenset({LocationType.STORE})}, ("S1", "S2")),
        ({"location_codes": frozenset({"S2", "W1"})}, ("S2", "W1")),
        ({"excluded_locations": frozenset({"S1", "A1"})}, ("S2", "W1")),
        ({"active": False}, ()),
    ],
)
def test_a_channel_sells_from_its_own_scope_only(
    rules: dict[str, frozenset[str]], expected: tuple[str, ...]
) -> None:
    assert codes(directory(**rules)) == expected


def test_unknown_codes_are_refused_with_their_path() -> None:
    with pytest.raises(Refusal) as refused:
        directory().channel("moon", "input", "channel")

    assert (refused.value.code, refused.value.path) == ("UNKNOWN_CHANNEL", ("input", "channel"))


def test_a_location_delivers_to_its_zones_only_but_hands_over_to_anybody() -> None:
    zones = (DeliveryZone("FR", ("31", "2A")), DeliveryZone("BE"))
    shop = Location("S1", "S1", LocationType.STORE, "FR", delivery_zones=zones)

    def reaches(country: str | None, postcode: str | None = None) -> bool:
        return shop.serves(DeliveryMethod.HOME, Address(country, postcode))

    assert reaches("FR", "31000")
    assert reaches("fr", " 2a-004")
    assert not reaches("FR", "75001")
    assert not reaches("DE", "31000")
    assert reaches("BE", "1000")
    assert reaches("FR")
    assert reaches(None)
    assert shop.serves(DeliveryMethod.PICKUP, Address("FR", "75001"))


def test_what_a_location_cannot_do_it_does_not_serve() -> None:
    assert not LYON.serves(DeliveryMethod.PICKUP, Address())
    counter = replace(LYON, abilities=frozenset({LocationAbility.COLLECT}))
    assert counter.serves(DeliveryMethod.PICKUP, Address())
    assert not counter.serves(DeliveryMethod.HOME, Address())


def test_zones_of_one_country_are_one_and_a_whole_country_absorbs_its_parts() -> None:
    zones = [DeliveryZone("fr", ("31",)), DeliveryZone("FR", ("2a ",)), DeliveryZone("BE", ("1",))]

    assert canonical_zones(zones) == (DeliveryZone("BE", ("1",)), DeliveryZone("FR", ("2A", "31")))
    assert canonical_zones([*zones, DeliveryZone("BE")])[0] == DeliveryZone("BE")
