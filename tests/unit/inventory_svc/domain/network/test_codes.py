"""Locations and channels name countries and currencies that exist."""

import pytest

from inventory_svc.domain.network.channel import Channel, checked_channel
from inventory_svc.domain.network.location import Location, LocationType, checked_location
from service_kit.commands.refusal import RefusedAll


def test_a_channel_is_in_a_country_and_a_currency_that_exist() -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_channel(Channel("web", "Web", "XXX", "ZZ"))

    paths = [refusal.path for refusal in refused.value.refusals]
    assert paths == [("currency",), ("country",)]


def test_a_location_is_in_a_country_that_exists() -> None:
    with pytest.raises(RefusedAll) as refused:
        checked_location(Location("S1", "S1", LocationType.STORE, "ZZ"))

    assert [refusal.path for refusal in refused.value.refusals] == [("country",)]


def test_small_letters_become_capitals() -> None:
    channel = checked_channel(Channel("web", "Web", "eur", "fr"))

    assert (channel.currency, channel.country) == ("EUR", "FR")
    assert checked_location(Location("S1", "S1", LocationType.STORE, "fr")).country == "FR"
